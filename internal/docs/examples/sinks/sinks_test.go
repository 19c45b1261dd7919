package sinks_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/example/bookstore/store"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/command"
	"github.com/denormgen/denormgen/runtime/sinks/sqlsink"
)

var (
	ctx           = context.Background()
	db, warehouse *sqlx.DB
	engine        *denorm.Engine
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		log.Fatal(err)
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "sinks")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if db, err = store.Create(ctx, filepath.Join(dir, "bookstore.db")); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if warehouse, err = sqlx.ConnectContext(ctx, "sqlite", "file:"+filepath.Join(dir, "warehouse.db")+"?_pragma=journal_mode(wal)&_pragma=busy_timeout(2000)"); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, warehouse.Close()) }()
	tables, err := sqlsink.New(warehouse)
	if err != nil {
		return 0, err
	}
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	if engine, err = denorm.Open(ctx, db, denorm.WithLogger(quiet), denorm.WithSink("warehouse", tables)); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	models.NewBooks(engine)
	models.NewPublishers(engine)
	if err := engine.Install(ctx); err != nil {
		return 0, err
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(running) }()
	defer func() { err = errors.Join(err, <-ended) }()
	defer stop()
	return m.Run(), nil
}

func Example_read() {
	if err := engine.Drain(ctx); err != nil { // until the sink is filled
		log.Fatal(err)
	}
	var title, author string
	err := warehouse.QueryRowContext(ctx, `SELECT document ->> 'title', document ->> '$.authors[0].name' FROM doc_books WHERE id = '1'`).
		Scan(&title, &author)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(title, "by", author)
	// Output:
	// The Salt Road by Mina Okafor
}

func Example_status() {
	if err := engine.Drain(ctx); err != nil { // filling the sink is an event of its own
		log.Fatal(err)
	}
	status, err := engine.Status(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, sink := range status.Sinks {
		fmt.Println(sink.Sink, sink.Collection, "behind:", sink.Behind, "set aside:", len(sink.Aside), "to be filled:", sink.SyncDue)
	}
	// Output:
	// warehouse books behind: 0 set aside: 0 to be filled: false
	// warehouse publishers behind: 0 set aside: 0 to be filled: false
}

func Example_sync() {
	err := engine.Sync(ctx, "warehouse", denorm.SyncCollections("books"), denorm.SyncRate(10_000),
		denorm.SyncReports(func(progress denorm.SyncProgress) {
			if progress.Done {
				fmt.Println(progress.Collection, "written:", progress.Written, "of", progress.Total, "removed:", progress.Removed)
			}
		}))
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// books written: 4 of 4 removed: 0
}

func Example_requeue() {
	n, err := engine.Requeue(ctx, "warehouse")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n, "documents are tried again")
	// Output:
	// 0 documents are tried again
}

func Example_verify() {
	found, err := engine.Verify(ctx, denorm.VerifyStores("warehouse"), denorm.VerifySample(1000))
	if err != nil {
		log.Fatal(err)
	}
	for _, store := range found.Stores {
		fmt.Println(store.Store, store.Collection, "compared:", store.Compared, "differ:", store.Differing)
	}
	// Output:
	// warehouse books compared: 4 differ: 0
	// warehouse publishers compared: 2 differ: 0
}

func Example_command() {
	err := command.Run(ctx, engine, []string{"verify", "books", "--store", "warehouse"})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// STORE      COLLECTION  COMPARED  DIFFER  BEHIND  MOVING
	// warehouse  books       4         0       0       0
}
