package workloads

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/bench/models"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/rediscache"
)

// Authors of the lean store, by how many books they have. Every book has one of those from firstOfFew on, too.
const (
	authorOf10 = iota + 1
	authorOf1000
	authorOf10000
	authorOfAll
	firstOfFew
)

// place is a lean bookstore, to be opened by programs that know nothing of each other.
type place struct {
	name        string // of the database: sqlite, postgres or mysql
	driver, dsn string
	plain       *sqlx.DB // of a program that has no engine
	books       int
}

// eachPlace runs a benchmark on a fresh database of every kind.
func eachPlace(b *testing.B, books int, run func(b *testing.B, at *place)) {
	for _, name := range []string{"sqlite", "postgres", "mysql"} {
		b.Run(name, func(b *testing.B) { run(b, newPlace(b, name, books)) })
	}
}

func newPlace(b *testing.B, name string, books int) *place {
	b.Helper()
	at := &place{name: name, driver: name, books: books}
	switch name {
	case "postgres":
		at.driver, at.dsn = "pgx", testservers.PostgresDSN(b)
	case "mysql":
		at.dsn = testservers.MySQLDSN(b, "parseTime=true")
	default:
		at.dsn = "file:" + filepath.Join(b.TempDir(), "test.db") + "?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)&_pragma=synchronous(1)"
	}
	at.plain = at.connect(b)
	at.fill(b)
	return at
}

// connect opens a pool of its own.
func (p *place) connect(b *testing.B) *sqlx.DB {
	b.Helper()
	db, err := sqlx.Connect(p.driver, p.dsn)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	const idle = 8
	db.SetMaxIdleConns(idle)
	return db
}

// exec runs statements with ? for values.
func (p *place) exec(b *testing.B, query string, args ...any) {
	b.Helper()
	if _, err := p.plain.Exec(p.plain.Rebind(query), args...); err != nil {
		b.Fatalf("%s: %v", query, err)
	}
}

func (p *place) fill(b *testing.B) {
	b.Helper()
	createTables(b, p.plain)
	insert := func(table, values string, rows int) {
		p.exec(b, fmt.Sprintf("INSERT INTO %s SELECT %s FROM %s", table, values, testservers.Numbers(p.driver, rows)))
	}
	title, summary := `'The Book'`, `'In short: a fair number of words about the book, and some more of them'`
	few := max(1000, p.books/10) // or what a writer changes touches more documents, the more there are
	insert("countries", `i, 'Country'`, 1)
	insert("authors", `i, 'Author', 1`, firstOfFew+few)
	insert("books", `i, `+title+`, '978-000000000', 9.5, 300, '2020-01-01 00:00:00', `+summary, p.books)
	for author, books := range map[int]int{authorOf10: 10, authorOf1000: 1000, authorOf10000: 10_000, authorOfAll: p.books} {
		insert("book_authors", fmt.Sprintf("i, %d", author), min(books, p.books))
	}
	insert("book_authors", fmt.Sprintf("i, i %% %d + %d", few, firstOfFew), p.books)
	analyze(b, p.plain)
}

// program is an engine over a pool of its own, as another process has one.
type program struct {
	engine *denorm.Engine
	books  *models.Books
	redis  *redis.Client // of the shared cache, or nil
}

// opened is an engine that keeps its log to itself, and is closed at the end.
func opened(tb testing.TB, db *sqlx.DB, options ...denorm.Option) *denorm.Engine {
	tb.Helper()
	options = append([]denorm.Option{denorm.WithLogger(slog.New(slog.DiscardHandler))}, options...)
	engine, err := denorm.Open(context.Background(), db, options...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := engine.Close(); err != nil {
			tb.Error(err)
		}
	})
	return engine
}

// caches are the ways to cache that are measured.
const (
	localOnly = "local"
	redisOnly = "redis"
	bothTiers = "both"
)

func (p *place) program(b *testing.B, mode string) *program {
	b.Helper()
	return newProgram(b, p.connect(b), mode)
}

// newProgram installs an engine. Nothing runs by itself.
func newProgram(b *testing.B, db *sqlx.DB, mode string) *program {
	b.Helper()
	made := &program{}
	var options []denorm.Option
	if mode != localOnly {
		made.redis = redis.NewClient(&redis.Options{Addr: testservers.Redis(b)})
		b.Cleanup(func() { _ = made.redis.Close() })
		if err := made.redis.FlushAll(context.Background()).Err(); err != nil {
			b.Fatal(err)
		}
		cache, err := rediscache.New(made.redis)
		if err != nil {
			b.Fatal(err)
		}
		options = append(options, denorm.WithSharedCache(cache))
	}
	if mode == redisOnly {
		options = append(options, denorm.WithLocalCache(0))
	}
	made.engine = opened(b, db, options...)
	made.books = models.NewBooks(made.engine)
	if err := made.engine.Install(context.Background()); err != nil {
		b.Fatal(err)
	}
	made.drain(b)
	return made
}

func (p *program) drain(b *testing.B) {
	b.Helper()
	if err := p.engine.Drain(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// run follows changes until the benchmark ends.
func (p *program) run(b *testing.B) {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.engine.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, sql.ErrConnDone) {
			b.Error(err)
		}
	})
}
