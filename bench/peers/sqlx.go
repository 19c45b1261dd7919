package peers

import (
	"context"
	"database/sql"
	"time"

	"github.com/denormgen/denormgen/bench/models"
	"github.com/jmoiron/sqlx"
)

// plain loads books as most people do by sqlx: IN lists, StructScan, maps from key to parent.
type plain struct {
	db      *sqlx.DB
	options *sql.TxOptions
}

func newPlain(db *sqlx.DB) Loader { return Ours((&plain{db: db, options: snapshot(db)}).load) }

type plainBook struct {
	ID          int64     `db:"id"`
	Title       string    `db:"title"`
	ISBN        string    `db:"isbn"`
	Price       float64   `db:"price"`
	Pages       int       `db:"pages"`
	PublishedAt time.Time `db:"published_at"`
	Summary     *string   `db:"summary"`
}

type plainAuthor struct {
	BookID      int64  `db:"book_id"`
	ID          int64  `db:"id"`
	Name        string `db:"name"`
	CountryID   int64  `db:"country_id"`
	CountryName string `db:"country_name"`
}

type plainTag struct {
	BookID int64  `db:"book_id"`
	ID     int64  `db:"id"`
	Name   string `db:"name"`
}

type plainReview struct {
	BookID    int64     `db:"book_id"`
	ID        int64     `db:"id"`
	Rating    int       `db:"rating"`
	Body      string    `db:"body"`
	CreatedAt time.Time `db:"created_at"`
}

// in selects the rows of one IN query into list.
func in[T any](ctx context.Context, tx *sqlx.Tx, query string, keys []int64) ([]T, error) {
	query, args, err := sqlx.In(query, keys)
	if err != nil {
		return nil, err
	}
	var list []T
	return list, tx.SelectContext(ctx, &list, tx.Rebind(query), args...)
}

func (p *plain) load(ctx context.Context, keys []int64) ([]*models.BookDoc, error) {
	tx, err := p.db.BeginTxx(ctx, p.options)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()
	books, err := in[plainBook](ctx, tx, `SELECT id, title, isbn, price, pages, published_at, summary
		FROM books WHERE id IN (?) ORDER BY id`, keys)
	if err != nil {
		return nil, err
	}
	authors, err := in[plainAuthor](ctx, tx, `SELECT l.book_id, a.id, a.name, a.country_id, c.name AS country_name
		FROM book_authors l JOIN authors a ON a.id = l.author_id JOIN countries c ON c.id = a.country_id
		WHERE l.book_id IN (?) ORDER BY a.id`, keys)
	if err != nil {
		return nil, err
	}
	tags, err := in[plainTag](ctx, tx, `SELECT l.book_id, t.id, t.name FROM book_tags l JOIN tags t ON t.id = l.tag_id
		WHERE l.book_id IN (?) ORDER BY t.id`, keys)
	if err != nil {
		return nil, err
	}
	reviews, err := in[plainReview](ctx, tx, `SELECT book_id, id, rating, body, created_at FROM reviews
		WHERE book_id IN (?) ORDER BY id`, keys)
	if err != nil {
		return nil, err
	}
	out := make([]*models.BookDoc, len(books))
	byID := make(map[int64]*models.BookDoc, len(books))
	for i, b := range books {
		out[i] = &models.BookDoc{
			ID: b.ID, Title: b.Title, ISBN: b.ISBN, Price: b.Price, Pages: b.Pages, PublishedAt: b.PublishedAt, Summary: b.Summary,
			Authors: []models.BookDocAuthors{}, Tags: []models.BookDocTags{}, Reviews: []models.BookDocReviews{},
		}
		byID[b.ID] = out[i]
	}
	for _, a := range authors {
		b := byID[a.BookID]
		b.Authors = append(b.Authors, models.BookDocAuthors{
			ID: a.ID, Name: a.Name, CountryID: a.CountryID,
			Country: &models.BookDocAuthorsCountry{ID: a.CountryID, Name: a.CountryName},
		})
	}
	for _, t := range tags {
		b := byID[t.BookID]
		b.Tags = append(b.Tags, models.BookDocTags{ID: t.ID, Name: t.Name})
	}
	for _, r := range reviews {
		b := byID[r.BookID]
		b.Reviews = append(b.Reviews, models.BookDocReviews{ID: r.ID, Rating: r.Rating, Body: r.Body, CreatedAt: r.CreatedAt})
	}
	return out, tx.Commit()
}
