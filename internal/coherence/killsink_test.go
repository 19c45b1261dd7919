package coherence

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/setting"
	"github.com/denormgen/denormgen/internal/truth/history"
	"github.com/denormgen/denormgen/internal/truth/naive"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/sqlsink"
)

// keptIn is the option of a sink that tests can wait for.
func keptIn(sink denorm.Sink) denorm.Option {
	return denorm.WithSink("store", sink, denorm.SinkPauses(time.Millisecond, 10*time.Millisecond), denorm.SinkTimeout(5*time.Second))
}

// TestKilledSinkWriters kills processes that fill a sink and keep it, at random moments. Who comes next goes on where they
// were, and in the end the sink holds exactly the documents that a naive builder makes.
func TestKilledSinkWriters(t *testing.T) {
	from := seed(t)
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			kills := setting.Number(t, "COHERENCE_KILLS", max(1, sizesOf(t, d).kills/3), 0)
			killSinkWriters(t, newPlace(t, d), newPlace(t, d), from, kills)
		})
	}
}

func killSinkWriters(t *testing.T, at, store place, seed uint64, kills int) {
	t.Helper()
	opened := time.Now()
	h := &history.History{Dialect: naive.DialectOf(at.plain), Random: rand.New(rand.NewPCG(seed, 1))}
	if err := errors.Join(h.Plant(t.Context(), at.plain), h.Fill(t.Context(), at.plain)); err != nil {
		t.Fatal(err)
	}
	tables, err := sqlsink.New(store.plain)
	if err != nil {
		t.Fatal(err)
	}
	o := orders{Database: at.name, DSN: at.dsn, Sink: store.dsn}
	random := rand.New(rand.NewPCG(seed, 2))
	words := []string{sank, begun, wrote, sank, ""}
	compared := 0
	for n := range kills {
		o.Seed = seed + uint64(n)
		if err := o.child(t, words[n%len(words)], time.Duration(random.Int64N(int64(longestLife)))); err != nil {
			t.Fatalf("child %d: %v", n+1, err)
		}
		endClaims(t, at)
		if n%killsPerSettle < killsPerSettle-1 && n < kills-1 {
			continue
		}
		more, err := settleSink(t, at, &moody{Sink: tables})
		if err != nil {
			t.Fatalf("after %d kills: %v\n\nrepeat with COHERENCE_SEED=%d COHERENCE_KILLS=%d go test ./internal/coherence -run '^TestKilledSinkWriters$/^%s$'",
				n+1, err, seed, n+1, at.name)
		}
		compared += more
	}
	t.Logf("seed %d: %d kills, %d documents compared in the sink, %v", seed, kills, compared, time.Since(opened).Round(time.Millisecond))
	if compared == 0 {
		t.Error("nothing was compared")
	}
}

// endClaims ends those of a process that was killed, which would take half a minute.
func endClaims(t *testing.T, at place) {
	t.Helper()
	if at.ofSQLite() { // they are in a file beside the database
		at.dsn = strings.Replace(at.dsn, "?", "-denorm?", 1)
	}
	db, err := at.open(at.writing)
	if err == nil {
		_, err = db.ExecContext(t.Context(), "UPDATE denorm_holds SET until = 0")
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// settleSink has a process do what is left to be done, and compares the sink.
func settleSink(t *testing.T, at place, sink *moody) (compared int, err error) {
	t.Helper()
	p := install(t, at, firstRelease(), "settler", keptIn(sink))
	stop := p.follow(t)
	defer func() {
		stop()
		err = errors.Join(err, p.engine.Close())
	}()
	s := &sunk{trial: &trial{place: at, tiers: allTiers()[0], processes: []*process{p}}, sink: sink}
	err = s.settled(t.Context())
	return s.compared, err
}

// verified holds that Verify finds what a naive builder does: nothing.
func verified(ctx context.Context, p *process) error {
	found, err := p.engine.Verify(ctx, denorm.VerifyStores("store"), denorm.VerifyWait(5*time.Second))
	if err != nil {
		return err
	}
	for _, one := range found.Stores {
		if one.Differing+one.Behind > 0 || one.Skipped != "" {
			return fmt.Errorf("nothing differs, and Verify found %+v", one)
		}
	}
	return nil
}
