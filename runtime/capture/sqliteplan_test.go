package capture_test

import (
	"database/sql"
	"testing"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/capture/captest"
)

// TestSQLiteTriggersReadNoTable looks at the code that SQLite makes of writes: no trigger may go through the rows of
// a table, or writes grow slower with it.
func TestSQLiteTriggersReadNoTable(t *testing.T) {
	const ofSequence = 1 // AUTOINCREMENT looks for the log's last number among those of all tables
	for name, table := range map[string]string{
		"row number":          "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)",
		"other key":           "CREATE TABLE users (id BIGINT PRIMARY KEY, name TEXT)",
		"unique columns":      "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT COLLATE NOCASE UNIQUE, name TEXT, a INT, b INT, UNIQUE (a, b))",
		"without row numbers": `CREATE TABLE users (id TEXT COLLATE NOCASE, name TEXT UNIQUE, PRIMARY KEY (id)) WITHOUT ROWID`,
	} {
		t.Run(name, func(t *testing.T) {
			eachSQLite(t, func(t *testing.T, open captest.Open) {
				db := open(t)
				for _, statement := range []string{table, "CREATE UNIQUE INDEX folded ON users (name COLLATE NOCASE, id)"} {
					if _, err := db.ExecContext(t.Context(), statement); err != nil {
						t.Fatal(err)
					}
				}
				_, err := capture.Install(t.Context(), db, capture.SQLite, "test", []capture.Plan{{
					Collection: "users", Shape: "1", Table: capture.Table{Name: "users"}, Key: []string{"id"},
					Depends: []capture.Dependency{captest.On("users", "id name", "id name")},
				}}, capture.Options{})
				if err != nil {
					t.Fatal(err)
				}
				for _, write := range []string{
					"INSERT INTO users (id, name) VALUES (1, 'a')",
					"REPLACE INTO users (id, name) VALUES (1, 'a')",
					"UPDATE users SET name = 'b' WHERE id = 1",
					"DELETE FROM users WHERE id = 1",
				} {
					if scans := scansOf(t, db, write); scans > ofSequence {
						t.Errorf("%s goes through %d tables", write, scans)
					}
				}
				if scansOf(t, db, "UPDATE users SET name = 'b'") <= ofSequence {
					t.Error("a statement that goes through the table is not told apart")
				}
			})
		})
	}
}

// scansOf counts the loops over a whole table in a statement and its triggers.
func scansOf(t *testing.T, db *sql.DB, statement string) int {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "EXPLAIN "+statement)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	scans := 0
	for rows.Next() {
		var operation string
		var ignored any
		if err := rows.Scan(&ignored, &operation, &ignored, &ignored, &ignored, &ignored, &ignored, &ignored); err != nil {
			t.Fatal(err)
		}
		if operation == "Rewind" {
			scans++
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return scans
}
