package capture_test

import (
	"testing"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/capture/captest"
)

// TestSQLiteOperations is a matrix of the ways to write that only SQLite has, and what must be logged.
func TestSQLiteOperations(t *testing.T) {
	const users = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT COLLATE NOCASE UNIQUE, name TEXT, a INT, b INT, n INT, UNIQUE (a, b))"
	one, two := "INSERT INTO users VALUES (1, 'x@y', 'Xi', 1, 1, 0)", "INSERT INTO users VALUES (2, 'z@y', 'Zo', 2, 2, 0)"
	user := []capture.Dependency{captest.On("users", "id name", "id name")}
	pair := []capture.Dependency{captest.On("pairs", "a b v", "a b v")}
	const pairs = "CREATE TABLE pairs (a TEXT, b INT, v, u UNIQUE, PRIMARY KEY (a, b)) WITHOUT ROWID"
	tests := []captest.Case{
		{Name: "a plain insert logs nothing more", Make: []string{users, one}, Depends: user, Do: []string{two}, Want: []string{"I users (2,Zo)"}},
		{
			Name: "replace through the primary key", Make: []string{users, one}, Depends: user,
			Do: []string{"REPLACE INTO users VALUES (1, 'q', 'New', 5, 5, 0)"}, Want: []string{"D users (1,Xi)?", "I users (1,New)"},
		},
		{
			Name: "replace through another unique key", Make: []string{users, one, two}, Depends: user,
			Do:   []string{"INSERT OR REPLACE INTO users VALUES (9, 'X@Y', 'New', 2, 2, 0)"},
			Want: []string{"D users (1,Xi)?", "D users (2,Zo)?", "I users (9,New)"},
		},
		{
			Name: "replace by a query", Make: []string{users, one, two}, Depends: user,
			Do:   []string{"INSERT OR REPLACE INTO users SELECT id + 1, email, 'New', a, b, n FROM users WHERE id = 1"},
			Want: []string{"D users (1,Xi)?", "D users (2,Zo)?", "I users (2,New)"},
		},
		{
			Name: "replace with recursive triggers", Make: []string{users, one}, Depends: user,
			Do:   []string{"PRAGMA recursive_triggers = 1", "REPLACE INTO users VALUES (9, 'x@y', 'New', 5, 5, 0)"},
			Want: []string{"D users (1,Xi)?", "D users (1,Xi)", "I users (9,New)"},
		},
		{
			Name: "replace with the same values", Make: []string{users, one}, Depends: user,
			Do: []string{"REPLACE INTO users VALUES (1, 'x@y', 'Xi', 1, 1, 7)"}, Want: []string{"I users (1,Xi)"},
		},
		{
			Name: "update or replace through the primary key", Make: []string{users, one, two}, Depends: user,
			Do: []string{"UPDATE OR REPLACE users SET id = 2 WHERE id = 1"}, Want: []string{"D users (2,Zo)", "U users (1,Xi)->(2,Xi) id"},
		},
		{
			Name: "update or replace through another unique key", Make: []string{users, one, two}, Depends: user,
			Do: []string{"UPDATE OR REPLACE users SET email = 'Z@Y', name = 'N' WHERE id = 1"}, Want: []string{"D users (2,Zo)", "U users (1,Xi)->(1,N) name"},
		},
		{
			Name: "update or replace of a column that is not tracked", Make: []string{users, one, two}, Depends: user,
			Do: []string{"UPDATE OR REPLACE users SET a = 2, b = 2 WHERE id = 1"}, Want: []string{"D users (2,Zo)"},
		},
		{
			Name: "an update of a unique key without a conflict", Make: []string{users, one, two}, Depends: user,
			Do: []string{"UPDATE users SET email = 'new' WHERE id = 1", "UPDATE users SET a = 2, id = 3 WHERE id = 1"}, Want: []string{"U users (1,Xi)->(3,Xi) id"},
		},
		{
			Name: "ON CONFLICT REPLACE in the table", Depends: user, Make: []string{
				"CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE ON CONFLICT REPLACE, name TEXT)", "INSERT INTO users VALUES (1, 'x', 'Xi')",
			},
			Do: []string{"INSERT INTO users (email, name) VALUES ('x', 'New')"}, Want: []string{"D users (1,Xi)?", "I users (2,New)"},
		},
		{
			Name: "replace by a default", Depends: user, Make: []string{
				"CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL DEFAULT 'x' UNIQUE, name TEXT)", "INSERT INTO users VALUES (1, 'x', 'Xi')",
			},
			Do: []string{"INSERT OR REPLACE INTO users VALUES (2, NULL, 'New')"}, Want: []string{"D users (1,Xi)?", "I users (2,New)"},
		},
		{
			Name: "insert or ignore of the same", Make: []string{users, one}, Depends: user,
			Do: []string{"INSERT OR IGNORE INTO users VALUES (1, 'x@y', 'Xi', 1, 1, 0)"},
		},
		{
			Name: "insert or ignore of another", Make: []string{users, one}, Depends: user,
			Do: []string{"INSERT OR IGNORE INTO users VALUES (1, 'x@y', 'Other', 1, 1, 0)"}, Want: []string{"D users (1,Xi)?"},
		},
		{
			Name: "upsert", Make: []string{users, one}, Depends: user, Do: []string{
				"INSERT INTO users VALUES (1, 'x@y', 'Xi', 1, 1, 0) ON CONFLICT (id) DO UPDATE SET n = n + 1",
				"INSERT INTO users VALUES (1, 'x@y', 'New', 1, 1, 0) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
				"INSERT INTO users VALUES (8, 'x@y', 'New', 1, 1, 0) ON CONFLICT DO NOTHING",
			},
			Want: []string{"D users (1,Xi)?", "U users (1,Xi)->(1,New) name", "D users (1,New)?"},
		},
		{
			Name: "names in another case", Make: []string{users, one}, Depends: []capture.Dependency{captest.On("USERS", "ID", "NAME")},
			Do:   []string{"UPDATE users SET name = 'New'", "REPLACE INTO users VALUES (1, 'q', 'Newer', 5, 5, 0)"},
			Want: []string{"U USERS (1)->(1) NAME", "D USERS (1)?", "I USERS (1)"},
		},
		{
			Name: "update or ignore", Make: []string{users, one, two}, Depends: user,
			Do: []string{"UPDATE OR IGNORE users SET name = 'New', id = 2 WHERE id = 1"}, Want: []string{"D users (2,Zo)"},
		},
		{
			Name: "loose collations", Depends: []capture.Dependency{captest.On("l", "id", "v w")},
			Make: []string{"CREATE TABLE l (id INTEGER PRIMARY KEY, v TEXT COLLATE NOCASE, w TEXT COLLATE RTRIM)", "INSERT INTO l VALUES (1, 'a', 'b')"},
			Do:   []string{"UPDATE l SET v = 'A'", "UPDATE l SET w = 'b '"}, Want: []string{"U l (1)->(1) v", "U l (1)->(1) w"},
		},
		{
			Name: "rowid", Make: []string{users, one}, Depends: user,
			Do:   []string{"UPDATE users SET rowid = 7", "UPDATE users SET _rowid_ = 8", "UPDATE users SET oid = 9 WHERE id = 8"},
			Want: []string{"U users (1,Xi)->(7,Xi) id", "U users (7,Xi)->(8,Xi) id", "U users (8,Xi)->(9,Xi) id"},
		},
		{
			Name: "replace through a row number that is no column", Depends: []capture.Dependency{captest.On("logs", "v", "v")},
			Make: []string{"CREATE TABLE logs (v TEXT)", "INSERT INTO logs (rowid, v) VALUES (1, 'a'), (2, 'b')"},
			Do:   []string{"REPLACE INTO logs (rowid, v) VALUES (1, 'c')", "UPDATE OR REPLACE logs SET rowid = 2 WHERE rowid = 1", "INSERT INTO logs VALUES ('x')"},
			Want: []string{"D logs (a)?", "I logs (c)", "D logs (b)", "I logs (x)"},
		},
		{
			Name: "columns that hide the row number", Depends: []capture.Dependency{captest.On("logs", "oid", "oid")},
			Make: []string{"CREATE TABLE logs (rowid TEXT, _rowid_ TEXT, oid TEXT UNIQUE)", "INSERT INTO logs VALUES ('a', 'b', 'c'), ('d', 'e', 'f')"},
			Do:   []string{"REPLACE INTO logs VALUES (1, 2, 'c')", "UPDATE OR REPLACE logs SET oid = 'c' WHERE oid = 'f'"},
			Want: []string{"I logs (c)", "D logs (c)", "U logs (f)->(c) oid"},
		},
		{
			Name: "without rowid", Make: []string{pairs, "INSERT INTO pairs VALUES ('a', 1, 1, 'p'), ('b', 2, 2, 'q'), ('c', 3, 3, 'r')"}, Depends: pair,
			Do: []string{
				"REPLACE INTO pairs VALUES ('a', 1, 9, 'p')", "UPDATE OR REPLACE pairs SET a = 'b', b = 2 WHERE a = 'a'",
				"REPLACE INTO pairs VALUES ('n', 0, 0, 'r')", "UPDATE OR REPLACE pairs SET u = 'r' WHERE a = 'b'", "DELETE FROM pairs",
			},
			Want: []string{
				"D pairs (a,1,1)?", "I pairs (a,1,9)", "D pairs (b,2,2)", "U pairs (a,1,9)->(b,2,9) a+b",
				"D pairs (c,3,3)?", "I pairs (n,0,0)", "D pairs (n,0,0)", "D pairs (b,2,9)",
			},
		},
		{
			Name: "a partial unique index", Depends: user, Make: []string{
				"CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, name TEXT, gone INT)",
				`CREATE UNIQUE INDEX live ON users (email COLLATE NOCASE) /* (a, */ WHERE gone IS NULL -- and so on`,
				"INSERT INTO users VALUES (1, 'x', 'Xi', NULL), (2, 'x', 'Old', 1)",
			},
			Do: []string{
				"INSERT INTO users VALUES (3, 'x', 'Gone', 1)", "REPLACE INTO users VALUES (4, 'X', 'New', NULL)",
				"UPDATE OR REPLACE users SET gone = NULL WHERE id = 2",
			},
			Want: []string{"I users (3,Gone)", "D users (1,Xi)?", "I users (4,New)", "D users (4,New)"},
		},
		{
			Name: "a unique index on expressions", Depends: user, Make: []string{
				"CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, name TEXT)",
				`CREATE UNIQUE INDEX low ON users (lower(trim("email", ')')) COLLATE BINARY DESC, id % 2)`,
				"INSERT INTO users VALUES (1, 'x)', 'Xi'), (2, 'x', 'Yo')",
			},
			Do:   []string{"REPLACE INTO users VALUES (3, 'X', 'New')", "UPDATE OR REPLACE users SET email = 'y' WHERE id = 2", "UPDATE OR REPLACE users SET id = 5, email = 'x)' WHERE id = 2"},
			Want: []string{"D users (1,Xi)?", "I users (3,New)", "D users (3,New)", "U users (2,Yo)->(5,Yo) id"},
		},
		{
			Name: "generated columns", Depends: []capture.Dependency{captest.On("g", "id v s", "v s")},
			Make: []string{"CREATE TABLE g (id INTEGER PRIMARY KEY, a INT, v INT AS (a + 1), s INT AS (v * 2) STORED UNIQUE)"},
			Do: []string{
				"INSERT INTO g (id, a) VALUES (1, 1), (2, 2)", "UPDATE g SET a = 5 WHERE id = 1", "UPDATE g SET id = 3 WHERE id = 2",
				"REPLACE INTO g (id, a) VALUES (9, 5)", "UPDATE OR REPLACE g SET a = 5 WHERE id = 3", "DELETE FROM g",
			},
			Want: []string{
				"I g (1,4,2)", "I g (2,6,3)", "U g (1,4,2)->(1,12,6) s+v", "U g (2,6,3)->(3,6,3) id", "D g (1,12,6)?", "I g (9,12,6)",
				"D g (9,12,6)", "U g (3,6,3)->(3,12,6) s+v", "D g (3,12,6)",
			},
		},
		{
			Name: "strict", Depends: []capture.Dependency{captest.On("s", "id v", "v")},
			Make: []string{"CREATE TABLE s (id INT PRIMARY KEY, v ANY) STRICT"},
			Do:   []string{"INSERT INTO s VALUES (1, '1')", "UPDATE s SET v = 1", "UPDATE s SET v = 1.0", "REPLACE INTO s VALUES (1, x'00')"},
			Want: []string{"I s (1,1)", "U s (1,1)->(1,1) v", "U s (1,1)->(1,1) v", "D s (1,1)?", "I s (1,\x00)"},
		},
		{
			Name: "columns that other triggers set", Depends: user, Make: []string{
				users,
				"CREATE TRIGGER t1 AFTER INSERT ON users BEGIN UPDATE users SET name = upper(name) WHERE id = NEW.id; END",
				"CREATE TRIGGER t2 AFTER UPDATE OF n ON users BEGIN UPDATE users SET name = 'n' || NEW.n WHERE id = NEW.id; END",
			},
			Do: []string{
				one, "CREATE TRIGGER t3 AFTER UPDATE OF a ON users BEGIN UPDATE users SET name = 'a' || NEW.a WHERE id = NEW.id; END",
				"UPDATE users SET n = 4", "UPDATE users SET a = 5",
			},
			Want: []string{"I users (1,Xi)", "U users (1,Xi)->(1,XI) name", "U users (1,XI)->(1,n4) name", "U users (1,n4)->(1,a5) name"},
		},
		{
			Name: "rows that a trigger before deletes", Depends: user,
			Make: []string{users, one, two, "CREATE TRIGGER t BEFORE UPDATE ON users BEGIN DELETE FROM users WHERE id = OLD.id; END"},
			Do:   []string{"UPDATE users SET name = 'New' WHERE id = 1"}, Want: []string{"D users (1,Xi)"},
		},
		{
			Name: "a temporary table of the log's name", Make: []string{users}, Depends: user,
			Do:   []string{"CREATE TEMP TABLE denorm_changes (x)", "CREATE TEMP TABLE users (x)", "INSERT INTO main.users VALUES (1, 'x', 'Xi', 1, 1, 0)", "DROP TABLE temp.denorm_changes", "DROP TABLE temp.users"},
			Want: []string{"I users (1,Xi)"},
		},
		{
			Name: "without a WHERE", Make: []string{users, one, two}, Depends: user, Do: []string{"DELETE FROM users"}, Want: []string{"D users (1,Xi)", "D users (2,Zo)"},
		},
		{
			Name: "deletes set default", Depends: []capture.Dependency{captest.On("c", "id p", "p")}, Make: []string{
				"CREATE TABLE p (id INTEGER PRIMARY KEY)", "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT DEFAULT 0 REFERENCES p ON DELETE SET DEFAULT)",
				"INSERT INTO p VALUES (0), (1)", "INSERT INTO c VALUES (5, 1)",
			},
			Do: []string{"DELETE FROM p WHERE id = 1"}, Want: []string{"U c (5,1)->(5,0) p"},
		},
		{
			Name: "replace cascades", Depends: []capture.Dependency{captest.On("c", "id p", "p")}, Make: []string{
				"CREATE TABLE p (id INTEGER PRIMARY KEY, v)", "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p ON DELETE CASCADE)",
				"INSERT INTO p VALUES (1, 1)", "INSERT INTO c VALUES (5, 1)",
			},
			Do: []string{"REPLACE INTO p VALUES (1, 2)"}, Want: []string{"D c (5,1)"},
		},
		{
			Name: "a guard of what is replaced", Depends: []capture.Dependency{captest.Where(captest.On("users", "id", "id name"), "ROW.name > 'M'")},
			Make: []string{users, one, two},
			Do:   []string{"REPLACE INTO users VALUES (1, 'q', 'A', 8, 8, 0)", "UPDATE OR REPLACE users SET id = 2 WHERE id = 1"},
			Want: []string{"D users (1)?1?", "I users (1)?0", "D users (2)?1", "U users (1)?0->(2)?0 id"},
		},
		{
			Name: "definitions that change", Make: []string{users, one}, Depends: user, Do: []string{
				"ALTER TABLE users ADD COLUMN extra", "ALTER TABLE users RENAME COLUMN name TO label", "ALTER TABLE users RENAME TO people",
				"UPDATE people SET label = 'New'", "ALTER TABLE people DROP COLUMN n",
			},
			Want: []string{"U users (1,Xi)->(1,New) name"},
		},
	}
	eachSQLite(t, func(t *testing.T, open captest.Open) {
		for _, test := range tests {
			t.Run(test.Name, func(t *testing.T) { captest.Check(t, capture.SQLite, open(t), test) })
		}
	})
}
