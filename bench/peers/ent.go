package peers

import (
	"context"
	"encoding/json"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/bench/models"
	"github.com/denormgen/denormgen/bench/peers/ent"
	"github.com/denormgen/denormgen/bench/peers/ent/author"
	"github.com/denormgen/denormgen/bench/peers/ent/book"
	"github.com/denormgen/denormgen/bench/peers/ent/review"
	"github.com/denormgen/denormgen/bench/peers/ent/tag"
)

// newEnt loads edges eagerly.
func newEnt(db *sqlx.DB) Loader {
	name := dialect.SQLite
	switch db.DriverName() {
	case "pgx":
		name = dialect.Postgres
	case "mysql":
		name = dialect.MySQL
	}
	client := ent.NewClient(ent.Driver(entsql.OpenDB(name, db.DB)))
	options := snapshot(db)
	return func(ctx context.Context, keys []int64) (Books, error) {
		tx, err := client.BeginTx(ctx, options)
		if err != nil {
			return Books{}, err
		}
		defer func() { _ = tx.Rollback() }()
		books, err := tx.Book.Query().Where(book.IDIn(keys...)).Order(book.ByID()).
			WithAuthors(func(q *ent.AuthorQuery) { q.Order(author.ByID()).WithCountry() }).
			WithTags(func(q *ent.TagQuery) { q.Order(tag.ByID()) }).
			WithReviews(func(q *ent.ReviewQuery) { q.Order(review.ByID()) }).All(ctx)
		if err != nil {
			return Books{}, err
		}
		return loaded(entBooks(books), func(b *ent.Book) int64 { return b.ID }), tx.Commit()
	}
}

// entBooks write the JSON of the others: ent's own has what is related below a name of its own.
type entBooks []*ent.Book

func (list entBooks) MarshalJSON() ([]byte, error) {
	docs := make([]models.BookDoc, len(list))
	for i, b := range list {
		doc := models.BookDoc{
			ID: b.ID, Title: b.Title, ISBN: b.Isbn, Price: b.Price, Pages: b.Pages, PublishedAt: b.PublishedAt, Summary: b.Summary,
		}
		for _, a := range b.Edges.Authors {
			country := a.Edges.Country
			doc.Authors = append(doc.Authors, models.BookDocAuthors{
				ID: a.ID, Name: a.Name, CountryID: a.CountryID,
				Country: &models.BookDocAuthorsCountry{ID: country.ID, Name: country.Name},
			})
		}
		for _, t := range b.Edges.Tags {
			doc.Tags = append(doc.Tags, models.BookDocTags{ID: t.ID, Name: t.Name})
		}
		for _, r := range b.Edges.Reviews {
			doc.Reviews = append(doc.Reviews, models.BookDocReviews{ID: r.ID, Rating: r.Rating, Body: r.Body, CreatedAt: r.CreatedAt})
		}
		docs[i] = doc
	}
	return json.Marshal(docs)
}
