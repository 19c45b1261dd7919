package capture_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/capture/captest"
)

func TestMySQLOperations(t *testing.T) {
	const things = "CREATE TABLE things (id INT PRIMARY KEY, name VARCHAR(20), n INT)"
	thing := []capture.Dependency{captest.On("things", "id name", "name")}
	mysql.RegisterReaderHandler("things", func() io.Reader { return strings.NewReader("1\tc\t1\n3\td\t1\n") })
	defer mysql.DeregisterReaderHandler("things")
	tests := []captest.Case{
		{
			Name: "load data", Make: []string{things, "INSERT INTO things VALUES (1, 'a', 1), (2, 'b', 1)"}, Depends: thing,
			Do:   []string{"LOAD DATA LOCAL INFILE 'Reader::things' REPLACE INTO TABLE things"},
			Want: []string{"D things (1,a)", "I things (1,c)", "I things (3,d)"},
		},
		{
			Name: "replace and on duplicate key", Make: []string{things, "INSERT INTO things VALUES (1, 'a', 1), (2, 'b', 1)"}, Depends: thing,
			Do:   []string{"REPLACE INTO things VALUES (1, 'c', 1)", "INSERT INTO things VALUES (2, 'x', 1) ON DUPLICATE KEY UPDATE name = 'd'", "INSERT IGNORE INTO things VALUES (2, 'e', 2)"},
			Want: []string{"D things (1,a)", "I things (1,c)", "U things (2,b)->(2,d) name"},
		},
		{
			Name:    "several tables in one statement",
			Make:    []string{things, "INSERT INTO things VALUES (1, 'a', 1), (2, 'b', 1)", "CREATE TABLE others (id INT PRIMARY KEY, thing INT)", "INSERT INTO others VALUES (7, 1), (8, 2)"},
			Depends: append([]capture.Dependency{captest.On("others", "id thing", "thing")}, thing...),
			Do: []string{
				"UPDATE things JOIN others ON thing = things.id SET name = 'z', thing = 9 WHERE things.id = 1",
				"DELETE things, others FROM things JOIN others ON thing = things.id",
			},
			Want: []string{"U things (1,a)->(1,z) name", "U others (7,1)->(7,9) thing", "D things (2,b)", "D others (8,2)"},
		},
		{
			Name: "parent and children in one delete",
			Make: []string{
				things, "INSERT INTO things VALUES (1, 'a', 1)", "CREATE TABLE parts (id INT PRIMARY KEY, thing INT, FOREIGN KEY (thing) REFERENCES things (id) ON DELETE CASCADE)",
				"INSERT INTO parts VALUES (7, 1)",
			},
			Depends: []capture.Dependency{captest.On("parts", "id", "id")},
			Do:      []string{"DELETE parts, things FROM things JOIN parts ON thing = things.id"},
			Want:    []string{"D parts (7)"},
		},
		{
			Name: "generated columns and other triggers",
			Make: []string{
				"CREATE TABLE things (id INT PRIMARY KEY, name VARCHAR(20), up VARCHAR(20) AS (UPPER(name)) STORED, v VARCHAR(20) AS (CONCAT(name, '!')) VIRTUAL)",
				"CREATE TRIGGER mine BEFORE UPDATE ON things FOR EACH ROW SET NEW.name = CONCAT(NEW.name, NEW.id)", "INSERT INTO things (id, name) VALUES (1, 'a')",
			},
			Depends: []capture.Dependency{captest.On("things", "up v", "up v")},
			Do:      []string{"UPDATE things SET name = 'b'", "UPDATE things SET name = 'b'"},
			Want:    []string{"U things (A,a!)->(B1,b1!) up+v"},
		},
		{
			Name: "partitions", Depends: []capture.Dependency{captest.On("things", "id name", "id name")},
			Make: []string{things + " PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)", "INSERT INTO things VALUES (1, 'a', 1)"},
			Do:   []string{"UPDATE things SET id = 11", "UPDATE things SET name = 'b' WHERE id = 11", "DELETE FROM things PARTITION (p1)"},
			Want: []string{"U things (1,a)->(11,a) id", "U things (11,a)->(11,b) name", "D things (11,b)"},
		},
		{
			Name: "names that differ in case", Depends: thing,
			Make: []string{things, "CREATE TABLE Things (Id INT PRIMARY KEY, other INT)"},
			Do:   []string{"INSERT INTO Things VALUES (1, 1)", "INSERT INTO things VALUES (1, 'a', 1)"},
			Want: []string{"I things (1,a)"},
		},
		{
			Name: "a temporary table in the log's place", Make: []string{things}, Depends: thing,
			Do: []string{
				"CREATE TEMPORARY TABLE denorm_changes (id BIGINT AUTO_INCREMENT PRIMARY KEY, layout TEXT, op TEXT, changed TEXT, old_in TEXT, new_in TEXT, old_row TEXT, new_row TEXT)",
				"INSERT INTO things VALUES (1, 'a', 1)", "DROP TEMPORARY TABLE denorm_changes",
			},
			Want: []string{"I things (1,a)"},
		},
		{
			Name: "conditions that cannot be told", Make: []string{things}, Depends: []capture.Dependency{captest.Where(captest.On("things", "id", "n"), "1 DIV ROW.n > 0 OR ROW.name = 5")},
			Do: []string{"SET SESSION sql_mode = 'TRADITIONAL'", "INSERT INTO things VALUES (1, 'x', 0), (2, '5', 0), (3, 'x', 7)", "SET SESSION sql_mode = DEFAULT"},
			// Division by zero is unknown: the row may show.
			Want: []string{"I things (1)?1", "I things (2)?1", "I things (3)?0"},
		},
	}
	for _, test := range tests {
		t.Run(test.Name, func(t *testing.T) { captest.Check(t, capture.MySQL, testservers.MySQL(t).DB, test) })
	}
}

