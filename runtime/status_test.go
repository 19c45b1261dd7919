package denorm_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sharedcache/memorycache"
)

func TestStatus(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		makeBookstore(t, db)
		fresh := open(t, db)
		if _, err := fresh.Status(t.Context()); err == nil {
			t.Error("a status before Install")
		}
		engine, _ := shop(t, db, denorm.WithSharedCache(memorycache.New()), denorm.WithApplication("shop 2"))
		execute(t, db, anOldPlan, "UPDATE books SET title = 'Two'", "UPDATE categories SET name = 'Some'")
		time.Sleep(time.Millisecond)
		status, err := engine.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if status.Running || status.Backlog != 2 || status.Expansions != 0 || len(status.Aside) != 0 || status.Head == "" {
			t.Errorf("status %+v", status)
		}
		names := []string{}
		for _, consumer := range status.Consumers {
			names = append(names, consumer.Name)
			if !consumer.InProcess || consumer.Behind != 0 || consumer.Age < 0 || consumer.Position != status.Head {
				t.Errorf("consumer %+v at head %s", consumer, status.Head)
			}
		}
		if !slices.Equal(names, []string{"shared cache", "local cache"}) {
			t.Errorf("consumers %q", names)
		}
		plans := []string{}
		for _, plan := range status.Plans {
			plans = append(plans, plan.Collection+" of "+plan.Application)
			if plan.Here != (plan.Shape != "older") || time.Since(plan.SeenAt) > 2*time.Hour {
				t.Errorf("plan %+v", plan)
			}
		}
		slices.Sort(plans)
		want := []string{"book_cards of shop 2", "books of shop 1", "books of shop 2", "publishers of shop 2", "shelves of shop 2"}
		if !slices.Equal(plans, want) {
			t.Errorf("plans %q", plans)
		}
		if err := engine.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		after, err := engine.Status(t.Context())
		if err != nil || after.Backlog != 0 || after.Head == status.Head || after.Consumers[1].Position != after.Head {
			t.Errorf("after Drain %+v, %v", after, err)
		}
	})
}

func TestRetire(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		makeBookstore(t, db)
		var logged strings.Builder
		engine, books := shop(t, db, denorm.WithLogger(slog.New(slog.NewTextHandler(&logged, nil))))
		other := open(t, db)
		models.NewShelves(other)
		if err := other.Install(t.Context()); err != nil {
			t.Fatal(err)
		}
		execute(t, db, anOldPlan)
		denorm.Tidy(t.Context(), engine)
		if strings.Contains(logged.String(), "retired") {
			t.Errorf("retired too early:\n%s", logged.String())
		}
		execute(t, db, "UPDATE denorm_plans SET seen_at = seen_at - 700000 WHERE shape = 'older'")
		denorm.Tidy(t.Context(), engine)
		if !strings.Contains(logged.String(), "a plan was retired") || !strings.Contains(logged.String(), "shop 1") {
			t.Errorf("not retired:\n%s", logged.String())
		}
		status, err := engine.Status(t.Context())
		if err != nil || len(status.Plans) != 4 {
			t.Errorf("status %+v, %v", status, err)
		}

		// A program that was away for long finds its plans retired: what it holds is dropped before it is trusted.
		if _, err := books.Get(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		execute(t, db, "UPDATE denorm_plans SET seen_at = seen_at - 700000 WHERE collection <> 'shelves'")
		denorm.Tidy(t.Context(), other)
		execute(t, db, "UPDATE books SET title = 'Missed'")
		if err := other.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := engine.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if book, err := books.Get(t.Context(), 1); err != nil || book.Title != "Missed" {
			t.Errorf("a retired plan serves %+v, %v", book, err)
		}
		status, err = engine.Status(t.Context())
		if err != nil || len(status.Plans) != 4 || !strings.Contains(logged.String(), "are installed again") {
			t.Errorf("status %+v, %v\n%s", status, err, logged.String())
		}
	})
}
