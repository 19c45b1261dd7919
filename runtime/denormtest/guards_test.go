package denormtest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/denormtest"
	"github.com/denormgen/denormgen/runtime/sharedcache/memorycache"
)

func itemRows(t *testing.T, db *sqlx.DB) []string {
	t.Helper()
	var rows []string
	err := db.Select(&rows, `SELECT 'maker ' || id || quote(name) || quote(secret) FROM makers
UNION ALL SELECT 'label ' || maker_id || quote(word) FROM labels
UNION ALL SELECT 'item ' || id || quote(name) || quote(maker_id) || quote(stock) || quote(seen) FROM items
UNION ALL SELECT 'note ' || item_id FROM notes ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestMutateTakesBack holds that rows of all sorts are as they were, and that what rows hang on stays.
func TestMutateTakesBack(t *testing.T) {
	for _, driver := range []string{testservers.Pure, testservers.Cgo} {
		t.Run(driver, func(t *testing.T) {
			db := testservers.SQLite(t, driver)
			fillItems(t, db)
			engine, collection := itemEngine(t, db, itemDepends())
			before := itemRows(t, db)
			report := denormtest.Mutate(t, t.Context(), db, engine, collection)
			if diff := cmp.Diff(before, itemRows(t, db)); diff != "" {
				t.Errorf("the rows are not as they were (-before +after):\n%s", diff)
			}
			want := []string{
				"items (delete)", "items (insert)", "items.id", "items.maker_id", "items.name", "makers.name",
				"notes (delete)", "notes (insert)", "notes.item_id",
			}
			if diff := cmp.Diff(want, report.Shown); diff != "" {
				t.Errorf("shown (-want +got):\n%s", diff)
			}
			if text := strings.Join(report.Unshown, "\n"); !strings.Contains(text, "makers.id: rows of other tables follow it") {
				t.Errorf("of a column that rows hang on it says %s", text)
			}
		})
	}
}

// TestMutateFinds holds that it fails the test where something is wrong, and what it says.
func TestMutateFinds(t *testing.T) {
	without := func(table, column string) []denorm.Dependency {
		depends := itemDepends()
		for i := range depends {
			if depends[i].Table.Name == table {
				depends[i].Columns = slices.DeleteFunc(depends[i].Columns, func(c string) bool { return c == column })
			}
		}
		return depends
	}
	guarded := itemDepends()
	guarded[1].Old, guarded[1].New = `OLD."id" = 1`, `NEW."id" = 1`
	for _, test := range []struct {
		name    string
		depends []denorm.Dependency
		engine  []denorm.Option
		with    []denormtest.MutateOption
		before  func(t *testing.T, db *sqlx.DB, engine *denorm.Engine) // may be nil
		says    []string
	}{
		{name: "a column that the plan forgot", depends: without("items", "name"), says: []string{
			"items: after UPDATE items (id=", "GetMany differs from a fresh build", "--- a fresh build", `+  "name": "`, "taking back UPDATE items",
		}},
		{name: "a column of another table", depends: without("makers", "name"), says: []string{"after UPDATE makers", `"maker": "`}},
		{name: "a guard that is too narrow", depends: guarded, says: []string{"after UPDATE makers (id=2,"}},
		{name: "a table that the plan forgot", depends: itemDepends()[:2], with: []denormtest.MutateOption{
			denormtest.Statements(`UPDATE items SET name = 'new'`, `DELETE FROM notes`),
		}, says: []string{"after DELETE FROM notes: key 1: GetMany", "key 2: GetMany"}},
		{name: "a statement that fails", with: []denormtest.MutateOption{denormtest.Statements(`DELETE FROM nothing`)}, says: []string{
			`run "DELETE FROM nothing"`,
		}},
		{name: "a trigger that is gone", before: func(t *testing.T, db *sqlx.DB, _ *denorm.Engine) {
			var name string
			if err := db.Get(&name, `SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'makers' AND name LIKE '%update%' LIMIT 1`); err != nil {
				t.Fatal(err)
			}
			execute(t, db, `DROP TRIGGER "`+name+`"`)
		}, says: []string{"captured tables or triggers were found altered"}},
		{name: "a trigger that goes meanwhile", with: []denormtest.MutateOption{denormtest.Statements(
			`UPDATE makers SET name = 'before' WHERE id = 1`, `ALTER TABLE makers RENAME TO others`, `ALTER TABLE others RENAME TO makers`)},
			says: []string{"after ALTER TABLE makers RENAME TO others"}},
		{name: "no cache", engine: []denorm.Option{denorm.WithLocalCache(0)}, says: []string{"no document came out of a cache"}},
		{name: "caches that are never young enough", engine: []denorm.Option{denorm.WithMaxStaleness(1)}, says: []string{"read past the caches each time"}},
		{name: "an engine that is closed", before: func(t *testing.T, _ *sqlx.DB, engine *denorm.Engine) {
			if err := engine.Close(); err != nil {
				t.Fatal(err)
			}
		}, says: []string{"engine is closed"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			db := testservers.SQLite(t, testservers.Pure)
			fillItems(t, db)
			if test.depends == nil {
				test.depends = itemDepends()
			}
			engine, collection := itemEngine(t, db, test.depends, test.engine...)
			if test.before != nil {
				test.before(t, db, engine)
			}
			r := &recorder{TB: t}
			denormtest.Mutate(r, t.Context(), db, engine, collection, test.with...)
			said := strings.Join(r.said, "\n")
			for _, want := range test.says {
				if !strings.Contains(said, want) {
					t.Errorf("said\n%s\nwant %q in it", said, want)
				}
			}
			if len(test.says) == 0 && said != "" {
				t.Errorf("said %s", said)
			}
		})
	}
}

