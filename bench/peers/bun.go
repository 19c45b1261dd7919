package peers

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/mysqldialect"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
)

type bunBook struct {
	bun.BaseModel `bun:"table:books,alias:book" json:"-"`

	ID          int64       `bun:"id,pk" json:"id"`
	Title       string      `bun:"title" json:"title"`
	ISBN        string      `bun:"isbn" json:"isbn"`
	Price       float64     `bun:"price" json:"price"`
	Pages       int         `bun:"pages" json:"pages"`
	PublishedAt time.Time   `bun:"published_at" json:"published_at"`
	Summary     *string     `bun:"summary" json:"summary"`
	Authors     []bunAuthor `bun:"m2m:book_authors,join:Book=Author" json:"authors"`
	Tags        []bunTag    `bun:"m2m:book_tags,join:Book=Tag" json:"tags"`
	Reviews     []bunReview `bun:"rel:has-many,join:id=book_id" json:"reviews"`
}

type bunAuthor struct {
	bun.BaseModel `bun:"table:authors,alias:author" json:"-"`

	ID        int64       `bun:"id,pk" json:"id"`
	Name      string      `bun:"name" json:"name"`
	CountryID int64       `bun:"country_id" json:"country_id"`
	Country   *bunCountry `bun:"rel:belongs-to,join:country_id=id" json:"country"`
}

type bunCountry struct {
	bun.BaseModel `bun:"table:countries,alias:country" json:"-"`

	ID   int64  `bun:"id,pk" json:"id"`
	Name string `bun:"name" json:"name"`
}

type bunTag struct {
	bun.BaseModel `bun:"table:tags,alias:tag" json:"-"`

	ID   int64  `bun:"id,pk" json:"id"`
	Name string `bun:"name" json:"name"`
}

type bunReview struct {
	bun.BaseModel `bun:"table:reviews,alias:review" json:"-"`

	ID        int64     `bun:"id,pk" json:"id"`
	BookID    int64     `bun:"book_id" json:"-"`
	Rating    int       `bun:"rating" json:"rating"`
	Body      string    `bun:"body" json:"body"`
	CreatedAt time.Time `bun:"created_at" json:"created_at"`
}

type bunBookAuthor struct {
	bun.BaseModel `bun:"table:book_authors,alias:book_author"`

	BookID   int64      `bun:"book_id,pk"`
	Book     *bunBook   `bun:"rel:belongs-to,join:book_id=id"`
	AuthorID int64      `bun:"author_id,pk"`
	Author   *bunAuthor `bun:"rel:belongs-to,join:author_id=id"`
}

type bunBookTag struct {
	bun.BaseModel `bun:"table:book_tags,alias:book_tag"`

	BookID int64    `bun:"book_id,pk"`
	Book   *bunBook `bun:"rel:belongs-to,join:book_id=id"`
	TagID  int64    `bun:"tag_id,pk"`
	Tag    *bunTag  `bun:"rel:belongs-to,join:tag_id=id"`
}

// newBun loads relations. Bun writes values into its queries, and so keeps no statements.
func newBun(db *sqlx.DB) Loader {
	var dialect schema.Dialect = sqlitedialect.New()
	switch db.DriverName() {
	case "pgx":
		dialect = pgdialect.New()
	case "mysql":
		dialect = mysqldialect.New()
	}
	opened := bun.NewDB(db.DB, dialect)
	opened.RegisterModel((*bunBookAuthor)(nil), (*bunBookTag)(nil))
	ordered := func(column string) func(*bun.SelectQuery) *bun.SelectQuery {
		return func(query *bun.SelectQuery) *bun.SelectQuery { return query.OrderExpr(column) }
	}
	options := snapshot(db)
	return func(ctx context.Context, keys []int64) (Books, error) {
		var books []bunBook
		err := opened.RunInTx(ctx, options, func(ctx context.Context, tx bun.Tx) error {
			return tx.NewSelect().Model(&books).Where("book.id IN (?)", bun.In(keys)).OrderExpr("book.id").
				Relation("Authors", ordered("author.id")).Relation("Authors.Country").
				Relation("Tags", ordered("tag.id")).Relation("Reviews", ordered("review.id")).Scan(ctx)
		})
		return loaded(books, func(b bunBook) int64 { return b.ID }), err
	}
}
