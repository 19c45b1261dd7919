package coherence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/denormgen/denormgen/internal/setting"
	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/internal/truth/naive"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/sqlsink"
)

// TestSinks is promise P6 for other stores: while they are away, refuse documents or are filled anew, nobody else
// notices, and when all has settled they hold exactly the documents that a naive builder makes.
func TestSinks(t *testing.T) {
	from := seed(t)
	eachDatabase(t, func(t *testing.T, at place) {
		size := sizesOf(t, at.database)
		writes := setting.Number(t, "COHERENCE_WRITES", size.sunk, 0)
		settles := setting.Number(t, "COHERENCE_SETTLES", max(1, writes/25), 0)
		s := &sunk{sink: newMoody(t, at), random: rand.New(rand.NewPCG(from, 11))}
		s.trial = newTrial(t, at, allTiers()[0], from,
			keptIn(s.sink))
		if err := s.settled(t.Context()); err != nil {
			t.Fatalf("before any write: %v", err)
		}
		ctx, stop := context.WithCancel(t.Context())
		readers := s.read(ctx, t, from)
		defer readers.Wait()
		defer stop()
		for settle := range settles {
			trouble, end := s.trouble(ctx)
			err := s.burst(ctx, (settle+1)*writes/settles-int(s.changes.Load()))
			if err = errors.Join(err, end()); err == nil {
				err = s.settled(ctx)
			}
			if err != nil {
				t.Fatalf("burst %d, while %s: %v\n\n%s", settle+1, trouble, err, repeat(t, from, writes, settles))
			}
		}
		counts := s.counts()
		t.Logf("seed %d: %d writes in %d transactions; %d settles, of which %v; %d documents compared in the sink; %d put, %d deleted, %d refused",
			from, s.changes.Load(), s.commits.Load(), settles, s.troubles, s.compared, counts.SinkPuts, counts.SinkDeletes, counts.SinkFailures)
		if s.compared == 0 || counts.SinkPuts == 0 || counts.SinkDeletes == 0 && writes > 500 {
			t.Error("too little happened")
		}
	})
}

// sunk is a trial whose processes keep a sink.
type sunk struct {
	*trial
	sink     *moody
	random   *rand.Rand
	troubles map[string]int
	compared int
}

// trouble makes some for a burst, and returns how to end it.
func (s *sunk) trouble(ctx context.Context) (what string, end func() error) {
	end = func() error { return nil }
	switch s.random.IntN(5) {
	case 0:
		what = "the sink is down"
		s.sink.down.Store(true)
		end = func() error { s.sink.down.Store(false); return nil }
	case 1:
		what = "it refuses documents"
		s.sink.refuse.Store(1 + s.random.Int32N(parts))
		end = func() error {
			s.sink.refuse.Store(0)
			_, err := s.processes[0].engine.Requeue(ctx, "store")
			return err
		}
	case 2:
		what = "it is filled anew"
		filled := make(chan error, 1)
		go func() { filled <- s.processes[s.random.IntN(2)].engine.Sync(ctx, "store") }()
		end = func() error { return <-filled }
	case 3:
		what = "it is slow"
		s.sink.delay.Store(int64(20 * time.Millisecond))
		end = func() error { s.sink.delay.Store(0); return nil }
	default:
		what = "nothing is wrong"
	}
	if s.troubles == nil {
		s.troubles = map[string]int{}
	}
	s.troubles[what]++
	return what, end
}

// settled waits until all is written, and compares the sink, too.
func (s *sunk) settled(ctx context.Context) error {
	if err := s.settle(ctx); err != nil {
		return err
	}
	if err := s.nothingAside(ctx); err != nil {
		return err
	}
	d, err := naive.Read(ctx, s.dialect(), s.plain)
	if err != nil {
		return err
	}
	for _, subject := range s.processes[0].subjects {
		c := subject.About()
		n, err := s.compare(ctx, c, c.Documents(d))
		if err != nil {
			return fmt.Errorf("%s in the sink: %w", c.Name, err)
		}
		s.compared += n
	}
	return verified(ctx, s.processes[0])
}

