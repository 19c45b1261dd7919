package capture_test

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/capture/captest"
)

// mysqlType is a column type, a value and another one that is close to it.
type mysqlType struct {
	declared     string
	first, other string // SQL
	want         driver.Value
	unindexed    bool // no index on it serves a comparison
}

func mysqlTypes() []mysqlType {
	return []mysqlType{
		{declared: "TINYINT", first: "-128", other: "127", want: int64(-128)},
		{declared: "BIGINT", first: "-9223372036854775808", other: "0", want: int64(-9223372036854775808)},
		{declared: "BIGINT UNSIGNED", first: "18446744073709551615", other: "18446744073709551614", want: uint64(18446744073709551615)},
		{declared: "INT(8) ZEROFILL", first: "7", other: "8", want: uint64(7)},
		{declared: "BOOLEAN", first: "TRUE", other: "FALSE", want: int64(1)},
		{declared: "YEAR", first: "2026", other: "2027", want: uint64(2026)},
		{declared: "BIT(12)", first: "b'101010101010'", other: "b'101010101011'", want: uint64(0xAAA)},
		{declared: "DECIMAL(30,10)", first: "12345678901234567890.1234567890", other: "12345678901234567890.1234567891", want: "12345678901234567890.1234567890"},
		{declared: "FLOAT", first: "1.2345678", other: "1.2345679", want: float64(float32(1.2345678))},
		{declared: "DOUBLE", first: "0.1", other: "0.10000000000000002", want: 0.1},
		{declared: "CHAR(5)", first: "'ab'", other: "'AB'", want: "ab"},
		{declared: "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", first: "'a'", other: "'a '", want: "a"},
		{declared: "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci", first: "'é𝄞'", other: "'e𝄞'", want: "é𝄞"},
		{declared: "VARCHAR(20) CHARACTER SET latin1", first: "'é,'", other: "'É,'", want: "é,"},
		{declared: "VARCHAR(20) CHARACTER SET utf16 COLLATE utf16_general_ci", first: "'é'", other: "'E'", want: "é"},
		{declared: "TEXT", first: "'NULL'", other: "NULL", want: "NULL", unindexed: true},
		{declared: "VARCHAR(20)", first: "''", other: "NULL", want: ""},
		{declared: "BINARY(4)", first: "x'00FF'", other: "x'00FE'", want: []byte{0, 255, 0, 0}},
		{declared: "VARBINARY(9)", first: "x'C32C00'", other: "x'C32C'", want: []byte{0xC3, ',', 0}},
		{declared: "BLOB", first: "x'61'", other: "x'6120'", want: []byte("a"), unindexed: true},
		{declared: "ENUM('a','b','')", first: "'b'", other: "''", want: "b"},
		{declared: "SET('x','y')", first: "'x,y'", other: "'y'", want: "x,y"},
		{declared: "JSON", first: `'{"a": 1}'`, other: `'{"a":1}'`, want: `{"a": 1}`, unindexed: true},
		{declared: "DATE", first: "'2026-01-02'", other: "'2026-01-03'", want: "2026-01-02"},
		{declared: "DATE", first: "'0000-00-00'", other: "NULL", want: "0000-00-00"},
		{declared: "DATE", first: "'2026-00-00'", other: "'2026-01-00'", want: "2026-00-00"},
		{declared: "TIME(3)", first: "'-838:59:58.123'", other: "'-838:59:58.124'", want: "-838:59:58.123"},
		{declared: "DATETIME(6)", first: "'2026-01-02 03:04:05.123456'", other: "'2026-01-02 03:04:05.123457'", want: "2026-01-02 03:04:05.123456"},
		{declared: "DATETIME", first: "'0000-00-00'", other: "'2026-01-01'", want: "0000-00-00 00:00:00"},
		{declared: "TIMESTAMP(3) NULL", first: "'2026-01-02 03:04:05.600'", other: "'2026-01-02 03:04:05.601'", want: "2026-01-01 22:04:05.600"},
		{declared: "TIMESTAMP NULL", first: "'0000-00-00'", other: "NULL", want: "0000-00-00 00:00:00", unindexed: true},
		{declared: "UUID", first: "'123e4567-e89b-12d3-a456-426655440000'", other: "'123e4567-e89b-12d3-a456-426655440001'", want: "123e4567-e89b-12d3-a456-426655440000"},
		{declared: "INET6", first: "'::1'", other: "'::2'", want: "::1"},
	}
}

