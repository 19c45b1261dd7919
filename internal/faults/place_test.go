package faults

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/setting"
	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/internal/truth/naive"
	"github.com/denormgen/denormgen/internal/truth/subject"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/capture"
)

// times is how much more is done than usual.
func times(t testing.TB) int { return setting.Number(t, "FAULTS_TIMES", 1, 1) }

func seed(t testing.TB) uint64 {
	return uint64(setting.Number(t, "FAULTS_SEED", int(time.Now().UnixNano()%1_000_000), 1))
}

// place is a database with the tables of package naive.
type place struct {
	name, driver, dsn string
	plain             *sqlx.DB // of a program that knows nothing of engines
	files             []string // of SQLite
}

// sqlite makes a place in a file. Nothing but the caches differs between databases here.
func sqlite(t testing.TB) place {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	testservers.OpenSQLite(t, testservers.Pure, path)
	at := newPlace(t, "sqlite", testservers.Pure, "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(20000)&_txlock=immediate")
	at.files = []string{path, capture.SideFile(path)}
	return at
}

// lockWait is how long a lock of SQLite may be held by somebody who runs.
const lockWait = 5 * time.Second

// locked tells whether somebody holds a write lock of SQLite and does not give it back.
func (p place) locked(t testing.TB) bool {
	t.Helper()
	for _, file := range p.files {
		db, err := sqlx.Connect(testservers.Pure, fmt.Sprintf("file:%s?_txlock=immediate&_pragma=busy_timeout(%d)", file, lockWait.Milliseconds()))
		if err != nil {
			t.Fatal(err)
		}
		tx, err := db.Begin()
		if err == nil {
			err = tx.Rollback()
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if err != nil {
			return true
		}
	}
	return false
}

// TestLockIsSeen holds that locked tells a lock from none.
func TestLockIsSeen(t *testing.T) {
	at := sqlite(t)
	if at.locked(t) {
		t.Error("a lock is seen where there is none")
	}
	tx, err := at.plain.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if !at.locked(t) {
		t.Error("a lock is not seen")
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
}

func postgres(t testing.TB) place {
	t.Helper()
	return newPlace(t, "postgres", "pgx", testservers.PostgresDSN(t))
}

func newPlace(t testing.TB, name, driver, dsn string) place {
	t.Helper()
	if testing.Short() {
		t.Skip("faults take minutes")
	}
	at := place{name: name, driver: driver, dsn: dsn}
	at.plain = at.connect(t)
	naive.Create(t, at.plain)
	return at
}

// connect opens a pool of its own.
func (p place) connect(t testing.TB) *sqlx.DB {
	t.Helper()
	db, err := sqlx.Connect(p.driver, p.dsn)
	if err != nil {
		t.Fatal(err)
	}
	const idle = 8
	db.SetMaxIdleConns(idle)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func (p place) exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	if _, err := p.plain.ExecContext(t.Context(), naive.DialectOf(p.plain).Bind(statement), args...); err != nil {
		t.Fatal(err)
	}
}

// process is an engine with a pool of its own, as another process would have.
type process struct {
	name     string
	db       *sqlx.DB
	engine   *denorm.Engine
	subjects map[string]subject.Subject
}

// installed makes a process and installs it. Nothing follows the feed yet.
func installed(t testing.TB, at place, name string, options ...denorm.Option) *process {
	t.Helper()
	p := &process{name: name, db: at.connect(t), subjects: map[string]subject.Subject{}}
	var err error
	p.engine, err = denorm.Open(t.Context(), p.db, append(options, denorm.WithLogger(logger()))...)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range subject.All(p.engine) {
		p.subjects[s.About().Name] = s
	}
	if err := p.engine.Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// start lets a process follow the feed until the end of the test, too.
func start(t testing.TB, at place, name string, options ...denorm.Option) *process {
	t.Helper()
	p := installed(t, at, name, options...)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := p.engine.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		stop()
		running.Wait()
	})
	return p
}

// drain waits until the process knows all that was committed before.
func (p *process) drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return p.engine.Drain(ctx)
}

// hits are reads that a cache answered.
func (p *process) hits() int64 {
	s := p.engine.Stats()
	return s.LocalHits + s.SharedHits
}

// patience is how long anything may take that has to happen.
const patience = 30 * time.Second

// eventually waits for what has to come.
func eventually(t testing.TB, what string, come func() bool) {
	t.Helper()
	for begun := time.Now(); !come(); time.Sleep(5 * time.Millisecond) {
		if time.Since(begun) > patience {
			t.Fatalf("it did not happen: %s", what)
		}
	}
}

// closing closes what a test made, the first first.
func closing(t testing.TB, closers ...interface{ Close() error }) {
	t.Cleanup(func() {
		var failed error
		for _, c := range closers {
			failed = errors.Join(failed, c.Close())
		}
		if failed != nil {
			t.Error(failed)
		}
	})
}

// logger keeps warnings, of which faults make many, to itself.
func logger() *slog.Logger {
	if os.Getenv("FAULTS_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil))
}
