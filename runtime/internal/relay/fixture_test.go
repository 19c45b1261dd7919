package relay

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/capture"
)

// each database runs a test on every kind of database, SQLite in memory included.
func eachDatabase(t *testing.T, test func(t *testing.T, x *fixture)) {
	t.Helper()
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) { test(t, newFixture(t, db)) })
	for _, name := range []string{testservers.Pure, testservers.Cgo} {
		t.Run(name+" in memory", func(t *testing.T) {
			db := testservers.OpenSQLiteDSN(t, name, ":memory:")
			db.SetMaxOpenConns(1)
			test(t, newFixture(t, db))
		})
	}
}

// onServers runs a test where several transactions write at once.
func onServers(t *testing.T, test func(t *testing.T, x *fixture)) {
	t.Helper()
	t.Run("postgres", func(t *testing.T) { test(t, newFixture(t, testservers.Postgres(t))) })
	t.Run("mysql", func(t *testing.T) { test(t, newFixture(t, testservers.MySQL(t))) })
}

// onFiles runs a test on SQLite files.
func onFiles(t *testing.T, test func(t *testing.T, x *fixture)) {
	t.Helper()
	for _, name := range []string{testservers.Pure, testservers.Cgo} {
		t.Run(name, func(t *testing.T) { test(t, newFixture(t, testservers.SQLite(t, name))) })
	}
}

// fixture is a database with books and their authors, and a collection of books that shows the author's
// name. Changes are logged by hand, so that tests decide what is logged when.
type fixture struct {
	t       *testing.T
	db      *sqlx.DB
	dialect sqlDialect
	backend capture.Backend
	layouts map[string]capture.Layout // by table
	feed    *feed
}

func newFixture(t *testing.T, db *sqlx.DB) *fixture {
	t.Helper()
	x := &fixture{t: t, db: db, layouts: map[string]capture.Layout{}}
	switch db.DriverName() {
	case "pgx":
		x.dialect = postgres
	case "mysql":
		x.dialect = mysql
	default:
		x.dialect = sqlite
	}
	backend, err := capture.Lookup(capture.Dialect(x.dialect))
	if err != nil {
		t.Skip(err)
	}
	x.backend = backend
	for _, text := range backend.Tables() {
		x.exec(text)
	}
	x.exec(`CREATE TABLE "authors" ("id" BIGINT NOT NULL PRIMARY KEY, "name" VARCHAR(100) NOT NULL)`)
	x.exec(`CREATE TABLE "books" ("id" BIGINT NOT NULL PRIMARY KEY, "title" VARCHAR(100) NOT NULL, "author_id" BIGINT)`)
	x.exec(`CREATE INDEX "books_author" ON "books" ("author_id")`)
	x.store(x.plan("books"))
	x.feed = x.open(Config{})
	return x
}

// plan is that of a collection of books.
func (x *fixture) plan(collection string) capture.Plan {
	return capture.Plan{
		Collection: collection, Shape: "s1", Table: capture.Table{Name: "books"}, Key: []string{"id"}, Exact: true,
		Depends: []capture.Dependency{
			{Table: capture.Table{Name: "books"}, Columns: []string{"author_id", "title"}, From: []string{"id"}, Roots: ownRoots(1)},
			{Table: capture.Table{Name: "authors"}, Path: "Author", Columns: []string{"name"}, From: []string{"id"},
				Roots: x.dialect.text(`SELECT DISTINCT t."id" AS k1 FROM denorm_changed AS c JOIN "books" AS t ON t."author_id" = c.v1`)},
		},
	}
}

// memory tells that the database is one in memory: each feed has a side of its own then.
func (x *fixture) memory() bool {
	s, ok := x.feed.store.(*sqliteStore)
	return ok && !s.ownMain
}

// store stores plans, and the layouts that they need.
func (x *fixture) store(plans ...capture.Plan) {
	x.t.Helper()
	for _, plan := range plans {
		body, err := json.Marshal(plan)
		x.check(err)
		x.exec(`INSERT INTO "denorm_plans" ("collection", "shape", "application", "body", "seen_at") VALUES (?, ?, 'test', ?, 0)`,
			plan.Collection, plan.Shape, string(body))
	}
	for _, layout := range capture.Layouts(plans) {
		body, err := json.Marshal(layout)
		x.check(err)
		x.layouts[layout.Table.Name] = layout
		x.exec(`INSERT INTO "denorm_layouts" ("id", "body") VALUES (?, ?)`+x.dialect.ignore("id"), layout.ID, string(body))
	}
}

func (x *fixture) open(cfg Config) *feed {
	x.t.Helper()
	f := x.openQuietly(cfg)
	x.t.Cleanup(func() { x.check(f.Close()) })
	return f
}

