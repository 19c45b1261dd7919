package capture

import (
	"database/sql"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/denormgen/denormgen/internal/testservers"
)

func mysqlTestLayout(table string, values ...string) Layout {
	return Layouts([]Plan{{Depends: []Dependency{{Table: Table{Name: table}, From: values, Columns: values}}}})[0]
}

func mysqlExec(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, statement := range statements {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%v\n%s", err, statement)
		}
	}
}

// TestMySQLReplaces replaces triggers under load: as on MySQL, where CREATE OR REPLACE TRIGGER does not exist, and
// as on MariaDB. Each write is logged at least once.
func TestMySQLReplaces(t *testing.T) {
	for _, version := range []string{"8.0.36", "10.11.6-MariaDB", ""} {
		t.Run(version, func(t *testing.T) {
			db := testservers.MySQL(t).DB
			mysqlExec(t, db, "CREATE TABLE things (id INT AUTO_INCREMENT PRIMARY KEY, n INT)")
			mysqlExec(t, db, mysqlBackend{}.Tables()...)
			mysqlExec(t, db, mysqlBackend{}.Tables()...)
			layouts := []Layout{mysqlTestLayout("things", "id")}
			catalog, err := mysqlBackend{}.Catalog(t.Context(), db, []Table{{Name: "things"}})
			if err != nil {
				t.Fatal(err)
			}
			catalog.Version = version
			objects, problems := mysqlBackend{}.Objects(layouts, catalog)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			install := func() {
				for _, object := range objects {
					mysqlExec(t, db, object.Create...)
					mysqlExec(t, db, object.Check...)
				}
			}
			install()
			var stop atomic.Bool
			var wrote atomic.Int64
			done := make(chan bool)
			go func() {
				defer close(done)
				for !stop.Load() {
					if _, err := db.ExecContext(t.Context(), "INSERT INTO things (n) VALUES (1)"); err != nil {
						t.Error(err)
						return
					}
					wrote.Add(1)
				}
			}()
			for range 10 {
				install()
			}
			stop.Store(true)
			<-done
			var logged int64
			if err := db.QueryRowContext(t.Context(), "SELECT COUNT(DISTINCT new_row) FROM denorm_changes").Scan(&logged); err != nil {
				t.Fatal(err)
			}
			if logged != wrote.Load() || logged == 0 {
				t.Errorf("%d of %d writes were logged", logged, wrote.Load())
			}
			found, err := mysqlBackend{}.Installed(t.Context(), db)
			if err != nil || len(found) != 3 {
				t.Errorf("installed %v, %v", found, err)
			}
			for _, object := range objects {
				mysqlExec(t, db, object.Drop...)
			}
			mysqlExec(t, db, mysqlBackend{}.Undo()...)
			if found, err := (mysqlBackend{}).Installed(t.Context(), db); err != nil || len(found) > 0 {
				t.Errorf("after dropping all: %v, %v", found, err)
			}
		})
	}
}

// TestMySQLChecks has a wrong condition fail the installation, not the writers.
func TestMySQLChecks(t *testing.T) {
	db := testservers.MySQL(t).DB
	mysqlExec(t, db, "CREATE TABLE things (id INT PRIMARY KEY)")
	layout := mysqlTestLayout("things", "id")
	layout.Guards = []Guard{{Old: "OLD.`id` = 1", New: "NEW.`nothing` = 1"}}
	objects, _ := mysqlBackend{}.Objects([]Layout{layout}, nil)
	for _, statement := range objects[0].Check {
		if _, err := db.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "nothing") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestMySQLRewrite(t *testing.T) {
	got := mysqlRewrite("OLD.`a``b` = 'OLD.`x`' AND New.c <> `OLD`.`d` AND threshOLD.e = \"NEW.f\" OR OLD.`g`", func(side, column string) string {
		return fmt.Sprintf("<%s %s>", side, column)
	})
	want := "<OLD a`b> = 'OLD.`x`' AND <NEW c> <> `OLD`.`d` AND threshOLD.e = \"NEW.f\" OR <OLD g>"
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestMySQLNames(t *testing.T) {
	long := strings.Repeat("ä", 64)
	one, two := mysqlTriggerName("cascade_delete", long, ""), mysqlTriggerName("cascade_delete", long, "x")
	if one == two || len([]rune(one)) > 59 || len([]rune(two)) > 59 {
		t.Errorf("names %s and %s", one, two)
	}
	if got := mysqlQuotedTrigger(mysqlObjectName("here", "the.re", "denorm_capture_insert_a.b")); got != "`the.re`.`denorm_capture_insert_a.b`" {
		t.Errorf("quoted %s", got)
	}
}

// TestMySQLParseRefuses rows that are not what the trigger writes.
func TestMySQLParseRefuses(t *testing.T) {
	layout := mysqlTestLayout("things", "id", "name")
	one := []byte("1")
	for name, row := range map[string]Row{
		"operation":  {Op: "X"},
		"no side":    {Op: "I", NewIn: []byte{}},
		"values":     {Op: "I", NewIn: []byte{}, New: []byte("31")},
		"digits":     {Op: "I", NewIn: []byte{}, New: []byte("3x,31")},
		"verdicts":   {Op: "I", NewIn: one, New: []byte("31,31")},
		"changed":    {Op: "U", Changed: one},
		"no changed": {Op: "D", New: []byte("31,31")},
	} {
		if change, err := (mysqlBackend{}).Parse(&layout, nil, row); err == nil {
			t.Errorf("%s: %+v", name, change)
		}
	}
}