// mysqlOddSession is one whose settings change how values are written, read and shown.
const mysqlOddSession = "SET SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH', " +
	"time_zone = '+05:00', group_concat_max_len = 4, div_precision_increment = 0, collation_connection = 'utf16_general_ci', character_set_results = 'latin1'"

func TestMySQLTypes(t *testing.T) {
	backend, err := capture.Lookup(capture.MySQL)
	if err != nil {
		t.Fatal(err)
	}
	db := testservers.MySQL(t).DB
	var depends []capture.Dependency
	for i, kind := range mysqlTypes() {
		table := fmt.Sprintf("t%d", i)
		captest.Exec(t, db, "CREATE TABLE "+table+" (id INT PRIMARY KEY, other INT, v "+kind.declared+")")
		if !kind.unindexed {
			captest.Exec(t, db, "CREATE INDEX v ON "+table+" (v)",
				"INSERT INTO "+table+" (id) SELECT seq + 1000 FROM seq_1_to_50")
		}
		depends = append(depends, captest.On(table, "v", "v"))
	}
	captest.Install(t, capture.MySQL, db, depends...)
	for i, kind := range mysqlTypes() {
		t.Run(fmt.Sprintf("%s %s", kind.declared, kind.first), func(t *testing.T) {
			table := fmt.Sprintf("t%d", i)
			after := captest.Last(t, db)
			captest.Exec(t, db, mysqlOddSession, "INSERT INTO "+table+" VALUES (1, 1, "+kind.first+")", "UPDATE "+table+" SET other = 2 WHERE id = 1",
				"UPDATE "+table+" SET v = "+kind.first+" WHERE id = 1",
				"UPDATE "+table+" SET v = "+kind.other+" WHERE id = 1", "UPDATE "+table+" SET v = "+kind.first+" WHERE id = 1",
				"SET SESSION sql_mode = DEFAULT, time_zone = DEFAULT, group_concat_max_len = DEFAULT, div_precision_increment = DEFAULT, collation_connection = 'utf8mb4_general_ci', character_set_results = 'utf8mb4'")
			changes, err := captest.Changes(t.Context(), capture.MySQL, db, after)
			if err != nil {
				t.Fatal(err)
			}
			if len(changes) != 3 {
				t.Fatalf("%d changes, want one insert and two updates", len(changes))
			}
			last := changes[2]
			if !reflect.DeepEqual(last.New.Values[0], kind.want) || !reflect.DeepEqual(changes[1].Old.Values[0], kind.want) || !last.Changed[0] {
				t.Errorf("logged %#v, %v; want %#v", last.New.Values[0], last.Changed, kind.want)
			}
			catalog, err := backend.Catalog(t.Context(), db, []capture.Table{{Name: table}})
			if err != nil {
				t.Fatal(err)
			}
			column := catalog.Tables[capture.Table{Name: table}].Column("v")
			mysqlFindAgain(t, db, table, backend.Cast(*column, "?"), last.New.Values[0], !kind.unindexed)
		})
	}
}

// mysqlFindAgain looks the row up by the logged value, as the relay does, in another time zone than it was
// written in.
func mysqlFindAgain(t *testing.T, db *sql.DB, table, cast string, value driver.Value, indexed bool) {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "SET SESSION sql_mode = '', time_zone = '+00:00'"); err != nil {
		t.Fatal(err)
	}
	query := "WITH changed (v1) AS (SELECT DISTINCT " + cast + ") SELECT t.id FROM changed AS c JOIN " + table + " AS t ON t.v = c.v1"
	var id int
	if err := conn.QueryRowContext(t.Context(), query, value).Scan(&id); err != nil || id != 1 {
		t.Errorf("%s with %#v finds %d: %v", query, value, id, err)
	}
	if !indexed {
		return
	}
	rows, err := conn.QueryContext(t.Context(), "EXPLAIN "+query, value)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		fields := make([]sql.NullString, 10)
		targets := make([]any, len(fields))
		for i := range fields {
			targets[i] = &fields[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		if fields[2].String == "t" && !strings.Contains("ref eq_ref const", fields[3].String) {
			t.Errorf("%s reads %s by %s", query, table, fields[3].String)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
