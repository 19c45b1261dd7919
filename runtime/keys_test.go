package denorm_test

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
)

// TenantKey is a composite key.
type TenantKey struct {
	Tenant string
	ID     int32
}

type itemDoc[K comparable] struct {
	Key  K
	Name string
}

// items is the definition of a collection without to-many paths over one table.
func items[K comparable](
	table string, columns []string, bind func([]any, K) []any, read func(denorm.Row) K,
) *denorm.Definition[K, itemDoc[K]] {
	list := make([]string, len(columns))
	for i, column := range columns {
		list[i] = "t." + column
	}
	keys := strings.Join(list, ", ")
	sql := denorm.Statements{
		Roots:   denorm.Roots{Table: table, Key: columns},
		Loaders: []string{"SELECT " + keys + ", t.name FROM denorm_roots AS t ORDER BY " + keys},
	}
	return &denorm.Definition[K, itemDoc[K]]{
		Name: table, Shape: "1", Key: denorm.KeyCodec[K]{Bind: bind}, Loaders: []string{""}, Queries: 1,
		Dialects: map[denorm.Dialect]denorm.Statements{denorm.SQLite: sql, denorm.Postgres: sql, denorm.MySQL: sql},
		Load: func(batch *denorm.Batch) *denorm.Level[K, itemDoc[K]] {
			return denorm.LoadRoots(batch, read, func(row denorm.Row, doc *itemDoc[K]) {
				doc.Key = read(row)
				doc.Name = row.Text(len(columns))
			})
		},
		AppendJSON: appendJSON[itemDoc[K]],
	}
}

func TestCompositeKeys(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		execute(t, db, `CREATE TABLE items (tenant VARCHAR(20) NOT NULL, id INTEGER NOT NULL, name VARCHAR(20) NOT NULL,
			PRIMARY KEY (tenant, id))`)
		for _, tenant := range []string{"a", "b", "c"} {
			for id := range 4 {
				execute(t, db, fmt.Sprintf(`INSERT INTO items VALUES ('%s', %d, '%s%d')`, tenant, id, tenant, id))
			}
		}
		c := denorm.Register(open(t, db), tenantItems())
		if doc, err := c.Get(t.Context(), TenantKey{"b", 2}); err != nil || doc.Name != "b2" {
			t.Errorf("Get: %v, %v", doc, err)
		}
		docs, err := c.GetMany(t.Context(), []TenantKey{{"c", 3}, {"a", 9}, {"a", 0}, {"c", 3}})
		if err != nil || docs[0].Name != "c3" || docs[1] != nil || docs[2].Name != "a0" || docs[3] != docs[0] {
			t.Errorf("GetMany: %v, %v", docs, err)
		}
		names := func(options ...denorm.PageOption) string {
			var all []string
			for doc, err := range c.All(t.Context(), append(options, denorm.BatchSize(3))...) {
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, doc.Name)
			}
			return strings.Join(all, " ")
		}
		for _, test := range []struct {
			want    string
			options []denorm.PageOption
		}{
			{"a0 a1 a2 a3 b0 b1 b2 b3 c0 c1 c2 c3", nil},
			{"b0 b1 b2 b3", []denorm.PageOption{denorm.Prefix("b")}},
			{"b2", []denorm.PageOption{denorm.Prefix("b", 2)}},
			{"b3 c0 c1 c2 c3", []denorm.PageOption{denorm.After(TenantKey{"b", 2})}},
			{"b3", []denorm.PageOption{denorm.After(TenantKey{"b", 2}), denorm.Prefix("b")}},
			{"a0 a1", []denorm.PageOption{denorm.Before(TenantKey{"a", 2})}},
			{"a3 b0", []denorm.PageOption{denorm.After(TenantKey{"a", 2}), denorm.Before(TenantKey{"b", 1})}},
		} {
			if got := names(test.options...); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		}
		page, err := c.Page(t.Context(), 2, denorm.Prefix("b"), denorm.Before(TenantKey{"b", 3}))
		if err != nil || len(page.Docs) != 2 || page.Docs[0].Name != "b1" || *page.Prev != (TenantKey{"b", 1}) ||
			*page.Next != (TenantKey{"b", 2}) {
			t.Errorf("page %+v, %v", page, err)
		}
	})
}

