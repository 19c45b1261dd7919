package captest

import (
	"database/sql"
	"testing"

	"github.com/denormgen/denormgen/runtime/capture"
)

// RunInstall holds what installing promises in every dialect.
func RunInstall(t *testing.T, dialect capture.Dialect, open Open) {
	backend, err := capture.Lookup(dialect)
	if err != nil {
		t.Fatal(err)
	}
	table := capture.Table{Name: "books"}
	plan := capture.Plan{
		Collection: "it's \\ a card", Shape: "s1", Table: table, Key: []string{"id"},
		Depends: []capture.Dependency{Where(On("books", "id author_id", "author_id title"), "ROW.title <> 'it''s'")},
	}
	start := func(t *testing.T) *sql.DB {
		db := open(t)
		Exec(t, db, "CREATE TABLE books (id INTEGER PRIMARY KEY, author_id INTEGER, title VARCHAR(100))")
		return db
	}
	install := func(t *testing.T, db *sql.DB, plans ...capture.Plan) capture.Result {
		t.Helper()
		result, err := capture.Install(t.Context(), db, dialect, "captest", plans, capture.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	quiet := func(t *testing.T, when string, result capture.Result) {
		t.Helper()
		if len(result.New)+len(result.Concerned)+len(result.Created)+len(result.Dropped) > 0 || result.Plans {
			t.Errorf("%s: %+v", when, result)
		}
	}
	works := func(t *testing.T, db *sql.DB) {
		t.Helper()
		last := Last(t, db)
		Exec(t, db, "INSERT INTO books VALUES (1, 10, 'it''s')", "UPDATE books SET title = 'b'", "DELETE FROM books")
		Expect(t, dialect, db, last, "I books (10,1)?0", "U books (10,1)?0->(10,1)?1 title", "D books (10,1)?1")
	}
	nothing := func(t *testing.T, db *sql.DB) {
		t.Helper()
		found, err := backend.Installed(t.Context(), db)
		if err != nil || len(found) > 0 {
			t.Errorf("left: %v, %v", found, err)
		}
		for _, name := range []string{"denorm_changes", "denorm_installed", "denorm_plans", "denorm_layouts"} {
			catalog, err := backend.Catalog(t.Context(), db, []capture.Table{{Name: name}})
			if err != nil || len(catalog.Tables) > 0 {
				t.Errorf("%s is left, %v", name, err)
			}
		}
		Exec(t, db, "INSERT INTO books VALUES (9, 10, 'a')", "DELETE FROM books")
	}

	t.Run("install and uninstall", func(t *testing.T) {
		db := start(t)
		if first := install(t, db, plan); len(first.New) != 1 || !first.Plans {
			t.Errorf("first: %+v", first)
		}
		quiet(t, "again", install(t, db, plan))
		works(t, db)
		quiet(t, "after writes", install(t, db, plan))
		other := plan
		other.Collection, other.Depends = "others", []capture.Dependency{On("books", "id", "id")}
		if more := install(t, db, other); len(more.New) != 1 || len(more.Concerned) > 0 {
			t.Errorf("more: %+v", more)
		}
		works(t, db)
		problems, err := capture.Doctor(t.Context(), db, dialect, []capture.Plan{plan, other})
		if err != nil {
			t.Error(err)
		}
		for _, problem := range problems {
			if problem.Severity != capture.Warning {
				t.Errorf("the doctor says: %v", problem)
			}
		}
		for range 2 {
			if err := capture.Uninstall(t.Context(), db, dialect); err != nil {
				t.Fatal(err)
			}
		}
		nothing(t, db)
		install(t, db, plan)
		works(t, db)
	})
	t.Run("repair", func(t *testing.T) {
		db := start(t)
		install(t, db, plan)
		found, err := backend.Installed(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		for name := range found {
			Exec(t, db, backend.Drop(name)...)
			break
		}
		result, err := capture.Repair(t.Context(), db, dialect, capture.Options{})
		if err != nil || len(result.Concerned) != 1 || result.Plans {
			t.Errorf("repaired: %+v, %v", result, err)
		}
		works(t, db)
	})
	t.Run("script", func(t *testing.T) {
		db := start(t)
		catalog, err := backend.Catalog(t.Context(), db, []capture.Table{table})
		if err != nil {
			t.Fatal(err)
		}
		script, _, err := capture.Script(dialect, "captest", []capture.Plan{plan}, catalog)
		if err != nil {
			t.Fatal(err)
		}
		Exec(t, db, script.Up...)
		works(t, db)
		result := install(t, db, plan)
		if !result.Plans {
			t.Error("nobody is told of the plans that a script stored")
		}
		result.Plans = false
		quiet(t, "after the script", result)
		quiet(t, "after that", install(t, db, plan))
		Exec(t, db, script.Down...)
		nothing(t, db)
	})
}
