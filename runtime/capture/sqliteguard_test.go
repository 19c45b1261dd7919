package capture_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/capture/captest"
)

// TestSQLiteGuards compares the verdicts of triggers with what the same condition says of the row in its
// table, for values and columns of all types. A verdict may only be too generous, and that only where a
// value is not of its column's type.
func TestSQLiteGuards(t *testing.T) {
	types := []string{"TEXT", "VARCHAR(9) COLLATE NOCASE", "INTEGER", "REAL", "DECIMAL(9,2)", "DATETIME", "BOOLEAN", "BLOB", ""}
	values := []string{"NULL", "0", "1", "2.5", "1.50", "'1.50'", "'a'", "'A'", "''", "'10'", "'9'", "'2020-01-01'", "x'31'"}
	conditions := []string{
		"ROW.v = 'a'", "ROW.v COLLATE BINARY = 'a'", "ROW.v = 1", "ROW.v = '1.50'", "ROW.v > 5", "ROW.v > '5'", "ROW.v", "NOT ROW.v", "ROW.v IS NULL",
		"ROW.v IS NOT NULL AND ROW.v <> 'b'", "ROW.v IN ('1.5', 'a', 10)", "ROW.v BETWEEN 0 AND '9'", "ROW.v >= '2019-12-31'", "ROW.v = TRUE",
		"ROW.v NOTNULL", "coalesce(ROW.v, 'a') = 'a'", "lower(ROW.v) = 'a'", "ROW.v LIKE 'A%'", "ROW.v = ROW.w", "ROW.v < ROW.n", "ROW.v > -1", "ROW.v = '-1' OR ROW.w = 'a'",
	}
	eachSQLite(t, func(t *testing.T, open captest.Open) {
		db := open(t)
		for ti, declared := range types {
			table := fmt.Sprintf("t%d", ti)
			captest.Exec(t, db, "CREATE TABLE "+table+" (id INTEGER PRIMARY KEY, v "+declared+", w TEXT, n NUMERIC)")
		}
		var depends []capture.Dependency
		for ti := range types {
			for _, condition := range conditions {
				depends = append(depends, captest.Where(captest.On(fmt.Sprintf("t%d", ti), "id", "id v w n"), condition))
			}
		}
		captest.Install(t, capture.SQLite, db, depends...)
		for ti := range types {
			for i, value := range values {
				captest.Exec(t, db, fmt.Sprintf("INSERT INTO t%d VALUES (%d, %s, '1.50', 1)", ti, i, value))
			}
		}
		changes, err := captest.Changes(t.Context(), capture.SQLite, db, 0)
		if err != nil {
			t.Fatal(err)
		}
		generous, all := 0, 0
		for _, change := range changes {
			for g, guard := range change.Layout.Guards {
				var holds, usual bool
				query := fmt.Sprintf("SELECT (%s) IS NOT 0 AND (NOT (%s)) IS NOT 1, typeof(v) IN ('null', CASE WHEN typeof(CAST(0 AS %s)) = 'text' THEN 'text' ELSE 'integer' END, 'real') FROM %s AS NEW WHERE id = ?",
					guard.New, guard.New, affinityType(t, types, change.Layout.Table.Name), change.Layout.Table.Name)
				if err := db.QueryRow(query, change.New.Values[0]).Scan(&holds, &usual); err != nil {
					t.Fatal(query, err)
				}
				all++
				switch got := change.New.Holds[g]; {
				case !got && holds, got && !holds && usual:
					t.Errorf("%s: %q of %s is %v, want %v", types[tableNumber(t, change.Layout.Table.Name)], guard.New, values[change.New.Values[0].(int64)], got, holds)
				case got && !holds:
					generous++
				}
			}
		}
		if all == 0 || generous*10 > all {
			t.Errorf("%d of %d verdicts are too generous", generous, all)
		}
	})
}

func tableNumber(t *testing.T, name string) int {
	t.Helper()
	var n int
	if _, err := fmt.Sscanf(name, "t%d", &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// affinityType is the declared type without a collation.
func affinityType(t *testing.T, types []string, table string) string {
	declared, _, _ := strings.Cut(types[tableNumber(t, table)], " ")
	if declared == "" {
		return "BLOB"
	}
	return declared
}
