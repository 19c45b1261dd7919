package capture_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/capture/captest"
)

const books = "CREATE TABLE books (id INTEGER PRIMARY KEY, author_id INT, title TEXT, stock INT)"

// plan is one of a collection on the table books.
func plan(collection, shape string, columns string) capture.Plan {
	return capture.Plan{
		Collection: collection, Shape: shape, Table: capture.Table{Name: "books"}, Key: []string{"id"},
		Depends: []capture.Dependency{captest.On("books", "id", columns)},
	}
}

func install(t *testing.T, db *sql.DB, plans ...capture.Plan) capture.Result {
	t.Helper()
	result, err := capture.Install(t.Context(), db, capture.SQLite, "app", plans, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func version(t *testing.T, db *sql.DB) (version int64) {
	t.Helper()
	if err := db.QueryRow("PRAGMA schema_version").Scan(&version); err != nil {
		t.Fatal(err)
	}
	return version
}

func TestInstallIsIdempotent(t *testing.T) {
	eachSQLite(t, func(t *testing.T, open captest.Open) {
		db := open(t)
		captest.Exec(t, db, books)
		first := install(t, db, plan("cards", "s1", "title"))
		if !slices.Equal(first.New, []string{"cards"}) || !first.Plans || len(first.Created) != 5 {
			t.Errorf("first: %+v", first)
		}
		before := version(t, db)
		if again := install(t, db, plan("cards", "s1", "title")); len(again.New)+len(again.Concerned)+len(again.Created)+len(again.Dropped) > 0 || again.Plans {
			t.Errorf("again: %+v", again)
		}
		// Without the rights to define anything, as far as SQLite has them.
		captest.Exec(t, db, "UPDATE denorm_plans SET seen_at = 0")
		install(t, db, plan("cards", "s1", "title"))
		if after := version(t, db); after != before {
			t.Errorf("the schema has version %d, not %d: DDL ran", after, before)
		}
		stored, err := capture.Plans(t.Context(), db)
		if err != nil || len(stored) != 1 || time.Since(stored[0].SeenAt) > time.Hour || stored[0].Application != "app" {
			t.Errorf("stored: %+v, %v", stored, err)
		}
	})
}

func TestInstallServesAllPlans(t *testing.T) {
	db := testservers.SQLite(t, testservers.Pure).DB
	captest.Exec(t, db, books, "INSERT INTO books VALUES (1, 1, 'a', 1)")
	install(t, db, plan("cards", "s1", "title"))
	second := install(t, db, plan("cards", "s2", "stock"), plan("lists", "s1", "author_id"))
	if !slices.Equal(second.New, []string{"cards", "lists"}) || len(second.Concerned) > 0 {
		t.Errorf("second: %+v", second)
	}
	captest.Exec(t, db, "UPDATE books SET title = 'b'", "UPDATE books SET stock = 2", "UPDATE books SET author_id = 2")
	captest.Expect(t, capture.SQLite, db, 0, "U books (1)->(1) title", "U books (1)->(1) stock", "U books (1)->(1) author_id")
	changed := install(t, db, plan("cards", "s2", "stock title"))
	if !slices.Equal(changed.New, []string{"cards"}) {
		t.Errorf("changed: %+v", changed)
	}
	retired, err := capture.Retire(t.Context(), db, capture.SQLite, time.Now().Add(time.Hour))
	if err != nil || len(retired) != 3 {
		t.Errorf("retired %d: %v", len(retired), err)
	}
	gone, err := capture.Touch(t.Context(), db, capture.SQLite, []capture.Plan{plan("lists", "s1", "author_id")})
	if err != nil || len(gone) != 1 {
		t.Errorf("gone: %v, %v", gone, err)
	}
	back := install(t, db, plan("lists", "s1", "author_id"))
	if !slices.Equal(back.New, []string{"lists"}) {
		t.Errorf("back: %+v", back)
	}
}

func TestRepair(t *testing.T) {
	const drop = "DROP TRIGGER "
	trigger := func(t *testing.T, db *sql.DB, kind string) (name, text string) {
		if err := db.QueryRow("SELECT name, sql FROM sqlite_master WHERE name LIKE ?", "denorm_capture_"+kind+"%").Scan(&name, &text); err != nil {
			t.Fatal(err)
		}
		return name, text
	}
	tests := []struct {
		name      string
		harm      func(t *testing.T, db *sql.DB)
		concerned []string
	}{
		{"nothing", func(t *testing.T, db *sql.DB) {}, nil},
		{"something else", func(t *testing.T, db *sql.DB) { captest.Exec(t, db, "CREATE TABLE other (x)") }, nil},
		{"a trigger that is gone", func(t *testing.T, db *sql.DB) {
			name, _ := trigger(t, db, "delete")
			captest.Exec(t, db, drop+name)
		}, []string{"cards"}},
		{"a trigger that is altered", func(t *testing.T, db *sql.DB) {
			name, text := trigger(t, db, "update")
			captest.Exec(t, db, drop+name, strings.Replace(text, "BEGIN", "BEGIN SELECT 1;", 1))
		}, []string{"cards"}},
		{"a table that is rebuilt", func(t *testing.T, db *sql.DB) {
			var all []string
			rows, err := db.Query("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'books'")
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				var text string
				if err := rows.Scan(&text); err != nil {
					t.Fatal(err)
				}
				all = append(all, text)
			}
			statements := []string{
				strings.Replace(books, "books", "anew", 1), "INSERT INTO anew SELECT id, author_id, upper(title), stock FROM books",
				"DROP TABLE books", "PRAGMA legacy_alter_table = 1", "ALTER TABLE anew RENAME TO books",
			}
			captest.Exec(t, db, append(statements, all...)...)
		}, []string{"cards"}},
		{"a new unique key", func(t *testing.T, db *sql.DB) { captest.Exec(t, db, "CREATE UNIQUE INDEX u ON books (title)") }, []string{"cards"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			db := testservers.SQLite(t, testservers.Pure).DB
			captest.Exec(t, db, books, "CREATE TABLE notes (id INTEGER PRIMARY KEY)")
			notes := capture.Plan{Collection: "notes", Shape: "s", Depends: []capture.Dependency{captest.On("notes", "id", "id")}}
			install(t, db, plan("cards", "s1", "title"), notes)
			backend, err := capture.Lookup(capture.SQLite)
			if err != nil {
				t.Fatal(err)
			}
			layouts := capture.Layouts([]capture.Plan{plan("cards", "s1", "title"), notes})
			before, err := backend.Fingerprint(t.Context(), db, layouts, capture.Fingerprint{})
			if err != nil {
				t.Fatal(err)
			}
			test.harm(t, db)
			after, err := backend.Fingerprint(t.Context(), db, layouts, before)
			if err != nil || before.Equal(after) != (test.name == "nothing") {
				t.Errorf("fingerprint %v, then %v, %v", before, after, err)
			}
			result, err := capture.Repair(t.Context(), db, capture.SQLite, capture.Options{})
			if err != nil || !slices.Equal(result.Concerned, test.concerned) || result.Plans {
				t.Errorf("repaired: %+v, %v", result, err)
			}
			if again, err := capture.Repair(t.Context(), db, capture.SQLite, capture.Options{}); err != nil || len(again.Concerned)+len(again.Created) > 0 {
				t.Errorf("repaired again: %+v, %v", again, err)
			}
			last := captest.Last(t, db)
			captest.Exec(t, db, "INSERT INTO books VALUES (5, 1, 'x', 1)", "DELETE FROM books WHERE id = 5")
			captest.Expect(t, capture.SQLite, db, last, "I books (5)", "D books (5)")
		})
	}
}

func TestInstallRefuses(t *testing.T) {
	db := testservers.SQLite(t, testservers.Pure).DB
	captest.Exec(t, db, books, "CREATE VIEW shown AS SELECT * FROM books", "CREATE VIRTUAL TABLE words USING fts5(w)")
	on := func(table capture.Table, columns string) capture.Dependency {
		d := captest.On(table.Name, "id", columns)
		d.Table = table
		return d
	}
	bad := plan("cards", "s1", "tilte")
	bad.Depends = append(bad.Depends, on(capture.Table{Name: "boks"}, "id"), on(capture.Table{Name: "shown"}, "id"), on(capture.Table{Name: "words"}, "w"),
		on(capture.Table{Schema: "aux", Name: "books"}, "id"))
	_, err := capture.Install(t.Context(), db, capture.SQLite, "app", []capture.Plan{bad}, capture.Options{})
	var refused *capture.RefusedError
	if !errors.As(err, &refused) {
		t.Fatalf("error %v", err)
	}
	for _, part := range []string{"did you mean title?", "did you mean books?", "shown is a view", "reads=", "words is a virtual table", "attached"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in: %v", part, err)
		}
	}
	var objects int
	if err := db.QueryRow("SELECT count(*) FROM sqlite_master WHERE name LIKE 'denorm%'").Scan(&objects); err != nil || objects > 0 {
		t.Errorf("%d objects were left: %v", objects, err)
	}
	// A condition that would make writers fail is found before it does, and leaves nothing either.
	broken := plan("cards", "s1", "title")
	broken.Depends[0].New = "NEW.absent > 0"
	if _, err := capture.Install(t.Context(), db, capture.SQLite, "app", []capture.Plan{broken}, capture.Options{}); err == nil {
		t.Error("a condition on a missing column was installed")
	}
	captest.Exec(t, db, "INSERT INTO books VALUES (1, 1, 'a', 1)", "!SELECT * FROM denorm_plans")
	// The plan of another application is no reason to refuse, even if its table is gone since.
	install(t, db, plan("cards", "s1", "title stock"))
	captest.Exec(t, db, "CREATE TABLE more (id INTEGER PRIMARY KEY)")
	install(t, db, capture.Plan{Collection: "more", Shape: "s", Depends: []capture.Dependency{captest.On("more", "id", "id")}})
	captest.Exec(t, db, "DROP TABLE more")
	if result := install(t, db, plan("lists", "s1", "title")); len(result.Problems) != 1 || result.Problems[0].Severity != capture.Bypassed {
		t.Errorf("problems %v", result.Problems)
	}
}

