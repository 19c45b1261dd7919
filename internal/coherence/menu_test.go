package coherence

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/truth/models"
	"github.com/denormgen/denormgen/internal/truth/naive"
	"github.com/denormgen/denormgen/internal/truth/subject"
	denorm "github.com/denormgen/denormgen/runtime"
)

// menu is a tree of categories as one process reads it.
type menu struct {
	*testing.T
	place
	process *process
	tree    *models.Menu
}

// TestMenu holds that a document which is a tree of all categories follows every change of the tree at once, and that
// nothing else has it made again.
func TestMenu(t *testing.T) {
	eachDatabase(t, func(t *testing.T, at place) {
		for _, m := range allTiers() {
			t.Run(m.name, func(t *testing.T) {
				x := newMenu(t, at, m)
				x.want("at first")
				x.follows()
				x.takenBack()
				x.own()
			})
		}
	})
}

func newMenu(t *testing.T, at place, m tiers) *menu {
	t.Helper()
	x := &menu{T: t, place: at}
	x.write("DELETE FROM categories")
	x.write(`INSERT INTO categories (id, name, parent_id) VALUES
		(1, 'Books', NULL), (2, 'Music', NULL), (3, 'Novels', 1), (4, 'Crime', 3), (5, 'Love', 3), (6, 'Jazz', 2)`)
	x.write("INSERT INTO categories (id, name, parent_id, ~rank~) VALUES (7, 'Noir', 4, 5), (8, 'Hidden', 1, -1), (9, 'Below it', 8, 1)")
	var cache denorm.SharedCache
	if m.shared != nil {
		cache = m.shared(t)
	}
	x.process = install(t, at, release{name: "menu", subjects: func(engine *denorm.Engine) []subject.Subject {
		x.tree = models.NewMenu(engine)
		return nil
	}}, "one", m.options(cache)...)
	t.Cleanup(func() {
		if err := x.process.engine.Close(); err != nil {
			t.Error(err)
		}
	})
	x.drain()
	return x
}

func (x *menu) write(statement string) {
	x.Helper()
	x.plain.MustExecContext(x.Context(), strings.ReplaceAll(statement, "~", naive.DialectOf(x.plain).Quote("~")[:1]))
}

// effect is what a change does to the menu.
type effect int

const (
	shown  effect = iota
	unseen        // a document has changed that it is made of, in what it does not show
	silent        // no document has changed
)

// follows changes the tree by a program that knows nothing of engines.
func (x *menu) follows() {
	x.Helper()
	for _, change := range []struct {
		statement string
		does      effect
	}{
		{"UPDATE categories SET name = 'Fiction' WHERE id = 3", shown},
		{"UPDATE categories SET name = 'Fiction' WHERE id = 3", silent},
		{"UPDATE categories SET parent_id = 2 WHERE id = 3", shown},    // with all that is below
		{"UPDATE categories SET parent_id = NULL WHERE id = 4", shown}, // to the top
		{"UPDATE categories SET parent_id = 6 WHERE id = 4", shown},
		{"INSERT INTO categories (id, name, parent_id) VALUES (10, 'Swing', 6)", shown},
		{"INSERT INTO categories (id, name, parent_id, ~rank~) VALUES (11, 'Bop', 6, -1)", unseen},
		{"UPDATE categories SET ~rank~ = -1 WHERE id = 3", shown},
		{"UPDATE categories SET name = 'Out of sight' WHERE id = 3", unseen},
		{"UPDATE categories SET ~rank~ = 0 WHERE id = 3", shown},
		{"UPDATE categories SET ~rank~ = NULL WHERE id = 8", shown},
		{"DELETE FROM categories WHERE id = 4", shown},              // what was below it is nowhere
		{"UPDATE categories SET parent_id = 5 WHERE id = 7", shown}, // and is there again
		{"UPDATE categories SET parent_id = 6 WHERE id = 2", shown}, // a circle
		{"UPDATE categories SET parent_id = NULL WHERE id = 2", shown},
		{"INSERT INTO tags (id, label, weight) VALUES (1, 'new', 1)", silent},
		{"DELETE FROM tags", silent},
	} {
		before := x.get()
		x.write(change.statement)
		x.drain()
		if (change.does == shown) == reflect.DeepEqual(before, x.wanted()) {
			x.Errorf("%s: it does not do what it is for", change.statement)
		}
		if change.does == silent {
			x.unbuilt(change.statement)
		}
		x.want(change.statement)
		x.unbuilt("a second read after " + change.statement)
	}
}

