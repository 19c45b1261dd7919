package local_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/denormgen/denormgen/runtime/internal/local"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func tier(t *testing.T, bytes uint64) *local.Tier {
	t.Helper()
	tier, err := local.New(bytes, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tier.Close)
	return tier
}

func begin(t *testing.T, tier *local.Tier, key uint64, wantLead bool) *local.Flight {
	t.Helper()
	flight, lead := tier.Begin(local.Key{Number: key}, time.Now(), time.Time{}, false)
	if lead != wantLead {
		t.Fatalf("lead is %v, want %v", lead, wantLead)
	}
	return flight
}

func want(t *testing.T, tier *local.Tier, key uint64, value any, there bool) {
	t.Helper()
	if got, ok := tier.Get(local.Key{Number: key}); got != value || ok != there {
		t.Errorf("Get(%d) is %v, %v; want %v, %v", key, got, ok, value, there)
	}
}

func TestFill(t *testing.T) {
	tier := tier(t, 1000)
	if !begin(t, tier, 1, true).Land("one", nil, true, 10) {
		t.Error("the value was refused")
	}
	want(t, tier, 1, "one", true)
	if begin(t, tier, 2, true).Land("two", nil, false, 10) {
		t.Error("a value that is not to be kept was kept")
	}
	want(t, tier, 2, nil, false)
	if begin(t, tier, 3, true).Land("", errors.New("failed"), true, 10) {
		t.Error("the value of a failed load was kept")
	}
	want(t, tier, 3, nil, false)
}

// TestTexts holds that a tier of texts keeps, lists and drops like one of numbers.
func TestTexts(t *testing.T) {
	texts, err := local.New(1000, false)
	if err != nil {
		t.Fatal(err)
	}
	defer texts.Close()
	for _, text := range []string{"", "a", "b"} {
		flight, _ := texts.Begin(local.Key{Text: text}, time.Now(), time.Time{}, false)
		flight.Land(text, nil, true, 10)
	}
	texts.Kill(local.Key{Text: "a"})
	keys := slices.SortedFunc(texts.Keys(), func(a, b local.Key) int { return strings.Compare(a.Text, b.Text) })
	if want := []local.Key{{}, {Text: "b"}}; !slices.Equal(keys, want) {
		t.Errorf("the keys are %v, want %v", keys, want)
	}
	if value, ok := texts.Get(local.Key{Text: "b"}); value != "b" || !ok {
		t.Errorf("b is %v, %v", value, ok)
	}
	if texts.KillAll(); texts.Len() != 0 {
		t.Errorf("%d values are left", texts.Len())
	}
}

func TestKillStopsFill(t *testing.T) {
	for name, kill := range map[string]func(*local.Tier){
		"one": func(tier *local.Tier) { tier.Kill(local.Key{Number: 1}) },
		"all": func(tier *local.Tier) { tier.KillAll() },
	} {
		t.Run(name, func(t *testing.T) {
			tier := tier(t, 1000)
			flight := begin(t, tier, 1, true)
			kill(tier)
			if flight.Land("old", nil, true, 10) {
				t.Error("a value from before the kill was kept")
			}
			want(t, tier, 1, nil, false)
		})
	}
}

func TestKillDropsValue(t *testing.T) {
	tier := tier(t, 1000)
	begin(t, tier, 1, true).Land("one", nil, true, 10)
	begin(t, tier, 2, true).Land("two", nil, true, 10)
	tier.Kill(local.Key{Number: 1})
	want(t, tier, 1, nil, false)
	want(t, tier, 2, "two", true)
	tier.KillAll()
	want(t, tier, 2, nil, false)
}

func TestNobodyJoinsAFlightFromBeforeAKill(t *testing.T) {
	tier := tier(t, 1000)
	before := begin(t, tier, 1, true)
	begin(t, tier, 1, false)
	tier.Kill(local.Key{Number: 1})
	after := begin(t, tier, 1, true)
	if before.Land("old", nil, true, 10) {
		t.Error("the flight from before the kill was kept")
	}
	if !after.Land("new", nil, true, 10) {
		t.Error("the flight from after the kill was refused")
	}
	want(t, tier, 1, "new", true)
}

func TestOldFlightIsReplaced(t *testing.T) {
	tier := tier(t, 1000)
	old, _ := tier.Begin(local.Key{Number: 1}, time.Now().Add(-time.Minute), time.Time{}, false)
	fresh, lead := tier.Begin(local.Key{Number: 1}, time.Now(), time.Now().Add(-time.Second), false)
	if !lead {
		t.Fatal("a flight of a minute ago was joined")
	}
	if old.Land("old", nil, true, 10) {
		t.Error("a flight that was replaced, which no kill reaches, was kept")
	}
	if !fresh.Land("new", nil, true, 10) {
		t.Error("the newer flight was refused")
	}
}

func TestOneFlightForAll(t *testing.T) {
	tier := tier(t, 1000)
	var leads atomic.Int32
	var wait sync.WaitGroup
	barrier := make(chan struct{})
	for range 1000 {
		wait.Go(func() {
			<-barrier
			flight, lead := tier.Begin(local.Key{Number: 1}, time.Now(), time.Time{}, true)
			if lead {
				leads.Add(1)
				time.Sleep(10 * time.Millisecond)
				flight.Land("one", nil, true, 10)
			}
			<-flight.Done
			if value, err := flight.Result(); value != "one" || err != nil {
				t.Errorf("got %v, %v", value, err)
			}
		})
	}
	close(barrier)
	wait.Wait()
	if leads.Load() != 1 {
		t.Errorf("%d loads for 1,000 readers", leads.Load())
	}
}

func TestMemoryIsBounded(t *testing.T) {
	tier := tier(t, 10_000)
	for key := range uint64(10_000) {
		begin(t, tier, key, true).Land("value", nil, true, 100)
	}
	deadline := time.Now().Add(10 * time.Second)
	for tier.Len() > 150 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond) // evictions run behind
	}
	if n := tier.Len(); n > 150 {
		t.Errorf("%d values of weight 100 where 10,000 bytes are allowed", n)
	}
}

func TestNothingIsKeptWithoutMemory(t *testing.T) {
	tier := tier(t, 0)
	if flight := begin(t, tier, 1, true); !flight.Land("one", nil, true, 10) {
		t.Log("kept nothing")
	}
	want(t, tier, 1, nil, false)
	tier.Kill(local.Key{Number: 1})
	tier.KillAll()
}

// TestStaleNeverStays runs loaders against a writer that kills: once all is quiet, what is cached is current.
func TestStaleNeverStays(t *testing.T) {
	tier := tier(t, 100_000)
	var truth [8]atomic.Int64
	stop := make(chan struct{})
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				key := n % len(truth)
				flight, lead := tier.Begin(local.Key{Number: uint64(key)}, time.Now(), time.Time{}, false)
				if !lead {
					continue
				}
				value := truth[key].Load()
				if n%7 == 0 {
					time.Sleep(time.Microsecond)
				}
				flight.Land(string(rune(value)), nil, true, 10)
			}
		})
	}
	for n := range int64(50_000) {
		key := int(n) % len(truth)
		truth[key].Store(n%1000 + 1)
		tier.Kill(local.Key{Number: uint64(key)})
	}
	close(stop)
	wait.Wait()
	for key := range truth {
		if got, ok := tier.Get(local.Key{Number: uint64(key)}); ok && got != string(rune(truth[key].Load())) {
			t.Errorf("key %d: cached %v, truth %q", key, got, string(rune(truth[key].Load())))
		}
	}
}
