package gormshop_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"

	"github.com/denormgen/denormgen/internal/docs/orms/gormshop"
	denorm "github.com/denormgen/denormgen/runtime"
)

func TestGorm(t *testing.T) {
	ctx := t.Context()
	gormDB, err := gorm.Open(sqlite.Open(filepath.Join(t.TempDir(), "shop.db")), &gorm.Config{})
	if err != nil {
		t.Fatal(err)
	}
	engine, err := gormshop.Open(ctx, gormDB)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		db, _ := gormDB.DB()
		if err := errors.Join(engine.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	if err := gormDB.AutoMigrate(&gormshop.Customer{}, &gormshop.Order{}); err != nil {
		t.Fatal(err)
	}
	may := time.Date(2024, time.May, 4, 10, 0, 0, 0, time.UTC)
	ada := gormshop.Customer{FullName: "Ada", Orders: []gormshop.Order{
		{TotalCents: 1250, PlacedAt: may}, {TotalCents: 990, PlacedAt: may.AddDate(0, 1, 0)},
	}}
	if err := gormDB.Create(&ada).Error; err != nil {
		t.Fatal(err)
	}

	customers := gormshop.NewCustomers(engine)
	doc, err := customers.Get(ctx, ada.ID)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"id":1,"name":"Ada","order_count":2,"orders":[` +
		`{"id":2,"customer_id":1,"total_cents":990,"placed_at":"2024-06-04T10:00:00Z"},` +
		`{"id":1,"customer_id":1,"total_cents":1250,"placed_at":"2024-05-04T10:00:00Z"}]}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}

	renamed, err := gormshop.Rename(ctx, gormDB, customers, ada.ID, "Ada L.")
	if err != nil {
		t.Fatal(err)
	}
	if renamed.FullName != "Ada L." {
		t.Errorf("inside the transaction the name is %q", renamed.FullName)
	}
	if _, err := customers.Get(ctx, 99); !errors.Is(err, denorm.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if err := engine.Install(ctx); err != nil {
		t.Fatal(err)
	}
	if err := engine.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := customers.Get(ctx, ada.ID); err != nil { // now it is cached
		t.Fatal(err)
	}
	if err := gormshop.RenameNow(ctx, engine, gormDB, ada.ID, "Ada Lovelace"); err != nil {
		t.Fatal(err)
	}
	if doc, err = customers.Get(ctx, ada.ID); err != nil || doc.FullName != "Ada Lovelace" {
		t.Errorf("after the transaction: %v, %v", doc, err)
	}
	if stats := engine.Stats(); stats.Misses == 0 || stats.LocalAge < 0 {
		t.Errorf("nothing was cached: %+v", stats)
	}
}
