package peers

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

type gormBook struct {
	ID          int64        `gorm:"primaryKey" json:"id"`
	Title       string       `json:"title"`
	ISBN        string       `gorm:"column:isbn" json:"isbn"`
	Price       float64      `json:"price"`
	Pages       int          `json:"pages"`
	PublishedAt time.Time    `json:"published_at"`
	Summary     *string      `json:"summary"`
	Authors     []gormAuthor `gorm:"many2many:book_authors;joinForeignKey:BookID;joinReferences:AuthorID" json:"authors"`
	Tags        []gormTag    `gorm:"many2many:book_tags;joinForeignKey:BookID;joinReferences:TagID" json:"tags"`
	Reviews     []gormReview `gorm:"foreignKey:BookID" json:"reviews"`
}

type gormAuthor struct {
	ID        int64        `gorm:"primaryKey" json:"id"`
	Name      string       `json:"name"`
	CountryID int64        `json:"country_id"`
	Country   *gormCountry `json:"country"`
}

type gormCountry struct {
	ID   int64  `gorm:"primaryKey" json:"id"`
	Name string `json:"name"`
}

type gormTag struct {
	ID   int64  `gorm:"primaryKey" json:"id"`
	Name string `json:"name"`
}

type gormReview struct {
	ID        int64     `gorm:"primaryKey" json:"id"`
	BookID    int64     `json:"-"`
	Rating    int       `json:"rating"`
	Body      string    `json:"body"`
	CreatedAt time.Time `json:"created_at"`
}

func (gormBook) TableName() string    { return "books" }
func (gormAuthor) TableName() string  { return "authors" }
func (gormCountry) TableName() string { return "countries" }
func (gormTag) TableName() string     { return "tags" }
func (gormReview) TableName() string  { return "reviews" }

// newGorm preloads, with statements that are kept.
func newGorm(db *sqlx.DB) (Loader, error) {
	var dialect gorm.Dialector = &sqlite.Dialector{Conn: db.DB}
	switch db.DriverName() {
	case "pgx":
		dialect = postgres.New(postgres.Config{Conn: db.DB})
	case "mysql":
		dialect = mysql.New(mysql.Config{Conn: db.DB})
	}
	opened, err := gorm.Open(dialect, &gorm.Config{
		PrepareStmt: true, SkipDefaultTransaction: true, Logger: logger.Discard, DisableAutomaticPing: true,
	})
	if err != nil {
		return nil, fmt.Errorf("open gorm: %w", err)
	}
	ordered := func(column string) func(*gorm.DB) *gorm.DB {
		return func(query *gorm.DB) *gorm.DB { return query.Order(column) }
	}
	options := snapshot(db)
	return func(ctx context.Context, keys []int64) (Books, error) {
		var books []gormBook
		err := opened.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			return tx.Preload("Authors", ordered("authors.id")).Preload("Authors.Country").
				Preload("Tags", ordered("tags.id")).Preload("Reviews", ordered("reviews.id")).
				Order("id").Find(&books, keys).Error
		}, options)
		return loaded(books, func(b gormBook) int64 { return b.ID }), err
	}, nil
}
