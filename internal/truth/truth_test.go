package truth

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path"
	"strconv"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/internal/truth/history"
	"github.com/denormgen/denormgen/internal/truth/naive"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/pgxpipeline"
	"github.com/jmoiron/sqlx"
)

// fromEnvironment is a number in a variable, or zero.
func fromEnvironment(t *testing.T, variable string) uint64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// TestRandomHistory changes every database at random and compares all documents after each burst.
// TRUTH_BURSTS is how many bursts each database gets, TRUTH_SEED where chance begins.
func TestRandomHistory(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		bursts := map[string]int{"sqlite": 20, "sqlite3": 20, "pgx": 10, "mysql": 10}[db.DriverName()]
		if n := fromEnvironment(t, "TRUTH_BURSTS"); n > 0 {
			bursts = int(n)
		}
		seed := fromEnvironment(t, "TRUTH_SEED")
		if seed == 0 {
			seed = uint64(time.Now().UnixNano()) % 1_000_000
		}
		run(t, db, seed, bursts)
	})
}

// TestSeedsThatFailed repeats histories that found something once.
func TestSeedsThatFailed(t *testing.T) {
	for _, once := range []struct {
		seed   uint64
		bursts int
		found  string
	}{
		{301819, 1, "PostgreSQL adds 0 * -0.5 up to -0, which the document then showed"},
	} {
		t.Run(fmt.Sprint(once.seed), func(t *testing.T) {
			t.Log(once.found)
			testservers.Each(t, func(t *testing.T, db *sqlx.DB) { run(t, db, once.seed, once.bursts) })
		})
	}
}

// run makes a history and checks it.
func run(t *testing.T, db *sqlx.DB, seed uint64, bursts int) {
	t.Helper()
	ctx := t.Context()
	naive.Create(t, db)
	r := &runner{
		t: t, db: db, ways: []way{newWay(t, db)}, most: map[string]int{},
		history: &history.History{Dialect: naive.DialectOf(db), Random: rand.New(rand.NewPCG(seed, 1))},
		random:  rand.New(rand.NewPCG(seed, 2)),
	}
	switch db.DriverName() {
	case testservers.Pure, testservers.Cgo:
		r.ways = append(r.ways, newWay(t, db, denorm.WithDriverRows(1)))
	case "pgx":
		r.ways = append(r.ways, newWay(t, db, denorm.WithPipeline(pgxpipeline.New())))
	}
	start := time.Now()
	const enough, most = 10, 10 // bursts that every loader has something to load in, with more if chance wants it so
	for burst := 0; burst < bursts || bursts >= enough && burst < most*bursts && r.idle() != ""; burst++ {
		if err := r.burst(ctx, burst); err != nil {
			t.Fatalf("burst %d: %v\n\nrepeat with TRUTH_SEED=%d TRUTH_BURSTS=%d go test ./internal/truth -run '^TestRandomHistory$/^%s$'",
				burst+1, err, seed, burst+1, path.Base(t.Name()))
		}
	}
	t.Logf("seed %d: %d changes, %d documents compared, %d of them inside transactions, %v",
		seed, r.history.Changes, r.done.documents, r.inside.documents, time.Since(start).Round(time.Millisecond))
	if idle := r.idle(); bursts >= enough && idle != "" {
		t.Error(idle)
	}
}

// open makes an engine that keeps its warnings of bad data, of which there is much, to itself.
func open(t *testing.T, db *sqlx.DB, options ...denorm.Option) *denorm.Engine {
	t.Helper()
	options = append(options, denorm.WithLogger(slog.New(slog.DiscardHandler)))
	engine, err := denorm.Open(t.Context(), db, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return engine
}

// way is one of the ways in which documents are loaded: through database/sql, or past it.
type way struct {
	engine   *denorm.Engine
	subjects []subject
}

func newWay(t *testing.T, db *sqlx.DB, options ...denorm.Option) way {
	t.Helper()
	engine := open(t, db, options...)
	return way{engine, subjects(engine)}
}

// runner is a history and its checks.
type runner struct {
	t       *testing.T
	db      *sqlx.DB
	ways    []way
	history *history.History
	random  *rand.Rand // of the checks
	done    figures
	inside  figures
	most    map[string]int // queries of one batch, by collection
}

// idle tells of a collection whose loaders did not all have something to load in one batch yet.
func (r *runner) idle() string {
	for _, s := range r.ways[0].subjects {
		if c := s.about(); r.most[c.Name] != c.Queries {
			return fmt.Sprintf("%s never needed its %d queries, but %d", c.Name, c.Queries, r.most[c.Name])
		}
	}
	return ""
}

func (r *runner) burst(ctx context.Context, burst int) error {
	if burst == 0 {
		if err := r.history.Plant(ctx, r.db); err != nil {
			return err
		}
		if err := r.history.Fill(ctx, r.db); err != nil {
			return err
		}
	}
	for range 1 + r.history.Random.IntN(3) {
		if err := r.transaction(ctx); err != nil {
			return err
		}
	}
	d, err := naive.Read(ctx, r.history.Dialect, r.db)
	if err != nil {
		return err
	}
	for _, way := range r.ways {
		for _, s := range way.subjects {
			done, err := s.agree(ctx, r.random, d, way.engine)
			if err != nil {
				return err
			}
			r.done.add(done)
			r.most[s.about().Name] = max(r.most[s.about().Name], done.queries)
		}
	}
	return nil
}

// transaction makes some changes, each on its own or all in one transaction, which may be rolled back, as
// may be parts of it.
func (r *runner) transaction(ctx context.Context) error {
	steps := 1 + r.history.Random.IntN(8)
	if r.history.Random.IntN(4) == 0 {
		for range steps {
			if err := r.history.Step(ctx, r.db); err != nil {
				return err
			}
		}
		return nil
	}
	tx, err := r.db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for range steps {
		if err := r.history.Part(ctx, tx); err != nil {
			return err
		}
	}
	if r.history.Random.IntN(3) == 0 {
		if err := r.within(ctx, tx); err != nil {
			return err
		}
	}
	if r.history.Random.IntN(4) == 0 {
		return tx.Rollback()
	}
	return tx.Commit()
}

// within compares some collections inside a transaction with changes that nobody else sees.
func (r *runner) within(ctx context.Context, tx *sqlx.Tx) error {
	d, err := naive.Read(ctx, r.history.Dialect, tx)
	if err != nil {
		return err
	}
	for range 3 {
		subjects := r.ways[0].subjects
		done, err := subjects[r.random.IntN(len(subjects))].within(ctx, r.random, d, tx)
		if err != nil {
			return err
		}
		r.done.add(figures{documents: done.documents})
		r.inside.add(done)
	}
	return nil
}
