package staying_test

import (
	"context"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/example/bookstore/store"
	"github.com/denormgen/denormgen/internal/docs/examples/staying"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/denormtest"
)

func TestServe(t *testing.T) {
	db, err := store.Create(t.Context(), filepath.Join(t.TempDir(), "bookstore.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	served, err := denorm.Open(t.Context(), db, denorm.WithLogger(quiet))
	if err != nil {
		t.Fatal(err)
	}
	defer served.Close()
	models.NewBooks(served)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	server := &http.Server{Addr: "127.0.0.1:0", BaseContext: func(net.Listener) context.Context {
		stop() // as soon as it listens
		return ctx
	}}
	if err := staying.Serve(ctx, served, server); err != nil {
		t.Error(err)
	}
}

func TestOpenWithRedis(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: testservers.Redis(t)})
	defer client.Close()
	db, err := store.Create(t.Context(), filepath.Join(t.TempDir(), "bookstore.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	engine, err := staying.Open(t.Context(), db, client)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	books := models.NewBooks(engine)
	if err := engine.Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	denormtest.Settled(t, t.Context(), engine, books)
}

func TestIndexFollows(t *testing.T) {
	index := &staying.Index{Titles: map[int64]string{}}
	follow := func(d time.Duration) {
		t.Helper()
		ctx, stop := context.WithTimeout(t.Context(), d)
		defer stop()
		if err := index.Follow(ctx, engine, books); err != nil && ctx.Err() == nil {
			t.Fatal(err)
		}
	}
	follow(time.Second)
	for range 10 { // it goes on where it was; how long a change takes is not what is tested
		if _, err := db.ExecContext(t.Context(), "UPDATE books SET title = 'Ten Lamps' WHERE id = 2"); err != nil {
			t.Fatal(err)
		}
		if follow(time.Second); index.Titles[2] == "Ten Lamps" {
			break
		}
	}
	if index.Titles[2] != "Ten Lamps" || len(index.Titles) != 4 || index.At == "" {
		t.Errorf("the index is %v at %q", index.Titles, index.At)
	}
}

// TestBooksStayTrue is shown in the guide.
func TestBooksStayTrue(t *testing.T) {
	ctx := t.Context()
	db, err := store.Create(ctx, filepath.Join(t.TempDir(), "bookstore.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	engine, err := denorm.Open(ctx, db, denorm.WithMaxStaleness(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	cards := models.NewBookCards(engine)
	if err := engine.Install(ctx); err != nil {
		t.Fatal(err)
	}

	report := denormtest.Mutate(t, ctx, db, engine, cards)
	t.Log(report.Steps, "changes; shown:", report.Shown)
}
