package peers

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/denormgen/denormgen/bench/models"
	"github.com/jmoiron/sqlx"
)

// hand loads books as a careful person would by database/sql: four queries in one snapshot, to-one
// relations joined, padded IN lists, statements prepared once, children cut from one slab each.
type hand struct {
	db         *sqlx.DB
	options    *sql.TxOptions
	statements map[string]*sql.Stmt // they end with the pool
}

func newHand(db *sqlx.DB) Loader {
	h := &hand{db: db, options: snapshot(db), statements: map[string]*sql.Stmt{}}
	return Ours(h.load)
}

const (
	handBooks = `SELECT id, title, isbn, price, pages, published_at, summary FROM books WHERE id IN (%s) ORDER BY id`

	handAuthors = `SELECT l.book_id, a.id, a.name, a.country_id, c.id, c.name FROM book_authors l
		JOIN authors a ON a.id = l.author_id JOIN countries c ON c.id = a.country_id
		WHERE l.book_id IN (%s) ORDER BY l.book_id, a.id`

	handTags = `SELECT l.book_id, t.id, t.name FROM book_tags l JOIN tags t ON t.id = l.tag_id
		WHERE l.book_id IN (%s) ORDER BY l.book_id, t.id`

	handReviews = `SELECT book_id, id, rating, body, created_at FROM reviews WHERE book_id IN (%s) ORDER BY book_id, id`
)

// padded returns the keys with the last repeated up to a power of two, so that few statements serve.
func padded(keys []int64) []any {
	size := 1
	for size < len(keys) {
		size *= 2
	}
	args := make([]any, size)
	for i := range args {
		args[i] = keys[min(i, len(keys)-1)]
	}
	return args
}

func (h *hand) statement(ctx context.Context, query string, size int) (*sql.Stmt, error) {
	query = fmt.Sprintf(query, strings.TrimSuffix(strings.Repeat("?,", size), ","))
	if s := h.statements[query]; s != nil {
		return s, nil
	}
	s, err := h.db.PrepareContext(ctx, h.db.Rebind(query))
	if err == nil {
		h.statements[query] = s
	}
	return s, err
}

// each runs one query of a snapshot and hands every row to scan.
func (h *hand) each(ctx context.Context, tx *sql.Tx, s *sql.Stmt, args []any, scan func(*sql.Rows) error) error {
	rows, err := tx.StmtContext(ctx, s).QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// load returns the books of the given keys, which are ascending.
func (h *hand) load(ctx context.Context, keys []int64) ([]*models.BookDoc, error) {
	args := padded(keys)
	var statements [4]*sql.Stmt
	for i, query := range []string{handBooks, handAuthors, handTags, handReviews} {
		s, err := h.statement(ctx, query, len(args))
		if err != nil {
			return nil, err
		}
		statements[i] = s
	}
	tx, err := h.db.BeginTx(ctx, h.options)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()

	books := make([]models.BookDoc, 0, len(keys))
	err = h.each(ctx, tx, statements[0], args, func(rows *sql.Rows) error {
		var b models.BookDoc
		err := rows.Scan(&b.ID, &b.Title, &b.ISBN, &b.Price, &b.Pages, &b.PublishedAt, &b.Summary)
		books = append(books, b)
		return err
	})
	if err != nil {
		return nil, err
	}

	authors := make([]models.BookDocAuthors, 0, 2*len(keys))
	authorsOf := cut{ends: make([]int, len(books))}
	err = h.each(ctx, tx, statements[1], args, func(rows *sql.Rows) error {
		var book int64
		a := models.BookDocAuthors{Country: &models.BookDocAuthorsCountry{}}
		err := rows.Scan(&book, &a.ID, &a.Name, &a.CountryID, &a.Country.ID, &a.Country.Name)
		authors = append(authors, a)
		authorsOf.add(books, book, len(authors))
		return err
	})
	if err != nil {
		return nil, err
	}

	tags := make([]models.BookDocTags, 0, 4*len(keys))
	tagsOf := cut{ends: make([]int, len(books))}
	err = h.each(ctx, tx, statements[2], args, func(rows *sql.Rows) error {
		var book int64
		var t models.BookDocTags
		err := rows.Scan(&book, &t.ID, &t.Name)
		tags = append(tags, t)
		tagsOf.add(books, book, len(tags))
		return err
	})
	if err != nil {
		return nil, err
	}

	reviews := make([]models.BookDocReviews, 0, 8*len(keys))
	reviewsOf := cut{ends: make([]int, len(books))}
	err = h.each(ctx, tx, statements[3], args, func(rows *sql.Rows) error {
		var book int64
		var r models.BookDocReviews
		err := rows.Scan(&book, &r.ID, &r.Rating, &r.Body, &r.CreatedAt)
		reviews = append(reviews, r)
		reviewsOf.add(books, book, len(reviews))
		return err
	})
	if err != nil {
		return nil, err
	}

	out := make([]*models.BookDoc, len(books))
	for i := range books {
		b := &books[i]
		from, to := authorsOf.bounds(i)
		b.Authors = authors[from:to:to]
		from, to = tagsOf.bounds(i)
		b.Tags = tags[from:to:to]
		from, to = reviewsOf.bounds(i)
		b.Reviews = reviews[from:to:to]
		out[i] = b
	}
	return out, tx.Commit()
}

// cut remembers where in a slab the children of each book end.
type cut struct {
	at   int
	ends []int
}

func (c *cut) add(books []models.BookDoc, book int64, end int) {
	for books[c.at].ID != book {
		c.at++
		c.ends[c.at] = c.ends[c.at-1]
	}
	c.ends[c.at] = end
}

func (c *cut) bounds(i int) (from, to int) {
	if i > 0 {
		from = c.ends[i-1]
	}
	return from, max(from, c.ends[i])
}
