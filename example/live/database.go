package main

import (
	"context"
	"errors"
	"fmt"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/jmoiron/sqlx"
	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/example/bookstore/store"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/rediscache"
)

// prepare fills the database if nobody has.
func prepare(ctx context.Context, s settings) (err error) {
	db, err := sqlx.ConnectContext(ctx, s.driver, s.dsn)
	if err != nil {
		return fmt.Errorf("connecting to the database: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, "SELECT COUNT(*) FROM books"); err == nil {
		return nil
	}
	if err := store.Fill(ctx, db); err != nil {
		return fmt.Errorf("filling the database: %w", err)
	}
	return nil
}

// watcher is what either process has: an engine with its caches, and the books.
type watcher struct {
	book   int64
	db     *sqlx.DB
	engine *denorm.Engine
	books  *models.Books
	closed []func() error // what to close, in this order
}

func openWatcher(ctx context.Context, s settings) (w *watcher, err error) {
	w = &watcher{book: s.book}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.db, err = sqlx.ConnectContext(ctx, s.driver, s.dsn); err != nil {
		return nil, fmt.Errorf("connecting to the database: %w", err)
	}
	w.closed = append(w.closed, w.db.Close)
	options := []denorm.Option{denorm.WithApplication("live"), denorm.WithLogger(quiet())}
	if s.redis != "" {
		client := redis.NewClient(&redis.Options{Network: "unix", Addr: s.redis})
		cache, err := rediscache.New(client)
		if err != nil {
			return nil, errors.Join(err, client.Close())
		}
		w.closed = append([]func() error{cache.Close, client.Close}, w.closed...)
		options = append(options, denorm.WithSharedCache(cache))
	}
	if w.engine, err = denorm.Open(ctx, w.db, options...); err != nil {
		return nil, err
	}
	w.closed = append([]func() error{w.engine.Close}, w.closed...)
	w.books = models.NewBooks(w.engine)
	return w, w.engine.Install(ctx)
}

func (w *watcher) close() error {
	var failed []error
	for _, end := range w.closed {
		failed = append(failed, end())
	}
	return errors.Join(failed...)
}
