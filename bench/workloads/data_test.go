package workloads

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/setting"
)

const schema = `
CREATE TABLE countries (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL, country_id INTEGER NOT NULL);
CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL, isbn TEXT NOT NULL, price REAL NOT NULL,
    pages INTEGER NOT NULL, published_at DATETIME NOT NULL, summary TEXT);
CREATE TABLE book_authors (book_id INTEGER NOT NULL, author_id INTEGER NOT NULL, PRIMARY KEY (book_id, author_id)) WITHOUT ROWID;
CREATE TABLE book_tags (book_id INTEGER NOT NULL, tag_id INTEGER NOT NULL, PRIMARY KEY (book_id, tag_id)) WITHOUT ROWID;
CREATE TABLE reviews (id INTEGER PRIMARY KEY, book_id INTEGER NOT NULL, rating INTEGER NOT NULL, body TEXT NOT NULL,
    created_at DATETIME NOT NULL);
CREATE INDEX reviews_book ON reviews (book_id);
CREATE INDEX book_authors_author ON book_authors (author_id);
CREATE INDEX book_tags_tag ON book_tags (tag_id);
CREATE INDEX authors_country ON authors (country_id)`

// brief is the usual amount of something, or that of a short run (go test -short), which only shows that benchmarks work.
func brief[T any](usual, short T) T {
	if testing.Short() {
		return short
	}
	return usual
}

// books is how many books the store has: BENCH_BOOKS, or 2,000 so that a test run stays short.
func books(tb testing.TB) int {
	const usual, least = 2000, 1000
	return setting.Number(tb, "BENCH_BOOKS", brief(usual, least), least)
}

// createTables makes the empty store.
func createTables(tb testing.TB, db *sqlx.DB) {
	tb.Helper()
	text := schema
	if driver := db.DriverName(); driver == "pgx" || driver == "mysql" {
		text = strings.NewReplacer(" WITHOUT ROWID", "", "REAL", "DOUBLE PRECISION").Replace(text)
		if driver == "pgx" {
			text = strings.ReplaceAll(text, "DATETIME", "TIMESTAMP")
		}
	}
	for statement := range strings.SplitSeq(text, ";") {
		mustExec(tb, db, statement)
	}
}

// analyze has the database count what it holds.
func analyze(tb testing.TB, db *sqlx.DB) {
	tb.Helper()
	if db.DriverName() == "mysql" {
		mustExec(tb, db, "ANALYZE TABLE countries, authors, tags, books, book_authors, book_tags, reviews")
		return
	}
	mustExec(tb, db, "ANALYZE")
}

func mustExec(tb testing.TB, db *sqlx.DB, query string) {
	tb.Helper()
	if _, err := db.Exec(query); err != nil {
		tb.Fatalf("%s: %v", query, err)
	}
}

// fill makes books with two authors, four tags and eight reviews each, the same at every run and in every database.
func fill(tb testing.TB, db *sqlx.DB, books int) {
	tb.Helper()
	createTables(tb, db)
	tx, err := db.Beginx()
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	into := func(table string) *rows { return &rows{tb: tb, tx: tx, table: table} }
	country, author, tag, book := into("countries"), into("authors"), into("tags"), into("books")
	link, mark, review := into("book_authors"), into("book_tags"), into("reviews")

	random := rand.New(rand.NewPCG(1, 2))
	at := func(days int) string {
		return time.Date(2000, 1, 1, 9, 30, 0, 0, time.UTC).AddDate(0, 0, days).Format("2006-01-02 15:04:05")
	}
	authors, tags := books/4, 500
	for id := range 100 {
		country.add(id+1, fmt.Sprintf("Country %d", id+1))
	}
	for id := range authors {
		author.add(id+1, fmt.Sprintf("Author Number %d", id+1), random.IntN(100)+1)
	}
	for id := range tags {
		tag.add(id+1, fmt.Sprintf("tag-%d", id+1))
	}
	words := strings.Repeat("a fair number of words about the book, ", 8)
	some := func(n, of int) []int {
		var list []int
		for range n {
			list = append(list, random.IntN(of)+1)
		}
		slices.Sort(list)
		return slices.Compact(list)
	}
	for id := 1; id <= books; id++ {
		var summary *string
		if id%3 != 0 {
			summary = new("In short: " + words[:100+random.IntN(100)])
		}
		book.add(id, fmt.Sprintf("The Book of %d", id), fmt.Sprintf("978-%09d", id), float64(random.IntN(9000)+99)/100,
			random.IntN(900)+20, at(random.IntN(8000)), summary)
		for _, author := range some(2, authors) {
			link.add(id, author)
		}
		for _, tag := range some(4, tags) {
			mark.add(id, tag)
		}
		for n := range 8 {
			review.add((n*books)+id, id, random.IntN(5)+1, words[:200+random.IntN(100)], at(random.IntN(9000)))
		}
	}
	for _, r := range []*rows{country, author, tag, book, link, mark, review} {
		r.flush()
	}
	if err := tx.Commit(); err != nil {
		tb.Fatalf("filling the store: %v", err)
	}
	analyze(tb, db)
}

// rows are those of a table that are written many at once.
type rows struct {
	tb      testing.TB
	tx      *sqlx.Tx
	table   string
	columns int
	values  []any
}

const rowsAtOnce = 500

func (r *rows) add(values ...any) {
	r.columns = len(values)
	r.values = append(r.values, values...)
	if len(r.values) == rowsAtOnce*r.columns {
		r.flush()
	}
}

func (r *rows) flush() {
	r.tb.Helper()
	if len(r.values) == 0 {
		return
	}
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", r.columns), ", ") + ")"
	list := strings.TrimSuffix(strings.Repeat(row+", ", len(r.values)/r.columns), ", ")
	if _, err := r.tx.Exec(r.tx.Rebind("INSERT INTO "+r.table+" VALUES "+list), r.values...); err != nil {
		r.tb.Fatalf("filling %s: %v", r.table, err)
	}
	r.values = r.values[:0]
}
