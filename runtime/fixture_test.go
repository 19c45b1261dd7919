package denorm_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	"go.uber.org/goleak"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

// The servers of the tests, and the pools over them, live until the process ends.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("os/exec.(*Cmd).Wait"),
		goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"),
		goleak.IgnoreTopFunction("github.com/go-sql-driver/mysql.(*mysqlConn).startWatcher.func1"),
	)
}

// What follows is written as generated code is.

type BookDoc struct {
	ID        int64             `json:"id"`
	Title     string            `json:"title"`
	Subtitle  *string           `json:"subtitle"`
	Publisher *BookDocPublisher `json:"publisher"`
	Authors   []BookDocAuthors  `json:"authors"`
}

type BookDocPublisher struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

type BookDocAuthors struct {
	ID     int64                  `json:"id"`
	Name   string                 `json:"name"`
	Awards []BookDocAuthorsAwards `json:"awards"`
}

type BookDocAuthorsAwards struct {
	ID    int64 `json:"id"`
	Title string
}

const booksQueries = 3

func booksDefinition() *denorm.Definition[int64, BookDoc] {
	return &denorm.Definition[int64, BookDoc]{
		Name: "books", Shape: "books-1",
		Key: denorm.KeyCodec[int64]{Exact: true, Bind: func(args []any, key int64) []any { return append(args, key) }},
		Dialects: map[denorm.Dialect]denorm.Statements{
			denorm.SQLite:   booksSQL(`"`),
			denorm.Postgres: booksSQL(`"`),
			denorm.MySQL:    booksSQL("`"),
		},
		Loaders:    []string{"", "Authors", "Authors.Awards"},
		Queries:    booksQueries,
		Load:       loadBooks,
		AppendJSON: appendJSON[BookDoc],
	}
}

// appendJSON is what generated code does faster.
func appendJSON[D any](dst []byte, doc *D) ([]byte, error) {
	text, err := json.Marshal(doc)
	return append(dst, text...), err
}

func booksSQL(quote string) denorm.Statements {
	quoted := func(sql string) string { return strings.ReplaceAll(sql, `"`, quote) }
	return denorm.Statements{
		Roots: denorm.Roots{Table: quoted(`"books"`), Key: []string{quoted(`"id"`)}, Filter: quoted(`t."hidden" = 0`)},
		Loaders: []string{
			quoted(`SELECT t."id", t."title", t."subtitle", a1."id", a1."name"
FROM denorm_roots AS t
LEFT JOIN "publishers" AS a1 ON a1."id" = t."publisher_id"
ORDER BY t."id", a1."id"`),
			quoted(`SELECT a2."id", a2."name", a1."book_id"
FROM "book_authors" AS a1
JOIN "authors" AS a2 ON a2."id" = a1."author_id"
WHERE a1."book_id" IN (denorm_keys)
ORDER BY a1."book_id", a2."id"`),
			quoted(`SELECT a3."id", a3."title", a1."book_id", a2."id"
FROM "book_authors" AS a1
JOIN "authors" AS a2 ON a2."id" = a1."author_id"
JOIN "awards" AS a3 ON a3."author_id" = a2."id"
WHERE a1."book_id" IN (denorm_keys)
ORDER BY a1."book_id", a2."id", a3."id"`),
		},
	}
}

func loadBooks(batch *denorm.Batch) *denorm.Level[int64, BookDoc] {
	roots := denorm.LoadRoots(batch, func(row denorm.Row) int64 { return row.Int64(0) }, scanBookDoc)
	authors := denorm.LoadMany(batch, 1, roots,
		func(row denorm.Row) (int64, int64) { return row.Int64(2), row.Int64(0) },
		scanBookDocAuthors,
		func(doc *BookDoc, list []BookDocAuthors) { doc.Authors = list })
	denorm.LoadMany(batch, 2, authors,
		func(row denorm.Row) (denorm.Path[int64, int64], int64) {
			return denorm.Path[int64, int64]{Parent: row.Int64(2), Key: row.Int64(3)}, row.Int64(0)
		},
		scanBookDocAuthorsAwards,
		func(doc *BookDocAuthors, list []BookDocAuthorsAwards) { doc.Awards = list })
	return roots
}

