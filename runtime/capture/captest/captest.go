// Package captest is a suite that every backend of change capture must pass, and the parts it is made of,
// for cases of one dialect.
package captest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/runtime/capture"
)

// Open makes a new empty database that lives as long as the test.
type Open func(t *testing.T) *sql.DB

// Case is a piece of history and what has to be logged of it.
type Case struct {
	Name string
	// Make creates tables and their first rows, before capture is installed; Do is the history. Each element
	// is a statement; "BEGIN" and the like work, all run on one connection.
	Make, Do []string
	Depends  []capture.Dependency
	// Want are the changes as Describe shows them, in any order.
	Want []string
	// Except are dialects that do not have it.
	Except []capture.Dialect
}

// Run runs the portable cases.
func Run(t *testing.T, dialect capture.Dialect, open Open) {
	for _, test := range Cases(dialect) {
		if !slices.Contains(test.Except, dialect) {
			t.Run(test.Name, func(t *testing.T) { Check(t, dialect, open(t), test) })
		}
	}
}

// Check runs a case on an empty database.
func Check(t *testing.T, dialect capture.Dialect, db *sql.DB, test Case) {
	t.Helper()
	Exec(t, db, test.Make...)
	Install(t, dialect, db, test.Depends...)
	Exec(t, db, test.Do...)
	Expect(t, dialect, db, 0, test.Want...)
}

// Install installs capture for one collection with the dependencies.
func Install(t *testing.T, dialect capture.Dialect, db *sql.DB, depends ...capture.Dependency) capture.Result {
	t.Helper()
	plan := capture.Plan{Collection: "things", Shape: "s1", Table: depends[0].Table, Key: depends[0].From, Depends: depends}
	result, err := capture.Install(t.Context(), db, dialect, "captest", []capture.Plan{plan}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// Exec runs statements on one connection. An error is wanted of those that begin with "!".
func Exec(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, statement := range statements {
		statement, fails := strings.CutPrefix(statement, "!")
		if _, err := conn.ExecContext(t.Context(), statement); (err != nil) != fails {
			t.Fatalf("%s: %v, want an error: %v", statement, err, fails)
		}
	}
}

// Expect compares what was logged after an id with what is wanted, in any order.
func Expect(t *testing.T, dialect capture.Dialect, db *sql.DB, after int64, want ...string) {
	t.Helper()
	changes, err := Changes(t.Context(), dialect, db, after)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, change := range changes {
		got = append(got, Describe(change))
	}
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("logged\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// Last is the highest id of the log.
func Last(t *testing.T, db *sql.DB) int64 {
	t.Helper()
	var id int64
	if err := db.QueryRowContext(t.Context(), "SELECT coalesce(max(id), 0) FROM denorm_changes").Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

// Changes reads and parses the log after an id.
func Changes(ctx context.Context, dialect capture.Dialect, db *sql.DB, after int64) ([]capture.Change, error) {
	backend, err := capture.Lookup(dialect)
	if err != nil {
		return nil, err
	}
	layouts, err := capture.LayoutsByID(ctx, db)
	if err != nil {
		return nil, err
	}
	var tables []capture.Table
	for _, layout := range layouts {
		tables = append(tables, layout.Table)
	}
	catalog, err := backend.Catalog(ctx, db, tables)
	if err != nil {
		return nil, err
	}
	logged, err := rows(ctx, db, after)
	if err != nil {
		return nil, err
	}
	var changes []capture.Change
	for _, row := range logged {
		layout := layouts[row.Layout]
		if layout == nil {
			return nil, fmt.Errorf("change %d has the unknown layout %q", row.ID, row.Layout)
		}
		change, err := backend.Parse(layout, catalog, row)
		if err != nil {
			return nil, err
		}
		changes = append(changes, change)
	}
	return changes, nil
}

func rows(ctx context.Context, db *sql.DB, after int64) ([]capture.Row, error) {
	result, err := db.QueryContext(ctx, fmt.Sprintf(
		"SELECT id, layout, op, changed, old_in, new_in, old_row, new_row FROM denorm_changes WHERE id > %d ORDER BY id", after))
	if err != nil {
		return nil, err
	}
	defer result.Close()
	var list []capture.Row
	for result.Next() {
		var row capture.Row
		if err := result.Scan(&row.ID, &row.Layout, &row.Op, &row.Changed, &row.OldIn, &row.NewIn, &row.Old, &row.New); err != nil {
			return nil, err
		}
		list = append(list, row)
	}
	return list, result.Err()
}

// Describe shows a change: "U books (1,NULL)->(1,2) title+author_id", with verdicts of guards behind a side:
// "(1)?01". A Delete that is Perhaps one ends in "?".
func Describe(change capture.Change) string {
	text := string(change.Op) + " " + change.Layout.Table.Name
	switch {
	case change.Old != nil && change.New != nil:
		text += " " + describeSide(change.Old) + "->" + describeSide(change.New)
	case change.Old != nil:
		text += " " + describeSide(change.Old)
	case change.New != nil:
		text += " " + describeSide(change.New)
	}
	var changed []string
	for i, is := range change.Changed {
		if is {
			changed = append(changed, change.Layout.Tracked[i])
		}
	}
	if change.Changed != nil {
		text += " " + strings.Join(changed, "+")
	}
	if change.Perhaps {
		text += "?"
	}
	return text
}

func describeSide(side *capture.Side) string {
	var values []string
	for _, value := range side.Values {
		switch value := value.(type) {
		case nil:
			values = append(values, "NULL")
		case []byte:
			values = append(values, string(value))
		default:
			values = append(values, fmt.Sprint(value))
		}
	}
	text := "(" + strings.Join(values, ",") + ")"
	if len(side.Holds) > 0 {
		text += "?"
	}
	for _, holds := range side.Holds {
		if holds {
			text += "1"
		} else {
			text += "0"
		}
	}
	return text
}
