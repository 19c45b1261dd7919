package capture_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/capture/captest"
)

func mysqlFingerprint(t *testing.T, q capture.Queryer, last capture.Fingerprint, tables ...capture.Table) capture.Fingerprint {
	t.Helper()
	backend, err := capture.Lookup(capture.MySQL)
	if err != nil {
		t.Fatal(err)
	}
	var layouts []capture.Layout
	for _, table := range tables {
		layouts = append(layouts, capture.Layout{Table: table})
	}
	now, err := backend.Fingerprint(t.Context(), q, layouts, last)
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// TestMySQLFingerprint has everything that makes triggers miss changes noticed, and nothing else.
func TestMySQLFingerprint(t *testing.T) {
	admin, dsn := mysqlOpen(t)
	captest.Exec(t, admin,
		"CREATE TABLE p (id INT PRIMARY KEY)", "CREATE TABLE things (id INT PRIMARY KEY, name VARCHAR(20), p INT, FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE)",
		"CREATE TABLE `it's odd` (id INT PRIMARY KEY)", "CREATE TABLE parts (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 2",
		"CREATE TABLE unrelated (id INT PRIMARY KEY)")
	captest.Install(t, capture.MySQL, admin, captest.On("things", "id", "id"), captest.On("it's odd", "id", "id"), captest.On("parts", "id", "id"))
	tables := []capture.Table{{Name: "things"}, {Name: "it's odd"}, {Name: "parts"}, {Name: "absent"}}
	low := mysqlAccount(t, dsn, admin, "TRIGGER, SELECT ON DATABASE.*")
	var dropped string
	if err := admin.QueryRowContext(t.Context(), "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME LIKE '%cascade%'").Scan(&dropped); err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		do     []string
		passes bool
	}{
		{do: []string{"INSERT INTO things VALUES (1, 'a', NULL)", "UPDATE things SET name = 'b'", "ANALYZE TABLE things"}, passes: true},
		{do: []string{"CREATE TABLE new (id INT)", "DROP TABLE new"}, passes: true},
		{do: []string{"TRUNCATE things"}},
		{do: []string{"TRUNCATE things"}},
		{do: []string{"TRUNCATE `it's odd`"}},
		{do: []string{"ALTER TABLE parts TRUNCATE PARTITION p0"}},
		{do: []string{"ALTER TABLE things ADD COLUMN n INT"}},
		{do: []string{"ALTER TABLE things DROP COLUMN n"}},
		{do: []string{"CREATE TABLE absent (id INT)"}},
		{do: []string{"RENAME TABLE parts TO old_parts, absent TO parts"}},
		{do: []string{"DROP TRIGGER " + dropped}},
	}
	var none, last, lowLast capture.Fingerprint
	for _, step := range steps {
		before, lowBefore := mysqlFingerprint(t, admin, last, tables...), mysqlFingerprint(t, low, lowLast, tables...)
		captest.Exec(t, admin, step.do...)
		for _, table := range []string{"p", "things", "`it's odd`", "parts"} {
			captest.Exec(t, admin, "DELETE FROM "+table+" WHERE id = -1")
		}
		last, lowLast = mysqlFingerprint(t, admin, before, tables...), mysqlFingerprint(t, low, lowBefore, tables...)
		if got := last.Equal(before); got != step.passes {
			t.Errorf("%v: same %v, want %v", step.do, got, step.passes)
		}
		if got := lowLast.Equal(lowBefore); got != step.passes {
			t.Errorf("%v, without PROCESS: same %v, want %v", step.do, got, step.passes)
		}
		if !last.Equal(mysqlFingerprint(t, admin, none, tables...)) {
			t.Errorf("%v: the fingerprint is another one where all is read again", step.do)
		}
	}
	// What another table's TRUNCATE does depends on the right PROCESS.
	captest.Exec(t, admin, "TRUNCATE unrelated")
	if !mysqlFingerprint(t, admin, last, tables...).Equal(last) {
		t.Error("TRUNCATE of another table changes the fingerprint")
	}
}