// openQuietly leaves closing to the caller.
func (x *fixture) openQuietly(cfg Config) *feed {
	x.t.Helper()
	cfg.DB, cfg.Dialect, cfg.Backend, cfg.Logger = x.db.DB, capture.Dialect(x.dialect), x.backend, slog.New(slog.DiscardHandler)
	opened, err := Open(x.ctx(), cfg)
	x.check(err)
	return opened.(*feed)
}

// within is the fixture for a part of a test: what the part began ends with it.
func (x *fixture) within(t *testing.T) *fixture {
	part := *x
	part.t = t
	return &part
}

func (x *fixture) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	x.t.Cleanup(cancel)
	return ctx
}

func (x *fixture) check(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

func (x *fixture) exec(query string, args ...any) {
	x.t.Helper()
	x.on(x.db, query, args...)
}

func (x *fixture) on(q capture.Queryer, query string, args ...any) {
	x.t.Helper()
	if _, err := q.ExecContext(x.ctx(), x.dialect.text(query), args...); err != nil {
		x.t.Fatalf("%s: %v", query, err)
	}
}

// log logs a change of the row with an id: op I, U, D or T.
func (x *fixture) log(q capture.Queryer, table, op string, id int64) {
	x.t.Helper()
	x.logText(q, table, op, strconv.FormatInt(id, 10))
}

func (x *fixture) logText(q capture.Queryer, table, op, value string) {
	x.t.Helper()
	layout := x.layouts[table]
	row := value
	switch x.dialect {
	case postgres:
		row = "{" + value + "}"
	case mysql:
		row = hex.EncodeToString([]byte(value))
	}
	none := sql.NullString{}
	side, in := sql.NullString{String: row, Valid: true}, sql.NullString{Valid: true, String: strings.Repeat("1", len(layout.Guards))}
	before, after, oldIn, newIn, changed := side, side, in, in, none
	switch op {
	case "I":
		before, oldIn = none, none
	case "D":
		after, newIn = none, none
	case "T":
		before, after, oldIn, newIn = none, none, none, none
	case "U":
		changed = sql.NullString{String: strings.Repeat("1", len(layout.Tracked)), Valid: true}
	}
	x.on(q, `INSERT INTO "denorm_changes" ("layout", "op", "changed", "old_in", "new_in", "old_row", "new_row") VALUES (?, ?, ?, ?, ?, ?, ?)`,
		layout.ID, op, changed, oldIn, newIn, before, after)
}

func (x *fixture) begin() *sql.Tx {
	x.t.Helper()
	tx, err := x.db.DB.BeginTx(context.Background(), nil)
	x.check(err)
	x.t.Cleanup(func() { tx.Rollback() })
	return tx
}

// drain relays until there is nothing left, and returns how many steps that took.
func (x *fixture) drain(f *feed) int {
	x.t.Helper()
	for n := 0; ; n++ {
		worked, err := f.Relay(x.ctx())
		x.check(err)
		if !worked {
			return n
		}
	}
}

// read returns all events after a position, as texts, and the position behind them.
func (x *fixture) read(f *feed, after Position) ([]string, Position) {
	x.t.Helper()
	var list []string
	for {
		page, err := f.Read(x.ctx(), after, 100)
		x.check(err)
		if page.Reset {
			x.t.Fatalf("a reset after %v", after)
		}
		for _, e := range page.Events {
			list = append(list, text(e))
		}
		after = page.To
		if !page.More {
			return list, after
		}
	}
}

func text(e Event) string {
	if e.All {
		return e.Collection + " *"
	}
	return e.Collection + " " + e.Key
}

// want compares the events after a position, in any order, and returns the position behind them.
func (x *fixture) want(f *feed, after Position, want ...string) Position {
	x.t.Helper()
	got, to := x.read(f, after)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		x.t.Fatalf("the events are %q, want %q", got, want)
	}
	return to
}

func (x *fixture) poll(f *feed) Poll {
	x.t.Helper()
	p, err := f.Poll(x.ctx())
	x.check(err)
	return p
}

func (x *fixture) number(query string, args ...any) int64 {
	x.t.Helper()
	n, err := readNumber(x.ctx(), x.db, x.dialect.text(query), args...)
	x.check(err)
	return n
}

// books makes n books of an author.
func (x *fixture) books(author, first, n int64) {
	x.t.Helper()
	for start := first; start < first+n; start += 1000 {
		var rows []string
		for id := start; id < min(start+1000, first+n); id++ {
			rows = append(rows, fmt.Sprintf("(%d, 'book', %d)", id, author))
		}
		x.exec(`INSERT INTO "books" ("id", "title", "author_id") VALUES ` + strings.Join(rows, ", "))
	}
}
