package denormtest_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/wire"
)

// item is a document that is written by hand, so that what the engine is told of it can be wrong.
type item struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Maker string `json:"maker"`
	Notes int64  `json:"notes"`
	shown int
}

type items struct {
	*denorm.Collection[int64, item]
}

func (c items) Invalidate(ctx context.Context, keys ...int64) error {
	return c.Collection.Invalidate(ctx, keys...)
}

// itemDepends is what items depend on.
func itemDepends() []denorm.Dependency {
	const own = `SELECT c.v1 AS k1 FROM denorm_changed AS c`
	return []denorm.Dependency{
		{Table: denorm.Table{Name: "items"}, Columns: []string{"id", "maker_id", "name"}, From: []string{"id"}, Roots: own},
		{
			Table: denorm.Table{Name: "makers"}, Path: "Maker", Columns: []string{"id", "name"}, From: []string{"id"},
			Roots: `SELECT DISTINCT t."id" AS k1 FROM denorm_changed AS c CROSS JOIN "items" AS t ON t."maker_id" = c.v1`,
		},
		{Table: denorm.Table{Name: "notes"}, Path: "Notes", Columns: []string{"item_id"}, From: []string{"item_id"}, Roots: own},
	}
}

func itemDefinition(depends []denorm.Dependency) *denorm.Definition[int64, item] {
	return &denorm.Definition[int64, item]{
		Name: "items", Shape: "items-1", Table: denorm.Table{Name: "items"}, Columns: []string{"id"},
		Key: denorm.KeyCodec[int64]{
			Bind: func(args []any, key int64) []any { return append(args, key) },
			Read: func(row denorm.Row) int64 { return row.Int64(0) }, Exact: true,
		},
		Dialects: map[denorm.Dialect]denorm.Statements{denorm.SQLite: {
			Roots: denorm.Roots{Table: `"items"`, Key: []string{`"id"`}},
			Loaders: []string{`SELECT t."id", t."name", COALESCE(m."name", ''), (SELECT COUNT(*) FROM "notes" AS n WHERE n."item_id" = t."id")
FROM denorm_roots AS t LEFT JOIN "makers" AS m ON m."id" = t."maker_id" ORDER BY t."id"`},
			Depends: depends,
		}},
		Loaders: []string{""}, Queries: 1,
		Load: func(batch *denorm.Batch) *denorm.Level[int64, item] {
			return denorm.LoadRoots(batch, func(row denorm.Row) int64 { return row.Int64(0) }, func(row denorm.Row, doc *item) {
				doc.ID, doc.Name, doc.Maker, doc.Notes = row.Int64(0), row.Text(1), row.Text(2), row.Int64(3)
			})
		},
		Encode: func(e *wire.Encoder, doc *item) {
			e.Int(doc.ID)
			e.Text(doc.Name)
			e.Text(doc.Maker)
			e.Int(doc.Notes)
		},
		Decode: func(d *wire.Decoder, doc *item) {
			doc.ID, doc.Name, doc.Maker, doc.Notes = d.Int(), d.Text(), d.Text(), d.Int()
		},
		AppendJSON: func(dst []byte, doc *item) ([]byte, error) {
			text, err := json.Marshal(doc)
			return append(dst, text...), err
		},
	}
}

// fillItems makes tables of all sorts: notes has no key and the same row twice, items a generated column, and a row
// of labels goes with its maker.
func fillItems(t *testing.T, db *sqlx.DB) {
	t.Helper()
	execute(t, db,
		`CREATE TABLE makers (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, secret BLOB)`,
		`CREATE TABLE labels (maker_id INTEGER NOT NULL REFERENCES makers (id) ON DELETE CASCADE ON UPDATE CASCADE, word TEXT)`,
		`CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT, maker_id INTEGER, upper TEXT AS (upper(name)), stock REAL, seen DATETIME)`,
		`CREATE TABLE notes (item_id INTEGER)`,
		`INSERT INTO makers VALUES (1, 'One', X'00FF'), (2, 'Two', NULL)`,
		`INSERT INTO labels VALUES (1, 'old'), (2, 'new')`,
		`INSERT INTO items (id, name, maker_id, stock, seen) VALUES (1, 'a', 1, 0.1, '2024-01-01 10:00:00'), (2, 'b', 2, 1e300, NULL), (3, NULL, NULL, -0.0, 'never')`,
		`UPDATE items SET name = '' WHERE name IS NULL`,
		`INSERT INTO notes VALUES (1), (1), (2)`,
	)
}

// itemEngine is an engine of items that depend on what is said.
func itemEngine(t *testing.T, db *sqlx.DB, depends []denorm.Dependency, options ...denorm.Option) (*denorm.Engine, items) {
	t.Helper()
	engine := open(t, db, options...)
	collection := denorm.Register(engine, itemDefinition(depends))
	install(t, engine)
	return engine, items{collection}
}