// takenBack begins changes that are not committed.
func (x *menu) takenBack() {
	x.Helper()
	tx, err := x.plain.BeginTxx(x.Context(), nil)
	if err != nil {
		x.Fatal(err)
	}
	if _, err := tx.ExecContext(x.Context(), "UPDATE categories SET name = 'never', parent_id = 2 WHERE id = 1"); err != nil {
		x.Fatal(err)
	}
	if err := tx.Rollback(); err != nil {
		x.Fatal(err)
	}
	x.drain()
	x.unbuilt("a transaction that was rolled back")
	refused := errors.New("refused")
	err = x.process.engine.Tx(x.Context(), func(tx *sqlx.Tx) error {
		_, err := tx.Exec("DELETE FROM categories WHERE id = 1")
		return errors.Join(err, refused)
	})
	if !errors.Is(err, refused) {
		x.Fatal(err)
	}
	x.drain()
	x.unbuilt("a Tx that was rolled back")
	x.want("after what was taken back")
}

// own writes by Tx, and looks before anybody follows.
func (x *menu) own() {
	x.Helper()
	for _, statement := range []string{
		"UPDATE categories SET name = 'Ours' WHERE id = 1",
		"UPDATE categories SET parent_id = 1 WHERE id = 2",
		"INSERT INTO categories (id, name, parent_id) VALUES (20, 'New', 2)",
		"DELETE FROM categories WHERE id = 20",
	} {
		err := x.process.engine.Tx(x.Context(), func(tx *sqlx.Tx) error {
			_, err := tx.Exec(statement)
			return err
		})
		if err != nil {
			x.Fatal(err)
		}
		x.want("right after Tx: " + statement)
	}
}

func (x *menu) drain() {
	x.Helper()
	if err := x.process.engine.Drain(x.Context()); err != nil {
		x.Fatal(err)
	}
}

func (x *menu) get() []models.MenuItem {
	x.Helper()
	tree, err := x.tree.Get(x.Context(), "default")
	if err != nil {
		x.Fatal(err)
	}
	return tree
}

// want compares the menu with that of the tables.
func (x *menu) want(when string) {
	x.Helper()
	if got, want := x.get(), x.wanted(); !reflect.DeepEqual(got, want) {
		x.Errorf("%s: the menu is\n%+v, want\n%+v", when, got, want)
	}
}

// unbuilt holds that the next read builds nothing.
func (x *menu) unbuilt(after string) {
	x.Helper()
	before := x.process.engine.Stats().Batches
	x.get()
	if got := x.process.engine.Stats().Batches - before; got != 0 {
		x.Errorf("after %s, the menu was made again: %d batches", after, got)
	}
}

// wanted asks the table for the children of each item.
func (x *menu) wanted() []models.MenuItem {
	x.Helper()
	items, err := x.below(x.Context(), "parent_id IS NULL")
	if err != nil {
		x.Fatal(err)
	}
	return items
}

func (x *menu) below(ctx context.Context, where string, args ...any) ([]models.MenuItem, error) {
	dialect := naive.DialectOf(x.plain)
	rank := dialect.Quote("rank")
	items := []models.MenuItem{}
	err := x.plain.SelectContext(ctx, &items, dialect.Bind("SELECT id, name FROM categories WHERE ("+rank+" IS NULL OR "+rank+" >= 0) AND "+
		where+" ORDER BY id"), args...)
	for i := range items {
		if err == nil {
			items[i].Items, err = x.below(ctx, "parent_id = ?", items[i].ID)
		}
	}
	return items, err
}