// TestMutateStops holds that it ends soon, and with the rows as they were, where it fails all the time or its
// context ends.
func TestMutateStops(t *testing.T) {
	db := testservers.SQLite(t, testservers.Pure)
	fillItems(t, db)
	before := itemRows(t, db)
	depends := itemDepends()
	depends[0].Columns, depends[1].Columns = []string{"id"}, []string{"id"}
	engine, collection := itemEngine(t, db, depends)
	r := &recorder{TB: t}
	denormtest.Mutate(r, t.Context(), db, engine, collection)
	if said := strings.Join(r.said, "\n"); len(r.said) != 6 || !strings.Contains(said, "stopped after 5 failures") {
		t.Errorf("said %d times:\n%s", len(r.said), said)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r = &recorder{TB: t}
	denormtest.Mutate(r, ctx, db, engine, ending{collection, cancel})
	if said := strings.Join(r.said, "\n"); !strings.Contains(said, context.Canceled.Error()) {
		t.Errorf("after the end of the context it said %s", said)
	}
	if diff := cmp.Diff(before, itemRows(t, db)); diff != "" {
		t.Errorf("the rows are not as they were (-before +after):\n%s", diff)
	}
}

// ending ends a context when the caches are asked for what was changed.
type ending struct {
	items
	cancel func()
}

func (e ending) GetMany(ctx context.Context, keys []int64) ([]*item, error) {
	docs, err := e.items.GetMany(ctx, keys)
	if len(docs) > 0 && docs[0] != nil && docs[0].Name != "a" {
		e.cancel()
	}
	return docs, err
}

func TestSettled(t *testing.T) {
	db := testservers.SQLite(t, testservers.Pure)
	fillItems(t, db)
	depends := itemDepends()
	depends[1].Columns = []string{"id"} // the name is forgotten
	engine, collection := itemEngine(t, db, depends)
	settled := func(keys ...int64) string {
		r := &recorder{TB: t}
		denormtest.Settled(r, t.Context(), engine, collection, keys...)
		return strings.Join(r.said, "\n")
	}
	for _, keys := range [][]int64{nil, {1}, {1, 2, 77}} {
		if said := settled(keys...); said != "" {
			t.Errorf("settled said %s", said)
		}
	}
	execute(t, db, `UPDATE makers SET name = 'Other' WHERE id = 1`)
	for _, keys := range [][]int64{nil, {1, 2}} {
		said := settled(keys...)
		for _, want := range []string{"denormtest: items: key 1: GetMany differs", `-  "maker": "Other"`, `+  "maker": "One"`} {
			if !strings.Contains(said, want) {
				t.Errorf("said %s, want %q in it", said, want)
			}
		}
		if strings.Contains(said, "key 2") {
			t.Errorf("said %s of a document that is right", said)
		}
	}
	if said := settled(2); said != "" {
		t.Errorf("of another key it said %s", said)
	}
	execute(t, db, `DELETE FROM items WHERE id = 1`)
	if said := settled(); said != "" {
		t.Errorf("after the change reached the caches it said %s", said)
	}
	doc, err := collection.Get(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	doc.shown = 3
	if said := settled(); !strings.Contains(said, "though not in JSON") || !strings.Contains(said, "shown") {
		t.Errorf("of a document that was changed in the cache it said %s", said)
	}
	doc.shown = 0
	// The JSON of the cache is made once: it shows what the document was.
	doc.Name = "changed"
	if said := settled(); !strings.Contains(said, "changed") {
		t.Errorf("of a document that was changed in the cache it said %s", said)
	}
}

// TestSettledFindsRemains holds that a document which is only left in the cache is found.
func TestSettledFindsRemains(t *testing.T) {
	db := testservers.SQLite(t, testservers.Pure)
	fillItems(t, db)
	depends := itemDepends()
	depends[0].Old, depends[0].New = `OLD."id" > 2`, `NEW."id" > 2`
	engine, collection := itemEngine(t, db, depends)
	denormtest.Settled(t, t.Context(), engine, collection)
	execute(t, db, `DELETE FROM items WHERE id = 1`)
	r := &recorder{TB: t}
	denormtest.Settled(r, t.Context(), engine, collection)
	if said := strings.Join(r.said, "\n"); !strings.Contains(said, "key 1: GetMany returns a document, and there is none any more") {
		t.Errorf("said %s", said)
	}
}

func TestSettledWithout(t *testing.T) {
	db := testservers.SQLite(t, testservers.Pure)
	fillItems(t, db)
	cache := memorycache.New()
	engine, collection := itemEngine(t, db, itemDepends(), denorm.WithSharedCache(cache))
	bare := open(t, db)
	uninstalled := items{denorm.Register(bare, itemDefinition(itemDepends()))}
	short := func(t *testing.T) context.Context {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		t.Cleanup(cancel)
		return ctx
	}
	for _, test := range []struct {
		name string
		call func(r *recorder, ctx context.Context)
		says string
	}{
		{"an engine", func(r *recorder, ctx context.Context) { denormtest.Settled(r, ctx, nil, collection) }, "the engine or the collection is nil"},
		{"a collection", func(r *recorder, ctx context.Context) { denormtest.Mutate[int64, item](r, ctx, db, engine, nil) }, "the engine or the collection is nil"},
		{"Install", func(r *recorder, ctx context.Context) { denormtest.Settled(r, ctx, bare, uninstalled) }, "call Engine.Install before"},
		{"a registration", func(r *recorder, ctx context.Context) {
			denormtest.Settled(r, ctx, engine, denormtest.Fake(func(doc *models.BookDoc) int64 { return doc.ID }))
		}, "the engine has no collection of models.BookDoc"},
		{"the shared cache", func(r *recorder, ctx context.Context) {
			cache.SetDown(errors.New("it is down"))
			denormtest.Settled(r, ctx, engine, collection)
		}, "it is down"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := &recorder{TB: t}
			test.call(r, short(t))
			if said := strings.Join(r.said, "\n"); !strings.Contains(said, test.says) {
				t.Errorf("said %q, want %q in it", said, test.says)
			}
		})
	}
}