func TestInstallRefusesWhatIsNotShared(t *testing.T) {
	dir := t.TempDir()
	for _, driver := range []string{testservers.Pure, testservers.Cgo} {
		for name, dsn := range map[string]string{
			"in memory":    ":memory:",
			"shared cache": "file:" + filepath.Join(dir, driver+".db") + "?cache=shared",
		} {
			db := testservers.OpenSQLiteDSN(t, driver, dsn).DB
			db.SetMaxOpenConns(1)
			captest.Exec(t, db, books)
			plans := []capture.Plan{plan("cards", "s1", "title")}
			if name == "in memory" { // with one connection there is one database
				if _, err := capture.Install(t.Context(), db, capture.SQLite, "app", plans, capture.Options{}); err != nil {
					t.Errorf("%s, %s: error %v", driver, name, err)
				}
				db.SetMaxOpenConns(2)
			}
			_, err := capture.Install(t.Context(), db, capture.SQLite, "app", plans, capture.Options{})
			if want := strings.TrimPrefix(name, "in "); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s, %s: error %v", driver, name, err)
			}
		}
	}
}

// TestInstallUnderLoad installs from several processes' worth of pools while others write, with one
// connection each.
func TestInstallUnderLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "load.db")
	writer := testservers.OpenSQLite(t, testservers.Pure, path).DB
	captest.Exec(t, writer, books)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	stop := make(chan struct{})
	var writers, installers sync.WaitGroup
	writers.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				if _, err := writer.ExecContext(ctx, "INSERT INTO books (title) VALUES ('x')"); err != nil {
					t.Errorf("a writer failed: %v", err)
					return
				}
			}
		}
	})
	created := make([]int, 4)
	for i := range created {
		db := testservers.OpenSQLite(t, testservers.Pure, path).DB
		db.SetMaxOpenConns(1)
		installers.Go(func() {
			result, err := capture.Install(ctx, db, capture.SQLite, "app", []capture.Plan{plan("cards", "s1", "title")},
				capture.Options{LockTimeout: 20 * time.Millisecond, Pause: time.Millisecond})
			if err != nil {
				t.Errorf("installing: %v", err)
			}
			created[i] = len(result.New)
		})
	}
	installers.Wait()
	close(stop)
	writers.Wait()
	slices.Sort(created)
	if !slices.Equal(created, []int{0, 0, 0, 1}) {
		t.Errorf("%v installations were new, want one", created)
	}
	held, err := writer.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if _, err := held.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	short, cancelShort := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancelShort()
	db := testservers.OpenSQLite(t, testservers.Pure, path).DB
	_, err = capture.Install(short, db, capture.SQLite, "app", []capture.Plan{plan("cards", "s2", "title")}, capture.Options{LockTimeout: 10 * time.Millisecond})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a lock that is held: %v", err)
	}
	if _, err := held.ExecContext(ctx, "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
}

