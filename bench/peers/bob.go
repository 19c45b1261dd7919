package peers

import (
	"context"
	"encoding/json"

	"github.com/jmoiron/sqlx"
	bobsql "github.com/stephenafamo/bob"
	"github.com/stephenafamo/bob/dialect/psql/sm"

	"github.com/denormgen/denormgen/bench/models"
	"github.com/denormgen/denormgen/bench/peers/bob"
)

// newBob loads relations by queries of their own, but joins countries to authors: its manual's "then load" and "preload".
// Its models are of one database's kind, here PostgreSQL's. Statements are kept by the driver.
func newBob(db *sqlx.DB) Loader {
	opened := bobsql.NewDB(db.DB)
	options := snapshot(db)
	return func(ctx context.Context, keys []int64) (Books, error) {
		ids := make([]int32, len(keys))
		for i, key := range keys {
			ids[i] = int32(key)
		}
		var books bob.BookSlice
		err := opened.RunInTx(ctx, options, func(ctx context.Context, tx bobsql.Executor) (err error) {
			books, err = bob.Books.Query(
				bob.SelectWhere.Books.ID.In(ids...),
				sm.OrderBy(bob.Books.Columns.ID),
				bob.SelectThenLoad.Book.Authors(bob.Preload.Author.Country(), sm.OrderBy(bob.Authors.Columns.ID)),
				bob.SelectThenLoad.Book.Tags(sm.OrderBy(bob.Tags.Columns.ID)),
				bob.SelectThenLoad.Book.Reviews(sm.OrderBy(bob.Reviews.Columns.ID)),
			).All(ctx, tx)
			return err
		})
		return loaded(bobBooks(books), func(b *bob.Book) int64 { return int64(b.ID) }), err
	}
}

// bobBooks write the JSON of the others: bob's own has what is related below a name of its own.
type bobBooks []*bob.Book

func (list bobBooks) MarshalJSON() ([]byte, error) {
	docs := make([]models.BookDoc, len(list))
	for i, b := range list {
		doc := models.BookDoc{
			ID: int64(b.ID), Title: b.Title, ISBN: b.Isbn, Price: b.Price, Pages: int(b.Pages), PublishedAt: b.PublishedAt,
		}
		if b.Summary.Valid {
			doc.Summary = &b.Summary.V
		}
		for _, a := range b.R.Authors {
			country := a.R.Country
			doc.Authors = append(doc.Authors, models.BookDocAuthors{
				ID: int64(a.ID), Name: a.Name, CountryID: int64(a.CountryID),
				Country: &models.BookDocAuthorsCountry{ID: int64(country.ID), Name: country.Name},
			})
		}
		for _, t := range b.R.Tags {
			doc.Tags = append(doc.Tags, models.BookDocTags{ID: int64(t.ID), Name: t.Name})
		}
		for _, r := range b.R.Reviews {
			doc.Reviews = append(doc.Reviews, models.BookDocReviews{ID: int64(r.ID), Rating: int(r.Rating), Body: r.Body, CreatedAt: r.CreatedAt})
		}
		docs[i] = doc
	}
	return json.Marshal(docs)
}
