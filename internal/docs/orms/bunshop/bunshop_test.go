package bunshop_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/glebarez/sqlite"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"github.com/denormgen/denormgen/internal/docs/orms/bunshop"
	denorm "github.com/denormgen/denormgen/runtime"
)

func TestBun(t *testing.T) {
	ctx := t.Context()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "shop.db"))
	if err != nil {
		t.Fatal(err)
	}
	bunDB := bun.NewDB(db, sqlitedialect.New())
	engine, err := bunshop.Open(ctx, bunDB)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(engine.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	may := time.Date(2024, time.May, 4, 10, 0, 0, 0, time.UTC)
	ada := &bunshop.Customer{FullName: "Ada"}
	orders := []*bunshop.Order{
		{CustomerID: 1, TotalCents: 1250, PlacedAt: may}, {CustomerID: 1, TotalCents: 990, PlacedAt: may.AddDate(0, 1, 0)},
	}
	for _, model := range []any{ada, orders[0]} {
		if _, err := bunDB.NewCreateTable().Model(model).Exec(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := bunDB.NewInsert().Model(ada).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := bunDB.NewInsert().Model(&orders).Exec(ctx); err != nil {
		t.Fatal(err)
	}

	customers := bunshop.NewCustomers(engine)
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

	renamed, err := bunshop.Rename(ctx, bunDB, customers, ada.ID, "Ada L.")
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
	if err := bunshop.RenameNow(ctx, engine, bunDB, ada.ID, "Ada Lovelace"); err != nil {
		t.Fatal(err)
	}
	if doc, err = customers.Get(ctx, ada.ID); err != nil || doc.FullName != "Ada Lovelace" {
		t.Errorf("after the transaction: %v, %v", doc, err)
	}
	if stats := engine.Stats(); stats.Misses == 0 || stats.LocalAge < 0 {
		t.Errorf("nothing was cached: %+v", stats)
	}
}
