package staying_test

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
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/example/bookstore/store"
	"github.com/denormgen/denormgen/internal/docs/examples/staying"
	denorm "github.com/denormgen/denormgen/runtime"
)

var (
	ctx    = context.Background()
	db     *sqlx.DB
	engine *denorm.Engine
	books  *models.Books
	quiet  = slog.New(slog.NewTextHandler(io.Discard, nil))
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		log.Fatal(err)
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "staying")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if db, err = store.Create(ctx, filepath.Join(dir, "bookstore.db")); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// A minute, so that a machine that is busy otherwise does not make a difference.
	if engine, err = denorm.Open(ctx, db, denorm.WithLogger(quiet), denorm.WithMaxStaleness(time.Minute)); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	books = models.NewBooks(engine)
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

// title reads the title of book 1.
func title() string {
	book, err := books.Get(ctx, 1)
	if err != nil {
		log.Fatal(err)
	}
	return book.Title
}

func Example_others() {
	fmt.Println(title())
	// Somebody else, who knows nothing of the engine.
	if _, err := db.ExecContext(ctx, "UPDATE books SET title = ? WHERE id = ?", "The Pepper Road", 1); err != nil {
		log.Fatal(err)
	}
	if err := engine.Drain(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println(title())
	// Output:
	// The Salt Road
	// The Pepper Road
}

func Example_tx() {
	err := engine.Tx(ctx, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE books SET title = ? WHERE id = ?", "The Sugar Road", 1)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(title())
	// Output:
	// The Sugar Road
}

func Example_join() {
	if err := staying.Reprice(ctx, engine, db.DB, 2, 1400); err != nil {
		log.Fatal(err)
	}
	book, err := books.Get(ctx, 2)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(book.PriceCents)
	// Output:
	// 1400
}

func Example_watch() {
	if err := engine.Drain(ctx); err != nil { // the changes of the other examples
		log.Fatal(err)
	}
	status, err := engine.Status(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := db.ExecContext(ctx, "UPDATE authors SET last_name = ? WHERE id = ?", "Okafor-Lind", 1); err != nil {
		log.Fatal(err)
	}
	seen := 0
	for event, err := range books.Watch(ctx, status.Head) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("book", event.Key)
		if seen++; seen == 2 {
			break
		}
	}
	// Unordered output:
	// book 1
	// book 3
}

func Example_invalidate() {
	if err := books.Invalidate(ctx, 1, 2); err != nil {
		log.Fatal(err)
	}
	if err := books.Refresh(ctx, 3); err != nil {
		log.Fatal(err)
	}
	// Output:
}

func Example_stats() {
	if err := engine.Drain(ctx); err != nil {
		log.Fatal(err)
	}
	before := engine.Stats()
	title()
	title()
	stats := engine.Stats()
	fmt.Println("hits:", stats.LocalHits > before.LocalHits, "fresh:", stats.LocalAge < time.Minute)
	// Output:
	// hits: true fresh: true
}

func Example_doctor() {
	report, err := engine.Doctor(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, finding := range report.Findings {
		fmt.Println(finding)
	}
	fmt.Println("healthy:", report.Healthy())
	// Output:
	// healthy: true
}

func Example_status() {
	status, err := engine.Status(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("running:", status.Running)
	for _, consumer := range status.Consumers {
		fmt.Println(consumer.Name)
	}
	for _, plan := range status.Plans {
		fmt.Println(plan.Collection, "of application", plan.Application)
	}
	// Output:
	// running: true
	// local cache
	// books of application default
}
