package orders_test

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"testing"

	"github.com/denormgen/denormgen/internal/docs/examples/orders"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
)

const schema = `
CREATE TABLE customers (id INTEGER PRIMARY KEY, first_name TEXT NOT NULL, last_name TEXT NOT NULL, title TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT NOT NULL, customer_id INTEGER NOT NULL);
CREATE TABLE lines (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, position INTEGER NOT NULL, article TEXT NOT NULL,
    quantity INTEGER NOT NULL, unit_cents INTEGER NOT NULL);
CREATE TABLE notes (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, lang TEXT NOT NULL, text TEXT NOT NULL);
INSERT INTO customers VALUES (1, 'Ada', 'Quist', NULL), (2, 'Jonas', 'Reyer', 'Dr');
INSERT INTO orders VALUES (1, 'paid', 2), (2, 'draft', 1), (3, 'open', 1);
INSERT INTO lines VALUES (1, 1, 1, 'Lamp', 2, 1250), (2, 1, 2, 'Bulb', 6, 199), (3, 2, 1, 'Lamp', 1, 1250);
INSERT INTO notes VALUES (1, 1, 'en', 'Fragile'), (2, 1, 'nl', 'Breekbaar');
`

// document is shown in the guide.
//
//go:embed document.json
var document string

func TestOrders(t *testing.T) {
	db := testservers.SQLite(t, testservers.Pure)
	db.MustExec(schema)
	engine, err := denorm.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	all := orders.NewOrders(engine)
	text, _, err := all.GetJSON(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := json.Indent(&got, text, "", "  "); err != nil {
		t.Fatal(err)
	}
	if got.String()+"\n" != document {
		t.Errorf("got %s", got.String())
	}
	for id, why := range map[int64]string{2: "it is a draft", 3: "the transform dropped it"} {
		if _, err := all.Get(t.Context(), id); !errors.Is(err, denorm.ErrNotFound) {
			t.Errorf("order %d: %v, but %s", id, err, why)
		}
	}
}
