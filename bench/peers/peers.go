// Package peers loads the bookstore as users of other libraries do, each the way its manual shows for speed: statements
// prepared once, eager loading, one snapshot for all queries of a call.
package peers

import (
	"context"
	"database/sql"

	"github.com/denormgen/denormgen/bench/models"
	"github.com/jmoiron/sqlx"
)

// Loader loads the books of ascending keys, in their order. It is not for several goroutines at once.
type Loader func(ctx context.Context, keys []int64) (Books, error)

// Books are loaded documents, of types of the peer's own, which have the same JSON.
type Books struct {
	Documents any
	Count     int
	First     int64 // the key of the first
}

// Peer is a way to load.
type Peer struct {
	Name string
	Load Loader
}

// All are the peers of one database.
func All(db *sqlx.DB) ([]Peer, error) {
	orm, err := newGorm(db)
	if err != nil {
		return nil, err
	}
	list := []Peer{
		{"hand", newHand(db)},
		{"sqlx", newPlain(db)},
		{"gorm", orm},
		{"bun", newBun(db)},
		{"ent", newEnt(db)},
	}
	if db.DriverName() == "pgx" {
		list = append(list, Peer{"bob", newBob(db)})
	}
	return list, nil
}

// Ours makes a loader of a generated accessor's method.
func Ours(load func(ctx context.Context, keys []int64) ([]*models.BookDoc, error)) Loader {
	return func(ctx context.Context, keys []int64) (Books, error) {
		docs, err := load(ctx, keys)
		return loaded(docs, func(b *models.BookDoc) int64 { return b.ID }), err
	}
}

// loaded are the books of a peer's own type.
func loaded[L ~[]B, B any](list L, id func(B) int64) Books {
	books := Books{Documents: list, Count: len(list)}
	if len(list) > 0 {
		books.First = id(list[0])
	}
	return books
}

// snapshot is how a transaction begins that shows one state of the database. On SQLite every one does.
func snapshot(db *sqlx.DB) *sql.TxOptions {
	options := &sql.TxOptions{ReadOnly: true}
	if db.DriverName() == "pgx" || db.DriverName() == "mysql" {
		options.Isolation = sql.LevelRepeatableRead
	}
	return options
}