// awkward are keys that need care somewhere.
var awkward = []string{
	"", " ", "a", "A", "a ", "ä", "Ä", `"`, `\`, `\\"`, "'", "{", "}", "{a,b}", ",", "NULL", "null", "%", "?", "$1",
	"日本", "x\ny", "\t", "--", "/*", strings.Repeat("long", 20),
}

func TestTextKeys(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		execute(t, db, `CREATE TABLE words (id VARCHAR(100) NOT NULL, name VARCHAR(100) NOT NULL)`)
		for _, word := range awkward {
			if db.DriverName() == "mysql" && strings.TrimRight(word, " ") != word {
				continue // equal under MySQL's padding collations
			}
			if _, err := db.Exec(db.Rebind(`INSERT INTO words VALUES (?, ?)`), word, word+"!"); err != nil {
				t.Fatal(err)
			}
		}
		c := denorm.Register(open(t, db), words())
		keys := append(slices.Clone(awkward), "absent", "nul\x00byte", "\xff")
		docs, err := c.GetMany(t.Context(), keys)
		if err != nil {
			t.Fatal(err)
		}
		for i, key := range keys {
			var stored int
			_ = db.Get(&stored, db.Rebind(`SELECT COUNT(*) FROM words WHERE name = ?`), strings.ToValidUTF8(strings.ReplaceAll(key, "\x00", ""), "")+"!")
			single, err := c.Get(t.Context(), key)
			if err != nil && !errors.Is(err, denorm.ErrNotFound) {
				t.Errorf("Get(%q): %v", key, err)
				continue
			}
			if (docs[i] == nil) != (single == nil) || single != nil && (single.Key != key || docs[i].Key != key) {
				t.Errorf("%q: Get %v, GetMany %v", key, single, docs[i])
			}
			if want := stored == 1 && i < len(awkward); want != (single != nil) {
				t.Errorf("%q is stored: %v, found: %v", key, want, single != nil)
			}
		}
		if docs, err := c.GetMany(t.Context(), []string{"a\x00", "\xff"}); err != nil || docs[0] != nil {
			t.Errorf("impossible keys: %v, %v", docs, err)
		}
	})
}

// Only a row with those very bytes answers, though the collation finds another.
func TestLooseCollation(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		column := map[string]string{
			"sqlite": "TEXT COLLATE NOCASE", "sqlite3": "TEXT COLLATE NOCASE",
			"mysql": "VARCHAR(20) COLLATE utf8mb4_general_ci",
		}[db.DriverName()]
		if column == "" {
			t.Skip("PostgreSQL compares text by its bytes")
		}
		execute(t, db, `CREATE TABLE words (id `+column+` PRIMARY KEY, name VARCHAR(100) NOT NULL)`,
			`INSERT INTO words VALUES ('abc', 'x'), ('def', 'y')`)
		c := denorm.Register(open(t, db), words())
		if _, err := c.Get(t.Context(), "ABC"); !errors.Is(err, denorm.ErrNotFound) {
			t.Errorf("Get: %v", err)
		}
		docs, err := c.GetMany(t.Context(), []string{"ABC", "abc", "DEF"})
		if err != nil || docs[0] != nil || docs[1] == nil || docs[2] != nil {
			t.Errorf("GetMany: %v, %v", docs, err)
		}
		execute(t, db, `CREATE TABLE twice (id `+column+`, name VARCHAR(100) NOT NULL)`,
			`INSERT INTO twice VALUES ('abc', 'x'), ('ABC', 'y')`)
		def := words()
		def.Dialects = items("twice", []string{"id"}, def.Key.Bind, func(row denorm.Row) string { return "" }).Dialects
		def.Name = "twice"
		twice := denorm.Register(open(t, db), def)
		for key, want := range map[string]string{"abc": "x", "ABC": "y"} {
			if doc, err := twice.Get(t.Context(), key); err != nil || doc.Name != want {
				t.Errorf("Get(%s) among equal ones: %v, %v", key, doc, err)
			}
		}
	})
}