// nothingAside waits until documents were taken that had been refused.
func (s *sunk) nothingAside(ctx context.Context) error {
	var last denorm.SinkFailure
	for begun := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		status, err := s.processes[0].engine.Status(ctx)
		if err != nil {
			return err
		}
		aside := 0
		for _, sink := range status.Sinks {
			aside += len(sink.Aside)
			for _, failure := range sink.Aside {
				last = failure
			}
		}
		if aside == 0 {
			return nil
		}
		if time.Since(begun) > settleTimeout {
			return fmt.Errorf("%d documents are still set aside: %+v", aside, last)
		}
		// A write that was refused before all are taken again may be noted only after they were sent again.
		if _, err := s.processes[0].engine.Requeue(ctx, "store"); err != nil {
			return err
		}
	}
}

// compare holds that the sink has the documents of a collection, and no others.
func (s *sunk) compare(ctx context.Context, c naive.Collection, docs []naive.Document) (int, error) {
	target, err := s.target(ctx, c.Name)
	if err != nil {
		return 0, err
	}
	want := map[string]string{}
	for _, doc := range docs {
		want[sinkKey(c, doc.Row)] = doc.JSON
	}
	listed, err := s.sink.Keys(ctx, target, "", 1_000_000)
	if err != nil {
		return 0, err
	}
	keys := make([]string, len(listed))
	for i, document := range listed {
		keys[i] = document.Key
	}
	found, err := s.sink.Get(ctx, target, keys)
	if err != nil {
		return 0, err
	}
	for _, document := range found {
		text, ok := want[document.Key]
		if !ok {
			return 0, fmt.Errorf("document %s of version %v should be gone: %s", document.Key, document.Version, document.Body)
		}
		if !reflect.DeepEqual(valueOf(string(document.Body)), valueOf(text)) {
			return 0, fmt.Errorf("document %s of version %v\n is %s\nwant %s", document.Key, document.Version, document.Body, text)
		}
		delete(want, document.Key)
	}
	for key, text := range want {
		return 0, fmt.Errorf("document %s is missing: %s", key, text)
	}
	return len(found), nil
}

// target is where the documents of a collection are that readers find.
func (s *sunk) target(ctx context.Context, collection string) (*denorm.SinkTarget, error) {
	status, err := s.processes[0].engine.Status(ctx)
	if err != nil {
		return nil, err
	}
	for _, sink := range status.Sinks {
		if sink.Collection == collection && sink.Served {
			return &denorm.SinkTarget{Collection: collection, Shape: sink.Shape}, nil
		}
	}
	return nil, fmt.Errorf("no documents of %s are served", collection)
}

// newMoody makes a sink in the same database, or, of SQLite, in another file.
func newMoody(t *testing.T, at place) *moody {
	t.Helper()
	db := at.plain
	if at.ofSQLite() {
		db = testservers.SQLite(t, at.driver)
	}
	tables, err := sqlsink.New(db)
	if err != nil {
		t.Fatal(err)
	}
	return &moody{Sink: tables}
}

// sinkKey is a row's key as sinks have it.
func sinkKey(c naive.Collection, row naive.Row) string {
	var parts []string
	for _, column := range c.Key {
		var part strings.Builder
		for _, b := range []byte(fmt.Sprint(row[column])) {
			if b < utf8.RuneSelf && (unicode.IsLetter(rune(b)) || unicode.IsDigit(rune(b)) || strings.ContainsRune("-._~:@", rune(b))) {
				part.WriteByte(b)
			} else {
				fmt.Fprintf(&part, "%%%02X", b)
			}
		}
		parts = append(parts, part.String())
	}
	return strings.Join(parts, "/")
}

// valueOf is what a document says, however it is written.
func valueOf(text string) (value any) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return err
	}
	return value
}