func scanBookDoc(row denorm.Row, doc *BookDoc) {
	doc.ID = row.Int64(0)
	doc.Title = row.Text(1)
	doc.Subtitle = denorm.Null(row, 2, denorm.Row.Text)
	if !row.Null(3) {
		doc.Publisher = &BookDocPublisher{ID: row.Int64(3), Name: row.Text(4)}
	}
}

func scanBookDocAuthors(row denorm.Row, doc *BookDocAuthors) {
	doc.ID = row.Int64(0)
	doc.Name = row.Text(1)
}

func scanBookDocAuthorsAwards(row denorm.Row, doc *BookDocAuthorsAwards) {
	doc.ID = row.Int64(0)
	doc.Title = row.Text(1)
}

// bookTables make the tables on any database.
var bookTables = []string{
	`CREATE TABLE publishers (id BIGINT PRIMARY KEY, name VARCHAR(200) NOT NULL)`,
	`CREATE TABLE books (id BIGINT PRIMARY KEY, title VARCHAR(200), subtitle VARCHAR(200), publisher_id BIGINT,
		hidden INTEGER NOT NULL DEFAULT 0)`,
	`CREATE TABLE authors (id BIGINT PRIMARY KEY, name VARCHAR(200) NOT NULL)`,
	`CREATE TABLE book_authors (book_id BIGINT NOT NULL, author_id BIGINT NOT NULL)`,
	`CREATE TABLE awards (id BIGINT PRIMARY KEY, author_id BIGINT NOT NULL, title VARCHAR(200) NOT NULL)`,
	`INSERT INTO publishers VALUES (1, 'Acme'), (2, 'Borealis')`,
	`INSERT INTO books (id, title, subtitle, publisher_id) VALUES
		(1, 'One', NULL, 1), (2, 'Two', 'or more', NULL), (3, 'Three', '', 2), (5, 'Five', NULL, 2), (7, 'Seven', NULL, 1)`,
	`INSERT INTO books (id, title, hidden) VALUES (6, 'Hidden', 1)`,
	`INSERT INTO authors VALUES (10, 'Ann'), (11, 'Bob'), (12, 'Cid')`,
	`INSERT INTO book_authors VALUES (1, 10), (1, 11), (2, 11), (2, 11), (5, 12), (6, 10), (7, 10)`,
	`INSERT INTO awards VALUES (100, 10, 'Prize'), (101, 12, 'Medal'), (102, 10, 'Cup')`,
}

// direct is in the names of tests whose engines read every batch from SQLite's driver itself.
const direct = "driver_rows"

// everywhere runs a test on every database that this machine has, over the tables of books.
func everywhere(t *testing.T, test func(t *testing.T, db *sqlx.DB)) {
	t.Helper()
	over := func(t *testing.T, db *sqlx.DB) {
		before := goleak.IgnoreCurrent()
		t.Cleanup(func() { // after the engine was closed
			_ = db.Close()
			goleak.VerifyNone(t, before)
		})
		execute(t, db, bookTables...)
		test(t, db)
	}
	testservers.Each(t, over)
	t.Run(sqliteName+" "+direct, func(t *testing.T) { over(t, testservers.SQLite(t, sqliteName)) })
}

// bothWays runs a test of SQLite through database/sql, and without it.
func bothWays(t *testing.T, test func(t *testing.T)) {
	t.Run("database/sql", test)
	t.Run(direct, test)
}

func execute(t testing.TB, db *sqlx.DB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// open makes an engine that is closed with the test.
func open(t testing.TB, db *sqlx.DB, options ...denorm.Option) *denorm.Engine {
	t.Helper()
	usual := []denorm.Option{denorm.WithLogger(slog.New(slog.DiscardHandler))}
	if strings.Contains(t.Name(), direct) {
		usual = append(usual, denorm.WithDriverRows(1))
	}
	engine, err := denorm.Open(context.Background(), db, append(usual, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return engine
}

// books registers the collection with a fresh engine.
func books(t testing.TB, db *sqlx.DB, options ...denorm.Option) *denorm.Collection[int64, BookDoc] {
	t.Helper()
	return denorm.Register(open(t, db, options...), booksDefinition())
}
