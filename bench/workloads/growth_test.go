package workloads

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/bench/measure"
	"github.com/denormgen/denormgen/internal/setting"
	"github.com/denormgen/denormgen/internal/testservers"
)

// smaller is how much less a small store has than a large one.
const smaller = 100

// grown is a store of one size.
type grown struct {
	name  string // of the size
	books int
	db    *sqlx.DB
}

// roomy opens a database that may hold a large store in its memory: else what grows is how much has to be read from files,
// whoever asks for it.
func roomy(b *testing.B, database string) *sqlx.DB {
	file := "file:" + filepath.Join(b.TempDir(), "grown.db")
	switch database {
	case testservers.Pure:
		return testservers.OpenSQLiteDSN(b, database, file+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)&_pragma=cache_size(-2000000)")
	case testservers.Cgo:
		return testservers.OpenSQLiteDSN(b, database, file+"?_journal_mode=WAL&_busy_timeout=5000&_cache_size=-2000000")
	}
	db := databases()[database](b)
	if db.DriverName() == "mysql" {
		mustExec(b, db, "SET GLOBAL innodb_buffer_pool_size = 2147483648")
	}
	return db
}

// eachGrown fills a large store in every database, and a small one: BENCH_LARGE (200,000) books, and a hundredth of them.
func eachGrown(b *testing.B, run func(b *testing.B, database string, large, small grown)) {
	books := setting.Number(b, "BENCH_LARGE", brief(200_000, 2000), 2000)
	eachDatabase(b, func(b *testing.B, database string) {
		stores := []grown{{name: "large", books: books}, {name: "small", books: books / smaller}}
		for i := range stores {
			stores[i].db = roomy(b, database)
			fill(b, stores[i].db, stores[i].books)
		}
		run(b, database, stores[0], stores[1])
	})
}

// BenchmarkG1Growth loads one document out of a large store, and has one change arrive, against a small one.
func BenchmarkG1Growth(b *testing.B) {
	const turns = 20
	eachGrown(b, func(b *testing.B, database string, large, small grown) {
		compare := func(what string, of func(g grown, b *testing.B, turns int) measure.Run) {
			b.Run(what, func(b *testing.B) {
				c := measure.Case{Workload: "G1-" + what, Database: database, Size: large.books, Units: turns}
				measure.Interleave(b, c, of(large, b, turns), of(small, b, turns))
			})
		}
		compare("get", grown.get)
		compare("change", grown.change) // behind the other, for it has documents cached
	})
}

// key is that of another book each turn.
func (g grown) key(turn int) int64 { return int64(turn*7919%g.books + 1) }

// get loads one document a turn, of a store that was read once.
func (g grown) get(b *testing.B, turns int) measure.Run {
	collection := loader(b, g.db)
	for _, err := range collection.All(context.Background()) {
		if err != nil {
			b.Fatal(err)
		}
	}
	return readers(g.name, 1, turns, func(turn int) error {
		doc, err := collection.Get(context.Background(), g.key(turn))
		if err == nil && doc.ID != g.key(turn) {
			err = fmt.Errorf("wanted book %d, got %d", g.key(turn), doc.ID)
		}
		return err
	})
}

// change renames one author a turn, and times from there until no reader sees the old name. An author has eight books or so,
// however many there are.
func (g grown) change(b *testing.B, turns int) measure.Run {
	program, ctx, turn := newProgram(b, g.db, localOnly), context.Background(), 0
	one := func() (took time.Duration, err error) {
		turn++
		doc, err := program.books.Get(ctx, g.key(turn))
		if err != nil {
			return 0, err
		}
		name := fmt.Sprint("change ", turn)
		if _, err := g.db.ExecContext(ctx, g.db.Rebind("UPDATE authors SET name = ? WHERE id = ?"), name, doc.Authors[0].ID); err != nil {
			return 0, err
		}
		start := time.Now()
		if err := program.engine.Drain(ctx); err != nil {
			return 0, err
		}
		took = time.Since(start)
		doc, err = program.books.Get(ctx, g.key(turn))
		if err == nil && doc.Authors[0].Name != name {
			err = fmt.Errorf("wanted the name %q, got %q", name, doc.Authors[0].Name)
		}
		return took, err
	}
	return measure.Run{Name: g.name, Clock: func() (all time.Duration, err error) {
		for range turns {
			took, err := one()
			if err != nil {
				return 0, err
			}
			all += took
		}
		return all, nil
	}}
}

// BenchmarkG3GrowthAll loads all documents of a large store, against as many of a small one, which is loaded again and again.
func BenchmarkG3GrowthAll(b *testing.B) {
	eachGrown(b, func(b *testing.B, database string, large, small grown) {
		c := measure.Case{Workload: "G3", Database: database, Size: large.books, Units: large.books, Peaks: true}
		measure.Interleave(b, c, large.all(b, 1), small.all(b, smaller))
	})
}

// all loads all documents several times.
func (g grown) all(b *testing.B, times int) measure.Run {
	l := &loading{collection: loader(b, g.db), books: g.books}
	return measure.Run{Name: g.name, Do: func() error {
		for range times {
			if err := l.all(l.collection); err != nil {
				return err
			}
		}
		return nil
	}}
}
