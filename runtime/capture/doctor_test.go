package capture_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/capture/captest"
)

func TestDoctor(t *testing.T) {
	joined := plan("cards", "s1", "title")
	joined.Depends[0].Joins = []capture.Join{
		{Table: capture.Table{Name: "books"}, Columns: []string{"author_id"}}, {Table: capture.Table{Name: "books"}, Columns: []string{"id"}},
	}
	tests := []struct {
		name string
		do   []string
		plan capture.Plan
		want []string // severity and part of the message or remedy
	}{
		{"all is well", nil, plan("cards", "s1", "title"), nil},
		{"an unknown plan", nil, plan("lists", "s1", "stock"), []string{
			"bypassed: collection lists is not installed", "bypassed: denorm_capture_insert_books", "warning: serves no plan",
		}},
		{"a trigger that is gone", []string{"DELETE"}, plan("cards", "s1", "title"), []string{"bypassed: is missing"}},
		{"a missing index", nil, joined, []string{`warning: CREATE INDEX "denorm_books_author_id" ON "books" ("author_id")`}},
		{"an index", []string{"CREATE INDEX i ON books (author_id, title)"}, joined, []string{"bypassed: not installed as it is now"}},
		{"a column that is gone", []string{"ALTER TABLE books RENAME COLUMN title TO name"}, plan("cards", "s1", "title"), []string{"refused: needs column title", "bypassed: is not what was installed"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			db := testservers.SQLite(t, testservers.Pure).DB
			captest.Exec(t, db, books)
			install(t, db, plan("cards", "s1", "title"))
			for _, statement := range test.do {
				if statement == "DELETE" {
					var name string
					if err := db.QueryRow("SELECT name FROM sqlite_master WHERE name LIKE 'denorm_capture_delete%'").Scan(&name); err != nil {
						t.Fatal(err)
					}
					statement = "DROP TRIGGER " + name
				}
				captest.Exec(t, db, statement)
			}
			problems, err := capture.Doctor(t.Context(), db, capture.SQLite, []capture.Plan{test.plan})
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range test.want {
				severity, text, _ := strings.Cut(want, ": ")
				if !slices.ContainsFunc(problems, func(p capture.Problem) bool {
					return string(p.Severity) == severity && strings.Contains(p.Message+" "+p.Remedy, text)
				}) {
					t.Errorf("%q is not among %v", want, problems)
				}
			}
			if len(test.want) == 0 && len(problems) > 0 {
				t.Errorf("problems %v", problems)
			}
		})
	}
}

func TestDoctorBeforeInstall(t *testing.T) {
	db := testservers.OpenSQLiteDSN(t, testservers.Pure, "file:"+t.TempDir()+"/x.db").DB
	captest.Exec(t, db, books)
	problems, err := capture.Doctor(t.Context(), db, capture.SQLite, []capture.Plan{plan("cards", "s1", "title")})
	if err != nil || len(problems) != 2 || problems[0].Severity != capture.Bypassed || !strings.Contains(problems[1].Message, "busy timeout") {
		t.Errorf("problems %v, %v", problems, err)
	}
}

