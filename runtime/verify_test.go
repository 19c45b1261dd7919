package denorm_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/memorysink"
)

// verify compares everything, and waits but shortly.
func (p *process) verify(opts ...denorm.VerifyOption) *denorm.Verification {
	p.Helper()
	opts = append([]denorm.VerifyOption{denorm.VerifyWait(300 * time.Millisecond), denorm.VerifyCollections("books")}, opts...)
	found, err := p.engine.Verify(p.Context(), opts...)
	if err != nil {
		p.Fatal(err)
	}
	return found
}

// in is what was found of one store.
func in(t *testing.T, v *denorm.Verification, store string) denorm.Verified {
	t.Helper()
	i := slices.IndexFunc(v.Stores, func(one denorm.Verified) bool { return one.Store == store })
	if i < 0 {
		t.Fatalf("nothing was found of %s: %+v", store, v)
	}
	return v.Stores[i]
}

// spoil puts a document into the sink as of the newest version, which no rule keeps out.
func spoil(t *testing.T, sink *memorysink.Sink, key, body string) {
	t.Helper()
	document := denorm.SinkDocument{Key: key, Version: denorm.Version{Epoch: 1 << 40, Seq: 1}, Body: []byte(body)}
	if err := sink.Put(t.Context(), &denorm.SinkTarget{Collection: "books"}, []denorm.SinkDocument{document}); err != nil {
		t.Fatal(err)
	}
}

// TestVerifyFinds what is wrong in a sink, whether all is compared or a sample that is large enough.
func TestVerifyFinds(t *testing.T) {
	for _, sample := range []int{0, 100_000} {
		t.Run(fmt.Sprint(sample), func(t *testing.T) {
			w := newWorld(t)
			sink, option := bookSink()
			p := w.process(option)
			p.run()
			sink.SetField("books", "1", "rank", json.RawMessage("7"))
			right := in(t, p.verify(denorm.VerifySample(sample)), "store")
			if right.Differing+right.Behind+right.Moving != 0 || right.Compared != sink.Len("books") || right.Skipped != "" || !right.Since.IsZero() {
				t.Fatalf("of a sink that is right: %+v", right)
			}
			sink.SetField("books", "2", "title", json.RawMessage(`"another"`))
			spoil(t, sink, "999999", `{"title":"nobody's"}`)
			target := &denorm.SinkTarget{Collection: "books"}
			gone := denorm.SinkDocument{Key: "3", Version: denorm.Version{Epoch: 1 << 40, Seq: 1}}
			if err := sink.Delete(t.Context(), target, []denorm.SinkDocument{gone}); err != nil {
				t.Fatal(err)
			}
			reports := 0
			first := p.verify(denorm.VerifySample(sample), denorm.VerifyReports(func(denorm.Verified) { reports++ }))
			wrong := in(t, first, "store")
			if wrong.Differing != 3 || first.Differing() != 3 || reports == 0 || wrong.Compared != right.Compared+1 {
				t.Fatalf("of a sink with three wrong documents: %+v, %d reports", wrong, reports)
			}
			for _, one := range wrong.Differences {
				want := map[string]denorm.Difference{
					"2": {Key: "2", Path: "$.title"}, "3": {Key: "3", Missing: true}, "999999": {Key: "999999", Gone: true},
				}[one.Key]
				one.Version = denorm.Version{}
				if one != want {
					t.Errorf("found is %+v, want %+v", one, want)
				}
			}
			stats := p.engine.Stats()
			if stats.Differing != 3 || stats.DifferingFor < 0 || stats.Compared < int64(2*right.Compared) {
				t.Errorf("the stats are %+v", stats)
			}
			if again := in(t, p.verify(), "store"); !again.Since.Equal(wrong.Since) || wrong.Since.IsZero() {
				t.Errorf("documents differ since %v, and then since %v", wrong.Since, again.Since)
			}
		})
	}
}

// TestVerifyWaits for what is in flight, and tells what has not arrived from what is wrong.
func TestVerifyWaits(t *testing.T) {
	w := newWorld(t)
	sink, option := bookSink()
	p := w.process(option)
	stop := p.run()
	w.rename(1, "in flight")
	if found := p.verify(denorm.VerifyWait(20 * time.Second)); found.Differing() != 0 {
		t.Errorf("a change in flight: %+v", found)
	}
	stop()
	sink.SetDown(errors.New("the sink is down"))
	w.rename(1, "it does not arrive")
	other := w.installed()
	other.drain() // the change is in the feed, and the sink's process does not run
	sink.SetDown(nil)
	if found := in(t, p.verify(denorm.VerifyStores("store")), "store"); found.Behind != 1 || found.Differing != 0 {
		t.Errorf("a sink that is behind: %+v", found)
	}
	p.run()
	p.drain()
	changing, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := 0; changing.Err() == nil; n++ {
			w.exec("UPDATE books SET title = ? WHERE id = 1", fmt.Sprint("changing ", n))
		}
	}()
	for range 5 {
		if found := p.verify(denorm.VerifyWait(100 * time.Millisecond)); found.Differing() != 0 {
			t.Errorf("while a document changes: %+v", found)
		}
	}
	cancel()
	<-done
}

// TestVerifyCaches finds a document in a cache that is not what the database says.
func TestVerifyCaches(t *testing.T) {
	eachMode(t, func(t *testing.T, w *world, opts []denorm.Option) {
		p := w.process(opts...)
		for _, one := range p.verify().Stores {
			if one.Skipped == "" && one.Compared > 0 {
				t.Errorf("of a cache that holds nothing: %+v", one)
			}
		}
		p.run()
		w.eventually("the caches answer", func() bool { p.title(1); p.title(2); return p.engine.Stats().LocalHits+p.engine.Stats().SharedHits > 4 })
		right := p.verify()
		compared := 0
		for _, one := range right.Stores {
			compared += one.Compared
		}
		if right.Differing() != 0 || compared < 2 {
			t.Errorf("of caches that are right: %+v", right)
		}
		// A change that somebody takes out of the log.
		tx := w.db.MustBegin()
		tx.MustExec("UPDATE books SET title = 'behind our back' WHERE id = 1")
		tx.MustExec("DELETE FROM denorm_changes")
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		wrong := p.verify()
		if wrong.Differing() == 0 {
			t.Errorf("of caches with a wrong document: %+v", wrong)
		}
		for _, one := range wrong.Stores {
			for _, document := range one.Differences {
				if document.Key != "1" || !strings.HasPrefix(document.Path, "$.") || document.Missing || document.Gone {
					t.Errorf("found is %+v in the %s", document, one.Store)
				}
			}
		}
	})
}

func TestVerifyNames(t *testing.T) {
	w := newWorld(t)
	_, option := bookSink()
	p := w.process(option)
	for want, opts := range map[string][]denorm.VerifyOption{
		"there is books": {denorm.VerifyCollections("boks")},
		"local cache":    {denorm.VerifyStores("stores")},
	} {
		if _, err := p.engine.Verify(t.Context(), opts...); !errors.Is(err, denorm.ErrValue) || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want one with %q", err, want)
		}
	}
}
