// Package bench measures generated loading against what a user would write instead, in interleaved
// rounds, so that a noisy machine is noisy to all.
package bench

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
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
`

// fill makes books with two authors, four tags and eight reviews each, the same at every run.
func fill(tb testing.TB, db *sqlx.DB, books int) {
	tb.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	tx := db.MustBegin()
	defer func() { _ = tx.Rollback() }()
	tx.MustExec(schema)
	insert := func(query string) func(args ...any) {
		statement, err := tx.Preparex(query)
		if err != nil {
			tb.Fatalf("preparing %s: %v", query, err)
		}
		return func(args ...any) { statement.MustExec(args...) }
	}
	at := func(days int) string {
		return time.Date(2000, 1, 1, 9, 30, 0, 0, time.UTC).AddDate(0, 0, days).Format("2006-01-02 15:04:05")
	}
	authors, tags := books/4, 500
	country := insert("INSERT INTO countries VALUES (?, ?)")
	for id := range 100 {
		country(id+1, fmt.Sprintf("Country %d", id+1))
	}
	author := insert("INSERT INTO authors VALUES (?, ?, ?)")
	for id := range authors {
		author(id+1, fmt.Sprintf("Author Number %d", id+1), random.IntN(100)+1)
	}
	tag := insert("INSERT INTO tags VALUES (?, ?)")
	for id := range tags {
		tag(id+1, fmt.Sprintf("tag-%d", id+1))
	}
	book := insert("INSERT INTO books VALUES (?, ?, ?, ?, ?, ?, ?)")
	link := insert("INSERT OR IGNORE INTO book_authors VALUES (?, ?)")
	mark := insert("INSERT OR IGNORE INTO book_tags VALUES (?, ?)")
	review := insert("INSERT INTO reviews VALUES (?, ?, ?, ?, ?)")
	words := strings.Repeat("a fair number of words about the book, ", 8)
	for id := 1; id <= books; id++ {
		var summary *string
		if id%3 != 0 {
			text := "In short: " + words[:100+random.IntN(100)]
			summary = &text
		}
		book(id, fmt.Sprintf("The Book of %d", id), fmt.Sprintf("978-%09d", id), float64(random.IntN(9000)+99)/100,
			random.IntN(900)+20, at(random.IntN(8000)), summary)
		for range 2 {
			link(id, random.IntN(authors)+1)
		}
		for range 4 {
			mark(id, random.IntN(tags)+1)
		}
		for n := range 8 {
			review((n*books)+id, id, random.IntN(5)+1, words[:200+random.IntN(100)], at(random.IntN(9000)))
		}
	}
	if err := tx.Commit(); err != nil {
		tb.Fatalf("filling the store: %v", err)
	}
	db.MustExec("ANALYZE")
}