// TestScript runs what is printed and lets Install look at it.
func TestScript(t *testing.T) {
	eachSQLite(t, func(t *testing.T, open captest.Open) {
		db := open(t)
		captest.Exec(t, db, books)
		guarded := plan("cards", "s1", "title")
		guarded.Depends[0] = captest.Where(guarded.Depends[0], "ROW.title <> 'it''s'")
		backend, err := capture.Lookup(capture.SQLite)
		if err != nil {
			t.Fatal(err)
		}
		catalog, err := backend.Catalog(t.Context(), db, []capture.Table{{Name: "books"}})
		if err != nil {
			t.Fatal(err)
		}
		script, problems, err := capture.Script(capture.SQLite, "app", []capture.Plan{guarded}, catalog)
		if err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		captest.Exec(t, db, script.Up...)
		captest.Exec(t, db, script.Up...)
		before := version(t, db)
		result := install(t, db, guarded)
		if len(result.New)+len(result.Created)+len(result.Dropped)+len(result.Concerned) > 0 || version(t, db) != before {
			t.Errorf("Install did something after the script: %+v", result)
		}
		captest.Exec(t, db, "INSERT INTO books VALUES (1, 1, 'a', 1)")
		captest.Expect(t, capture.SQLite, db, 0, "I books (1)?1")
		captest.Exec(t, db, script.Down...)
		var left int
		if err := db.QueryRow("SELECT count(*) FROM sqlite_master WHERE name LIKE 'denorm%'").Scan(&left); err != nil || left > 0 {
			t.Errorf("%d objects are left: %v", left, err)
		}
		blind, problems, err := capture.Script(capture.SQLite, "app", []capture.Plan{guarded}, nil)
		if err != nil || len(problems) != 1 || problems[0].Severity != capture.Warning {
			t.Fatal(problems, err)
		}
		captest.Exec(t, db, blind.Up...)
		if result := install(t, db, guarded); len(result.Created) != 5 || len(result.New)+len(result.Concerned) > 0 {
			t.Errorf("Install did not complete a script that saw nothing: %+v", result)
		}
	})
}

func TestLayouts(t *testing.T) {
	a, b := plan("a", "s", "title stock"), plan("b", "s", "author_id")
	a.Depends = append(a.Depends, captest.Where(captest.On("books", "author_id", "title"), "ROW.stock > 0"), captest.On("authors", "id", "name"))
	one, two := capture.Layouts([]capture.Plan{a, b}), capture.Layouts([]capture.Plan{b, a, b})
	if len(one) != 2 || one[0].Table.Name != "authors" || one[1].ID != two[1].ID || one[0].ID == one[1].ID {
		t.Fatalf("layouts %+v and %+v", one, two)
	}
	got := one[1]
	if !slices.Equal(got.Values, []string{"author_id", "id"}) || !slices.Equal(got.Tracked, []string{"author_id", "id", "stock", "title"}) ||
		!slices.Equal(got.Guards, []capture.Guard{{Old: "OLD.stock > 0", New: "NEW.stock > 0"}}) {
		t.Errorf("layout %+v", got)
	}
	if other := capture.Layouts([]capture.Plan{b}); other[0].ID == got.ID {
		t.Error("different layouts have the same ID")
	}
}

// TestScriptBeside keeps what others installed, and drops what serves nobody.
func TestScriptBeside(t *testing.T) {
	db := testservers.SQLite(t, testservers.Pure).DB
	captest.Exec(t, db, books)
	other, old, now := plan("lists", "s1", "stock"), plan("cards", "s1", "title"), plan("cards", "s2", "author_id")
	install(t, db, other, old)
	captest.Exec(t, db, "DELETE FROM denorm_plans WHERE collection = 'cards'")
	backend, err := capture.Lookup(capture.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := backend.Catalog(t.Context(), db, []capture.Table{{Name: "books"}})
	if err != nil {
		t.Fatal(err)
	}
	found, err := backend.Installed(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	present := capture.Present{Others: []capture.Plan{other}, Objects: slices.Sorted(maps.Keys(found))}
	script, problems, err := capture.ScriptBeside(capture.SQLite, "mine", []capture.Plan{now}, catalog, present)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	captest.Exec(t, db, script.Up...)
	before := version(t, db)
	result := install(t, db, now)
	if len(result.New)+len(result.Created)+len(result.Dropped)+len(result.Concerned) > 0 || version(t, db) != before {
		t.Errorf("Install did something after the script: %+v", result)
	}
	captest.Exec(t, db, "INSERT INTO books VALUES (1, 1, 'a', 1)", "DELETE FROM denorm_changes", "UPDATE books SET stock = 2", "UPDATE books SET title = 'b'")
	captest.Expect(t, capture.SQLite, db, 0, "U books (1)->(1) stock")
	stored, err := capture.Plans(t.Context(), db)
	if err != nil || len(stored) != 2 || stored[0].Application != "mine" || stored[1].Application != "app" {
		t.Errorf("plans %+v, %v", stored, err)
	}
}