// TestMySQLFingerprintWaits has a reader without PROCESS wait for a TRUNCATE that was counted and has not happened.
func TestMySQLFingerprintWaits(t *testing.T) {
	admin, dsn := mysqlOpen(t)
	captest.Exec(t, admin, "CREATE TABLE things (id INT PRIMARY KEY)", "INSERT INTO things VALUES (1)")
	captest.Install(t, capture.MySQL, admin, captest.On("things", "id", "id"))
	low := mysqlAccount(t, dsn, admin, "TRIGGER, SELECT ON DATABASE.*")
	before := mysqlFingerprint(t, low, capture.Fingerprint{}, capture.Table{Name: "things"})
	tx, err := admin.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(t.Context(), "SELECT * FROM things"); err != nil {
		t.Fatal(err)
	}
	truncated := make(chan bool)
	go func() {
		defer close(truncated)
		captest.Exec(t, admin, "TRUNCATE things")
	}()
	time.Sleep(200 * time.Millisecond)
	seen := make(chan capture.Fingerprint)
	go func() { seen <- mysqlFingerprint(t, low, before, capture.Table{Name: "things"}) }()
	select {
	case <-seen:
		t.Error("the fingerprint came before the TRUNCATE that it counts")
	case <-time.After(300 * time.Millisecond):
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	<-truncated
	if before.Equal(<-seen) {
		t.Error("TRUNCATE was not noticed")
	}
}

// TestMySQLRepairs has triggers put back where they were lost, and says whose documents are concerned.
func TestMySQLRepairs(t *testing.T) {
	db := testservers.MySQL(t).DB
	captest.Exec(t, db, "CREATE TABLE p (id INT PRIMARY KEY)",
		"CREATE TABLE things (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE)")
	captest.Install(t, capture.MySQL, db, captest.On("things", "id", "id"))
	for name, statements := range map[string][]string{
		"table in its place":   {"RENAME TABLE things TO old_things", "CREATE TABLE things (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE)"},
		"dropped and made":     {"DROP TABLE things", "CREATE TABLE things (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE)"},
		"trigger below is off": {"SET STATEMENT sql_mode = '' FOR CREATE OR REPLACE TRIGGER denorm_capture_delete_things AFTER DELETE ON things FOR EACH ROW SET @a = 1"},
	} {
		captest.Exec(t, db, statements...)
		result, err := capture.Repair(t.Context(), db, capture.MySQL, capture.Options{})
		if err != nil {
			t.Fatal(name, err)
		}
		if !slices.Equal(result.Concerned, []string{"things"}) {
			t.Errorf("%s: concerned %v", name, result.Concerned)
		}
		captest.Exec(t, db, "DELETE FROM things", "DELETE FROM p")
		after := captest.Last(t, db)
		captest.Exec(t, db, "INSERT INTO p VALUES (1)", "INSERT INTO things VALUES (1, 1), (2, NULL)", "DELETE FROM things WHERE id = 2", "DELETE FROM p")
		captest.Expect(t, capture.MySQL, db, after, "I things (1)", "I things (2)", "D things (2)", "D things (1)")
	}
	captest.Exec(t, db, "DROP TABLE IF EXISTS old_things")
	var lost string
	if err := db.QueryRowContext(t.Context(), "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND EVENT_OBJECT_TABLE = 'p'").Scan(&lost); err != nil {
		t.Fatal(err)
	}
	captest.Exec(t, db, "DROP TRIGGER "+lost)
	result, err := capture.Repair(t.Context(), db, capture.MySQL, capture.Options{})
	if err != nil || !slices.Equal(result.Concerned, []string{"things"}) || !slices.Contains(result.Created, lost) {
		t.Errorf("a lost trigger of the parent: %+v, %v", result, err)
	}
	for range 2 {
		result = captest.Install(t, capture.MySQL, db, captest.On("things", "id", "id"))
	}
	if len(result.Created)+len(result.Dropped) > 0 {
		t.Errorf("installed again: %+v", result)
	}
}

// TestMySQLInstallWaitsShortly gives way to a long transaction and then succeeds.
func TestMySQLInstallWaitsShortly(t *testing.T) {
	db := testservers.MySQL(t).DB
	captest.Exec(t, db, "CREATE TABLE things (id INT PRIMARY KEY)")
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), "INSERT INTO things VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(1500*time.Millisecond, func() { tx.Commit() })
	captest.Install(t, capture.MySQL, db, captest.On("things", "id", "id"))
	var mode string
	var wait int
	if err := db.QueryRowContext(t.Context(), "SELECT @@SESSION.sql_mode, @@SESSION.lock_wait_timeout").Scan(&mode, &wait); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(mode, "STRICT_TRANS_TABLES") || wait < 100 {
		t.Errorf("after installing the session has sql_mode %q and lock_wait_timeout %d", mode, wait)
	}
}
