// Sync keeps the bookstore in two other stores, a table in another database and Redis, and stops Redis and starts it again
// while the books are edited.
//
//	go run ./example/sync
//
// The Redis server is one in this process, so that the example needs nothing else.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/jmoiron/sqlx"
	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/example/bookstore/store"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/command"
	"github.com/denormgen/denormgen/runtime/sinks/redissink"
	"github.com/denormgen/denormgen/runtime/sinks/sqlsink"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "sync:", err)
		os.Exit(1)
	}
}

// run makes a bookstore and its sinks, edits it, and shows what becomes of the sinks.
func run(ctx context.Context, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "sync")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	db, err := store.Create(ctx, filepath.Join(dir, "bookstore.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	shop := &shop{db: db, out: out}
	if shop.warehouse, err = sqlx.Open("sqlite", "file:"+filepath.Join(dir, "warehouse.db")+"?_pragma=journal_mode(wal)&_pragma=busy_timeout(5000)"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shop.warehouse.Close()) }()
	if shop.redis, err = miniredis.Run(); err != nil {
		return err
	}
	defer shop.redis.Close()
	shop.client = redis.NewClient(&redis.Options{Addr: shop.redis.Addr(), MaxRetries: -1})
	defer func() { err = errors.Join(err, shop.client.Close()) }()
	engine, err := open(ctx, db, shop.warehouse, shop.client)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	if err := engine.Install(ctx); err != nil {
		return err
	}
	running, cancel := context.WithCancel(ctx)
	var tasks sync.WaitGroup
	ended := make(chan error, 1)
	tasks.Go(func() { ended <- engine.Run(running) })
	defer func() {
		cancel()
		tasks.Wait()
		err = errors.Join(err, <-ended)
	}()
	if err := shop.show(ctx); err != nil {
		return err
	}
	return command.Run(ctx, engine, []string{"verify", "--wait", "1s"}, command.Output(out, out))
}

// open makes the engine. Its books, and all that they show, are kept in both sinks.
func open(ctx context.Context, db, warehouse *sqlx.DB, client redis.UniversalClient) (*denorm.Engine, error) {
	table, err := sqlsink.New(warehouse)
	if err != nil {
		return nil, err
	}
	keys, err := redissink.New(client)
	if err != nil {
		return nil, err
	}
	engine, err := denorm.Open(ctx, db,
		denorm.WithSink("warehouse", table, denorm.SinkCollections("books")),
		denorm.WithSink("redis", keys, denorm.SinkCollections("books")),
		denorm.WithLogger(quiet()),
	)
	if err != nil {
		return nil, err
	}
	models.NewBooks(engine)
	return engine, nil
}

// eventually asks until what is wanted has come.
func eventually(ctx context.Context, what string, come func() (bool, error)) error {
	const patience = time.Minute
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		ok, err := come()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until %s: %w", what, ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}
