package capture_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/capture/captest"
)

// mysqlChain makes tables a, b, c, d and e, each with two columns (x, y) that reference the key (k, l) of the one
// before; the key of all but the first are those very columns, so that updates go through all levels.
func mysqlChain(rules ...string) []string {
	statements := []string{"CREATE TABLE a (k INT, l VARCHAR(5), PRIMARY KEY (k, l))", "INSERT INTO a VALUES (1, 'x'), (2, 'x')"}
	for i, rule := range rules {
		parent, table := string(rune('a'+i)), string(rune('b'+i))
		statements = append(statements, fmt.Sprintf(
			"CREATE TABLE %s (id INT PRIMARY KEY, k INT, l VARCHAR(5), UNIQUE (k, l), FOREIGN KEY (k, l) REFERENCES %s (k, l) %s)", table, parent, rule),
			fmt.Sprintf("INSERT INTO %s VALUES (%d1, 1, 'x'), (%d2, 2, 'x')", table, i+1, i+1))
	}
	return statements
}

// TestMySQLCascades runs every action through four levels, with all tables below the first watched, and with the last one alone.
func TestMySQLCascades(t *testing.T) {
	actions := []struct {
		name, first, rest, do string
		log                   func(table string, id int) string
	}{
		{"delete cascade", "ON DELETE CASCADE", "ON DELETE CASCADE", "DELETE FROM a WHERE k = 1",
			func(table string, id int) string { return fmt.Sprintf("D %s (%d,1,x)?1", table, id) }},
		{"delete set null, then update cascade", "ON DELETE SET NULL", "ON UPDATE CASCADE", "DELETE FROM a WHERE k = 1",
			func(table string, id int) string {
				return fmt.Sprintf("U %s (%d,1,x)?1->(%d,NULL,NULL)?1 k+l", table, id, id)
			}},
		{"update cascade", "ON UPDATE CASCADE", "ON UPDATE CASCADE", "UPDATE a SET k = 9 WHERE k = 1",
			func(table string, id int) string { return fmt.Sprintf("U %s (%d,1,x)?1->(%d,9,x)?0 k", table, id, id) }},
		{"update of the letters' case", "ON UPDATE CASCADE", "ON UPDATE CASCADE", "UPDATE a SET l = 'X' WHERE k = 1",
			func(table string, id int) string { return fmt.Sprintf("U %s (%d,1,x)?1->(%d,1,X)?1 l", table, id, id) }},
		{"update set null", "ON UPDATE SET NULL", "ON UPDATE SET NULL", "UPDATE a SET k = 9 WHERE k = 1",
			func(table string, id int) string {
				return fmt.Sprintf("U %s (%d,1,x)?1->(%d,NULL,NULL)?1 k+l", table, id, id)
			}},
	}
	for _, action := range actions {
		for _, first := range []int{1, 4} {
			t.Run(fmt.Sprintf("%s/%d", action.name, first), func(t *testing.T) {
				test := captest.Case{Make: mysqlChain(action.first, action.rest, action.rest, action.rest), Do: []string{action.do}}
				for level := first; level <= 4; level++ {
					table := string(rune('a' + level))
					test.Depends = append(test.Depends, captest.Where(captest.On(table, "id k l", "k l"), "ROW.`k` < 5 AND 'OLD.`k`' <> ''"))
					test.Want = append(test.Want, action.log(table, level*10+1))
				}
				captest.Check(t, capture.MySQL, testservers.MySQL(t).DB, test)
			})
		}
	}
}