// uuid is a key that binds itself, as those of uuid packages do.
type uuid [4]byte

func (u uuid) Value() (driver.Value, error) { return fmt.Sprintf("%x", u[:]), nil }

func (u *uuid) Scan(value any) error {
	text := fmt.Sprintf("%s", value)
	_, err := fmt.Sscanf(text, "%02x%02x%02x%02x", &u[0], &u[1], &u[2], &u[3])
	return err
}

type serial uint16

func TestKeysOfOtherTypes(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		execute(t, db, `CREATE TABLE ids (id VARCHAR(20) PRIMARY KEY, name VARCHAR(100) NOT NULL)`,
			`INSERT INTO ids VALUES ('01020304', 'x'), ('0a0b0c0d', 'y')`,
			`CREATE TABLE serials (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL)`,
			`INSERT INTO serials VALUES (1, 'x'), (65535, 'y')`,
			`CREATE TABLE wide (id BIGINT PRIMARY KEY, name VARCHAR(100) NOT NULL)`,
			`INSERT INTO wide VALUES (1, 'x')`)
		engine := open(t, db)
		ids := denorm.Register(engine, items("ids", []string{"id"},
			func(args []any, key uuid) []any { return append(args, key) },
			func(row denorm.Row) uuid { return denorm.Scan[uuid](row, 0) }))
		docs, err := ids.GetMany(t.Context(), []uuid{{10, 11, 12, 13}, {9}, {1, 2, 3, 4}})
		if err != nil || docs[0].Name != "y" || docs[1] != nil || docs[2].Name != "x" {
			t.Errorf("ids: %v, %v", docs, err)
		}
		serials := denorm.Register(engine, items("serials", []string{"id"},
			func(args []any, key serial) []any { return append(args, key) },
			func(row denorm.Row) serial { return denorm.Uint[serial](row, 0) }))
		if doc, err := serials.Get(t.Context(), 65535); err != nil || doc.Name != "y" {
			t.Errorf("serials: %v, %v", doc, err)
		}
		if page, err := serials.Page(t.Context(), 1, denorm.After(1)); err != nil || page.Docs[0].Name != "y" {
			t.Errorf("serials: %v, %v", page, err)
		}
		if _, err := serials.Page(t.Context(), 1, denorm.After(65536)); !errors.Is(err, denorm.ErrValue) {
			t.Errorf("a bound that does not fit: %v", err)
		}
		wide := denorm.Register(engine, items("wide", []string{"id"},
			func(args []any, key uint64) []any { return append(args, key) },
			func(row denorm.Row) uint64 { return row.Uint64(0) }))
		docs64, err := wide.GetMany(t.Context(), []uint64{1 << 63, 1})
		if err != nil || docs64[0] != nil || docs64[1] == nil {
			t.Errorf("wide: %v, %v", docs64, err)
		}
		if _, err := wide.Get(t.Context(), 1<<63); !errors.Is(err, denorm.ErrNotFound) {
			t.Errorf("wide: %v", err)
		}
		type odd struct{ n int }
		strange := denorm.Register(engine, items("wide", []string{"id"},
			func(args []any, key odd) []any { return append(args, key) },
			func(row denorm.Row) odd { return odd{} }))
		if _, err := strange.Get(t.Context(), odd{1}); !errors.Is(err, denorm.ErrValue) {
			t.Errorf("a key that cannot be bound: %v", err)
		}
	})
}