func TestUninstallLeavesNothing(t *testing.T) {
	eachSQLite(t, func(t *testing.T, open captest.Open) {
		db := open(t)
		captest.Exec(t, db, books)
		install(t, db, plan("cards", "s1", "title"))
		var path string
		if err := db.QueryRow("SELECT file FROM pragma_database_list").Scan(&path); err != nil {
			t.Fatal(err)
		}
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if err := os.WriteFile(capture.SideFile(path)+suffix, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := capture.Uninstall(t.Context(), db, capture.SQLite); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := db.QueryRow("SELECT count(*) FROM sqlite_master WHERE name LIKE 'denorm%'").Scan(&left); err != nil || left > 0 {
			t.Errorf("%d objects are left: %v", left, err)
		}
		if files, _ := filepath.Glob(path + "-denorm*"); len(files) > 0 {
			t.Errorf("files are left: %v", files)
		}
		if err := capture.Uninstall(t.Context(), db, capture.SQLite); err != nil {
			t.Errorf("again: %v", err)
		}
		if _, err := capture.Repair(t.Context(), db, capture.SQLite, capture.Options{}); !errors.Is(err, capture.ErrNotInstalled) {
			t.Errorf("repairing what is not there: %v", err)
		}
	})
}

func TestInstallTellsGaps(t *testing.T) {
	db := testservers.SQLite(t, testservers.Pure).DB
	captest.Exec(t, db, books)
	install(t, db, plan("cards", "s1", "title"))
	var name string
	if err := db.QueryRow("SELECT name FROM sqlite_master WHERE name LIKE 'denorm_capture_delete%'").Scan(&name); err != nil {
		t.Fatal(err)
	}
	captest.Exec(t, db, "DROP TRIGGER "+name)
	if result := install(t, db, plan("lists", "s1", "stock")); !slices.Equal(result.Concerned, []string{"cards", "lists"}) {
		t.Errorf("concerned: %v", result.Concerned)
	}
}