// TestMySQLCascadeShapes has foreign keys that branch, meet, and lead back.
func TestMySQLCascadeShapes(t *testing.T) {
	const ref = "FOREIGN KEY (%s) REFERENCES %s (%s) %s"
	fk := func(column, table, key, rule string) string { return fmt.Sprintf(ref, column, table, key, rule) }
	tests := []captest.Case{
		{
			Name: "set null in the table itself",
			Make: []string{"CREATE TABLE e (id INT PRIMARY KEY, boss INT, " + fk("boss", "e", "id", "ON DELETE SET NULL") + ")", "INSERT INTO e VALUES (1, NULL), (2, 1), (3, 2)"},
			Do:   []string{"DELETE FROM e WHERE id = 1"}, Depends: []capture.Dependency{captest.On("e", "id boss", "boss")},
			Want: []string{"D e (NULL,1)", "U e (1,2)->(NULL,2) boss"},
		},
		{
			Name: "two ways",
			Make: []string{
				"CREATE TABLE a (id INT PRIMARY KEY)", "INSERT INTO a VALUES (1)",
				"CREATE TABLE b (id INT PRIMARY KEY, a INT, " + fk("a", "a", "id", "ON DELETE CASCADE") + ")", "INSERT INTO b VALUES (2, 1)",
				"CREATE TABLE c (id INT PRIMARY KEY, a INT, b INT, " + fk("a", "a", "id", "ON DELETE SET NULL") + ", " + fk("b", "b", "id", "ON DELETE CASCADE") + ")",
				"INSERT INTO c VALUES (3, 1, NULL), (4, NULL, 2)",
			},
			Do: []string{"DELETE FROM a"}, Depends: []capture.Dependency{captest.On("c", "a b id", "a b")},
			Want: []string{"U c (1,NULL,3)->(NULL,NULL,3) a", "D c (NULL,2,4)"},
		},
		{
			Name: "a circle of tables",
			Make: []string{
				"CREATE TABLE a (id INT PRIMARY KEY, b INT)", "CREATE TABLE b (id INT PRIMARY KEY, a INT, " + fk("a", "a", "id", "ON DELETE CASCADE") + ")",
				"INSERT INTO a VALUES (1, NULL), (2, 11), (3, 12)", "INSERT INTO b VALUES (11, 1), (12, 2), (13, 3)",
				"ALTER TABLE a ADD " + fk("b", "b", "id", "ON DELETE CASCADE"),
			},
			Do: []string{"DELETE FROM a WHERE id = 1"}, Depends: []capture.Dependency{captest.On("a", "id", "id"), captest.On("b", "id", "id")},
			Want: []string{"D a (1)", "D a (2)", "D a (3)", "D b (11)", "D b (12)", "D b (13)"},
		},
		{
			Name: "keys of text under a loose collation, and other types",
			Make: []string{
				"CREATE TABLE a (name VARCHAR(9) CHARACTER SET latin1 PRIMARY KEY, at TIMESTAMP NOT NULL UNIQUE)", "INSERT INTO a VALUES ('é', '2026-01-02 03:04:05')",
				"CREATE TABLE b (name VARCHAR(9) CHARACTER SET latin1, at TIMESTAMP NULL, " + fk("name", "a", "name", "ON UPDATE CASCADE") + ", " + fk("at", "a", "at", "ON UPDATE CASCADE") + ")",
				"INSERT INTO b VALUES ('É', '2026-01-02 03:04:05')",
			},
			Do:      []string{"SET time_zone = '+03:00'", "UPDATE a SET name = 'è', at = '2026-07-01 03:00:00'", "SET time_zone = DEFAULT"},
			Depends: []capture.Dependency{captest.On("b", "name at", "name at")},
			Want: []string{"U b (2026-01-02 03:04:05,É)->(2026-01-02 03:04:05,è) name",
				"U b (2026-01-02 03:04:05,É)->(2026-07-01 00:00:00,É) at"},
		},
	}
	for _, test := range tests {
		t.Run(test.Name, func(t *testing.T) {
			db := testservers.MySQL(t, "time_zone=%27%2B00%3A00%27").DB
			captest.Exec(t, db, test.Make...)
			captest.Install(t, capture.MySQL, db, test.Depends...)
			captest.Exec(t, db, test.Do...)
			changes, err := captest.Changes(t.Context(), capture.MySQL, db, 0)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]bool{}
			for _, change := range changes {
				got[captest.Describe(change)] = true // a circle is gone round more than once
			}
			for _, want := range test.Want {
				if !got[want] {
					t.Errorf("%s was not logged, only %v", want, got)
				}
				delete(got, want)
			}
			if len(got) > 0 {
				t.Errorf("logged too: %v", got)
			}
		})
	}
}

// TestMySQLCascadeSeesLateChildren has a child committed by another session after the statement's snapshot.
func TestMySQLCascadeSeesLateChildren(t *testing.T) {
	db := testservers.MySQL(t).DB
	captest.Exec(t, db, "CREATE TABLE a (id INT PRIMARY KEY)", "INSERT INTO a VALUES (1), (2)",
		"CREATE TABLE b (id INT PRIMARY KEY, a INT, FOREIGN KEY (a) REFERENCES a (id) ON DELETE CASCADE)", "INSERT INTO b VALUES (11, 1), (13, 1)")
	captest.Install(t, capture.MySQL, db, captest.On("b", "id", "id"))
	other, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	exec := func(statement string) {
		if _, err := other.ExecContext(t.Context(), statement); err != nil {
			t.Error(err)
		}
	}
	// The delete reads row 1, then waits for row 2, which a child is being given.
	exec("BEGIN")
	exec("SELECT * FROM a WHERE id = 2 FOR UPDATE")
	done := make(chan bool)
	go func() {
		defer close(done)
		captest.Exec(t, db, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "DELETE FROM a", "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
	}()
	time.Sleep(300 * time.Millisecond)
	exec("INSERT INTO b VALUES (12, 2)")
	exec("COMMIT")
	<-done
	captest.Expect(t, capture.MySQL, db, 0, "I b (12)", "D b (11)", "D b (12)", "D b (13)")
}

// TestMySQLCascadeBelowIsDropped has writers go on after a table below lost what the trigger reads.
func TestMySQLCascadeBelowIsDropped(t *testing.T) {
	db := testservers.MySQL(t).DB
	captest.Exec(t, db, "CREATE TABLE a (id INT PRIMARY KEY)", "INSERT INTO a VALUES (1), (2)",
		"CREATE TABLE b (id INT PRIMARY KEY, a INT, FOREIGN KEY (a) REFERENCES a (id) ON DELETE CASCADE)", "INSERT INTO b VALUES (11, 1)")
	captest.Install(t, capture.MySQL, db, captest.On("b", "id", "id"))
	captest.Exec(t, db, "DROP TABLE b", "DELETE FROM a WHERE id = 1", "CREATE TABLE b (other INT)", "DELETE FROM a WHERE id = 2")
	captest.Expect(t, capture.MySQL, db, 0, "T b", "T b")
}

// TestMySQLCascadeTooWide has a table with so many foreign keys to itself that no trigger can follow them.
func TestMySQLCascadeTooWide(t *testing.T) {
	db := testservers.MySQL(t).DB
	keys := make([]string, 3)
	for i := range keys {
		keys[i] = fmt.Sprintf("p%d INT, FOREIGN KEY (p%d) REFERENCES a (id) ON DELETE CASCADE", i, i)
	}
	captest.Exec(t, db, "CREATE TABLE a (id INT PRIMARY KEY, "+strings.Join(keys, ", ")+")")
	result := captest.Install(t, capture.MySQL, db, captest.On("a", "id", "id"))
	if len(result.Problems) != 1 || result.Problems[0].Severity != capture.Bypassed {
		t.Errorf("problems %v", result.Problems)
	}
}
