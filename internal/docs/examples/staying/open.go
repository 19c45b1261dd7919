// Package staying holds the guide's examples of documents that stay true.
package staying

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/example/bookstore/models"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/rediscache"
)

// Open makes an engine with a cache in Redis behind the local one.
func Open(ctx context.Context, db *sqlx.DB, client redis.UniversalClient) (*denorm.Engine, error) {
	cache, err := rediscache.New(client)
	if err != nil {
		return nil, err
	}
	return denorm.Open(ctx, db, denorm.WithSharedCache(cache))
}

// Serve answers requests until the context ends.
func Serve(ctx context.Context, engine *denorm.Engine, server *http.Server) error {
	if err := engine.Install(ctx); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	running := make(chan error, 1)
	go func() { running <- engine.Run(ctx) }()
	go func() {
		<-ctx.Done()
		shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		_ = server.Shutdown(shutdown) // what still runs then is cut off
	}()
	err := server.ListenAndServe()
	stop()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, <-running)
}

// Reprice changes a price in a transaction that was begun without the engine.
func Reprice(ctx context.Context, engine *denorm.Engine, db *sql.DB, id, cents int64) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "UPDATE books SET price_cents = ? WHERE id = ?", cents, id); err != nil {
		return err
	}
	pending, err := engine.Join(ctx, tx) // after the last write
	if err != nil {
		return err
	}
	err = tx.Commit()
	return errors.Join(err, pending.Committed(ctx)) // also where the commit failed: it may have taken place
}

// Index keeps a list of titles beside the database, from a position on that it remembers.
type Index struct {
	Titles map[int64]string
	At     denorm.Position // "" at the very first
}

// Follow brings the index up to date until the context ends.
func (x *Index) Follow(ctx context.Context, engine *denorm.Engine, books *models.Books) error {
	if x.At == "" {
		status, err := engine.Status(ctx)
		if err != nil {
			return err
		}
		x.At = status.Head // before the titles are read, so that no change falls in between
		if err := x.rebuild(ctx, books); err != nil {
			return err
		}
	}
	for event, err := range books.Watch(ctx, x.At) {
		if err != nil {
			return err
		}
		if err := engine.Drain(ctx); err != nil { // the caches follow the same feed: let them come as far
			return err
		}
		if event.All { // anything may have changed
			err = x.rebuild(ctx, books)
		} else {
			err = x.reload(ctx, books, event.Key)
		}
		if err != nil {
			return err
		}
		x.At = event.Position
	}
	return nil
}

func (x *Index) reload(ctx context.Context, books *models.Books, id int64) error {
	book, err := books.Get(ctx, id)
	switch {
	case errors.Is(err, denorm.ErrNotFound):
		delete(x.Titles, id)
	case err != nil:
		return fmt.Errorf("reload book %d: %w", id, err)
	default:
		x.Titles[id] = book.Title
	}
	return nil
}

func (x *Index) rebuild(ctx context.Context, books *models.Books) error {
	clear(x.Titles)
	for book, err := range books.All(ctx) {
		if err != nil {
			return fmt.Errorf("read all books: %w", err)
		}
		x.Titles[book.ID] = book.Title
	}
	return nil
}