// mysqlAccount makes an account with rights on the database, and connects with it.
func mysqlAccount(t *testing.T, dsn string, admin *sql.DB, rights ...string) *sql.DB {
	t.Helper()
	database := dsn[strings.LastIndex(dsn, "/")+1:]
	name := "low_" + database
	captest.Exec(t, admin, "CREATE USER "+name+"@localhost")
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.WithoutCancel(t.Context()), "DROP USER "+name+"@localhost"); err != nil {
			t.Error(err)
		}
	})
	for _, right := range rights {
		captest.Exec(t, admin, "GRANT "+strings.ReplaceAll(right, "DATABASE", database)+" TO "+name+"@localhost")
	}
	db, err := sql.Open("mysql", strings.Replace(dsn, "root@", name+"@", 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func mysqlOpen(t *testing.T) (*sql.DB, string) {
	t.Helper()
	dsn := testservers.MySQLDSN(t)
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db, dsn
}

// TestMySQLLowPrivileges writes with an account that knows nothing of the log and of the tables below.
func TestMySQLLowPrivileges(t *testing.T) {
	admin, dsn := mysqlOpen(t)
	captest.Exec(t, admin, "CREATE TABLE a (id INT PRIMARY KEY)",
		"CREATE TABLE b (id INT PRIMARY KEY, a INT, FOREIGN KEY (a) REFERENCES a (id) ON DELETE CASCADE)")
	captest.Install(t, capture.MySQL, admin, captest.On("a", "id", "id"), captest.On("b", "id", "id"))
	low := mysqlAccount(t, dsn, admin, "SELECT, INSERT, DELETE ON DATABASE.a")
	captest.Exec(t, low, "INSERT INTO a VALUES (1)")
	captest.Exec(t, admin, "INSERT INTO b VALUES (2, 1)")
	captest.Exec(t, low, "!SELECT * FROM denorm_changes", "!SELECT * FROM b", "DELETE FROM a")
	captest.Expect(t, capture.MySQL, admin, 0, "I a (1)", "I b (2)", "D a (1)", "D b (2)")
}

// TestMySQLOwnAccount installs with an account that has only the rights that the docs name.
func TestMySQLOwnAccount(t *testing.T) {
	admin, dsn := mysqlOpen(t)
	captest.Exec(t, admin, "CREATE TABLE a (id INT PRIMARY KEY)")
	own := mysqlAccount(t, dsn, admin, "TRIGGER, SELECT, CREATE, CREATE VIEW, INSERT, UPDATE, DELETE ON DATABASE.*")
	result := captest.Install(t, capture.MySQL, own, captest.On("a", "id", "id"))
	if len(result.Problems) != 1 || !strings.Contains(result.Problems[0].Message, "PROCESS") {
		t.Errorf("problems %v, want one that names PROCESS", result.Problems)
	}
	captest.Exec(t, admin, "INSERT INTO a VALUES (1)")
	captest.Expect(t, capture.MySQL, admin, 0, "I a (1)")
}

// TestMySQLOtherDatabase captures a table of another database, which has capture of its own.
func TestMySQLOtherDatabase(t *testing.T) {
	here, other := testservers.MySQL(t).DB, testservers.MySQL(t).DB
	var schema string
	if err := other.QueryRowContext(t.Context(), "SELECT DATABASE()").Scan(&schema); err != nil {
		t.Fatal(err)
	}
	captest.Exec(t, other, "CREATE TABLE things (id INT PRIMARY KEY)")
	there := captest.On("things", "id", "id")
	there.Table.Schema = schema
	captest.Install(t, capture.MySQL, here, there)
	captest.Install(t, capture.MySQL, other, captest.On("things", "id", "id"))
	captest.Install(t, capture.MySQL, here, there)
	captest.Exec(t, other, "INSERT INTO things VALUES (1)")
	captest.Expect(t, capture.MySQL, here, 0, "I things (1)")
	captest.Expect(t, capture.MySQL, other, 0, "I things (1)")
}

// TestMySQLWritersDoNotDeadlock has writers which, without capture, never wait for each other.
func TestMySQLWritersDoNotDeadlock(t *testing.T) {
	db := testservers.MySQL(t).DB
	captest.Exec(t, db, "CREATE TABLE a (id INT PRIMARY KEY, n INT)", "CREATE TABLE b (id INT PRIMARY KEY, n INT)",
		"CREATE TABLE c (id INT PRIMARY KEY, a INT, FOREIGN KEY (a) REFERENCES a (id) ON DELETE CASCADE)")
	captest.Install(t, capture.MySQL, db, captest.On("a", "id", "n"), captest.On("b", "id", "n"), captest.On("c", "id", "id"))
	const writers, rounds = 6, 25
	for w := range writers {
		for i := range rounds {
			captest.Exec(t, db, fmt.Sprintf("INSERT INTO a VALUES (%d, 0)", w*100+i), fmt.Sprintf("INSERT INTO b VALUES (%d, 0)", w*100+i),
				fmt.Sprintf("INSERT INTO c VALUES (%d, %d)", w*100+i, w*100+i))
		}
	}
	after := captest.Last(t, db)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range rounds {
				row := w*100 + i
				first, second := "a", "b"
				if w%2 == 1 {
					first, second = second, first
				}
				tx, err := db.BeginTx(t.Context(), nil)
				if err != nil {
					t.Error(err)
					return
				}
				for _, statement := range []string{
					fmt.Sprintf("UPDATE %s SET n = n + 1 WHERE id = %d", first, row), fmt.Sprintf("UPDATE %s SET n = n + 1 WHERE id = %d", second, row),
					fmt.Sprintf("DELETE FROM a WHERE id = %d", row),
				} {
					if w%3 == 0 && strings.HasPrefix(statement, "DELETE") {
						continue // its neighbours' gaps are locked by the cascade, with or without capture
					}
					if _, err := tx.ExecContext(t.Context(), statement); err != nil {
						t.Errorf("%s: %v", statement, err)
					}
				}
				if err := tx.Commit(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	changes, err := captest.Changes(t.Context(), capture.MySQL, db, after)
	if err != nil {
		t.Fatal(err)
	}
	if want := writers*rounds*2 + 4*rounds*2; len(changes) != want {
		t.Errorf("%d changes, want %d", len(changes), want)
	}
}
