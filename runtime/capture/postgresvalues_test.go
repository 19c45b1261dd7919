package capture

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestPostgresValues writes values of each type, reads them from the log and makes them again by a cast to the
// column's type, which is what the relay does. The value made has the bytes of that in the row. Each update is
// to a value that SQL may call equal: it must be logged.
func TestPostgresValues(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(`CREATE TYPE mood AS ENUM ('sad', 'O''K "x", {y}')`, `CREATE TYPE pair AS (a text, b double precision)`,
		`CREATE DOMAIN short AS character varying(5)`, `CREATE DOMAIN digest AS bytea`, `CREATE EXTENSION IF NOT EXISTS citext`)
	tests := []struct{ declared, before, after string }{
		{"smallint", "-32768", "32767"},
		{"integer", "-2147483648", "0"},
		{"bigint", "9223372036854775807", "-9223372036854775808"},
		{"oid", "4294967295", "0"},
		{"boolean", "true", "false"},
		{"text", "'Foo'", "'FOO'"},
		{"text", "'a'", "'a '"},
		{"text", "''", "'NULL'"},
		{"text", `E'\t\n\r\\"{},\x01'`, `'é𝄞 ''x'''`},
		{"text", `'é'`, `E'e\u0301'`},
		{"character varying(20)", "'x'", "'x '"},
		{"character(5)", "'ab'", "'AB'"},
		{"name", "'a'", "'A'"},
		{`"char"`, "'a'", "'b'"},
		{"citext", "'Foo'", "'FOO'"},
		{"short", "'a'", "'A'"},
		{"numeric", "1.0", "1.00"},
		{"numeric(30,10)", "12345678901234567890.0123456789", "0"},
		{"numeric", "'NaN'", "'Infinity'"},
		{"double precision", "0", "'-0'"},
		{"double precision", "0.1::float8 + 0.2::float8", "5e-324"},
		{"double precision", "'NaN'", "'-Infinity'"},
		{"real", "0.1", "'-0'"},
		{"timestamp with time zone", "'2024-01-02 03:04:05.123456+05:30'", "'infinity'"},
		{"timestamp with time zone", "'0044-03-15 12:00 BC'", "'294276-12-31 23:59:59'"},
		{"timestamp without time zone", "'2024-01-02 03:04:05.1'", "'2024-01-02 03:04:05.10001'"},
		{"timestamp(0) without time zone", "'2024-01-02 03:04:05'", "NULL"},
		{"date", "'2024-01-02'", "'0001-01-01 BC'"},
		{"time with time zone", "'01:00+01'", "'00:00+00'"},
		{"time without time zone", "'24:00'", "'00:00'"},
		{"interval", "'1 mon'", "'30 days'"},
		{"interval", "'-1 year +3 days -04:05:06.789'", "'24:00:00'"},
		{"uuid", "'00000000-0000-0000-0000-00000000000a'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"},
		{"bytea", `'\x'`, `'\x005c22'`},
		{"digest", `'\x00'`, `'\x01'`},
		{"json", `'{"a":1}'`, `'{"a": 1}'`},
		{"jsonb", `'{"a":1.0}'`, `'{"a":1.00}'`},
		{"integer[]", "'{1,NULL,3}'", "'{{1,2},{3,4}}'"},
		{"text[]", `ARRAY['a,b','NULL',NULL,'"x"','']`, `ARRAY['A,b','NULL',NULL,'"x"','']`},
		{"integer[]", "'{}'", "'[0:1]={1,2}'"},
		{"double precision[]", "ARRAY[0.1::float8 + 0.2::float8]", "'{-0}'"},
		{"mood", "'sad'", `'O''K "x", {y}'`},
		{"pair", "ROW('a,\"b', 0.1::float8 + 0.2::float8)", "ROW('A,\"b', NULL)"},
		{"tstzrange", "'[2024-01-01 00:00+02,)'", "'empty'"},
		{"inet", "'10.0.0.1/8'", "'10.0.0.1'"},
		{"bit varying", "'101'", "'1010'"},
		{"xml", "'<a/>'", "'<a></a>'"},
		{"point", "'(0.1,-0)'", "'(0.1,0)'"},
		{"money", "12.34", "-1234567.89"},
	}
	var layouts []Layout
	history := []string{`SET TimeZone = 'Asia/Kolkata'`, `SET DateStyle = 'German'`, `SET extra_float_digits = -15`,
		`SET bytea_output = escape`, `SET IntervalStyle = sql_standard`}
	for i, test := range tests {
		table := fmt.Sprintf("t%d", i)
		d.exec(fmt.Sprintf(`CREATE TABLE %s (id integer PRIMARY KEY, v %s)`, table, test.declared))
		layouts = append(layouts, layoutOf(Table{Name: table}, []string{"v"}, nil))
		history = append(history, fmt.Sprintf(`INSERT INTO %s VALUES (1, %s), (2, %s), (3, NULL)`, table, test.before, test.after),
			fmt.Sprintf(`UPDATE %s SET v = %s WHERE id = 1`, table, test.after), fmt.Sprintf(`UPDATE %s SET v = v`, table))
	}
	d.capture(layouts...)
	d.session(history...)
	logged := map[string][]Row{}
	for _, row := range d.rows() {
		logged[row.Layout] = append(logged[row.Layout], row)
	}
	for i, test := range tests {
		d.checkValues(&layouts[i], logged[layouts[i].ID], test.declared+" "+test.before+" to "+test.after)
	}
}

// checkValues compares the log of two inserted rows, NULL and one update with the rows.
func (d *postgresDB) checkValues(layout *Layout, rows []Row, what string) {
	d.t.Helper()
	if len(rows) != 4 {
		d.t.Errorf("%s: %d changes, want 4", what, len(rows))
		return
	}
	catalog := d.catalog(layout.Table)
	declared := catalog.Tables[layout.Table].Column("v").Type
	var changes []Change
	for _, row := range rows {
		change, err := postgresBackend{}.Parse(layout, catalog, row)
		if err != nil {
			d.t.Errorf("%s: %v", what, err)
			return
		}
		changes = append(changes, change)
	}
	if update := changes[3]; update.Op != Update || !slices.Equal(update.Changed, []bool{true}) {
		d.t.Errorf("%s: logged %v %v, want an update of the column", what, update.Op, update.Changed)
	}
	if changes[2].New.Values[0] != nil {
		d.t.Errorf("%s: NULL is logged as %v", what, changes[2].New.Values[0])
	}
	for i, side := range []*Side{changes[1].New, changes[3].New} {
		query := fmt.Sprintf(`SELECT record_image_eq(ROW(CAST($1 AS %s)), ROW(v)) FROM %s WHERE id = %d`, declared, layout.Table.Name, 2-i)
		if same := value[bool](d.t.Context(), d.t, d.db, query, side.Values[0]); !same {
			d.t.Errorf("%s: %v is not the value of the row after CAST(... AS %s)", what, side.Values[0], declared)
		}
	}
	// The old value is nowhere but in the log: the insert logged the same.
	if was, is := fmt.Sprint(changes[0].New.Values[0]), fmt.Sprint(changes[3].Old.Values[0]); was != is {
		d.t.Errorf("%s: the old value is %s, it was inserted as %s", what, is, was)
	}
}

func TestPostgresParse(t *testing.T) {
	table := Table{Name: "t"}
	layout := layoutOf(table, []string{"a", "b"}, nil, guardOn("$.a"))
	catalog := &Catalog{Tables: map[Table]*TableInfo{table: {Columns: []ColumnInfo{{Name: "a", Type: "bigint"}, {Name: "b", Type: "bytea"}}}}}
	good := Row{ID: 7, Op: "U", Changed: []byte("01"), OldIn: []byte("0"), NewIn: []byte("1"), Old: []byte(`{-5,"\\x00ff"}`), New: []byte(`{NULL,NULL}`)}
	change, err := postgresBackend{}.Parse(&layout, catalog, good)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(change.Old.Values, change.New.Values, change.Old.Holds, change.New.Holds, change.Changed), "[-5 [0 255]] [<nil> <nil>] [false] [true] [false true]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if change, err := (postgresBackend{}).Parse(&layout, nil, good); err != nil || fmt.Sprint(change.Old.Values) != `[-5 \x00ff]` {
		t.Errorf("without a catalog: %v, %v", change.Old, err)
	}
	bad := map[string]func(*Row){
		"unknown operation": func(r *Row) { r.Op = "X" },
		"missing side":      func(r *Row) { r.New, r.NewIn = nil, nil },
		"superfluous side":  func(r *Row) { r.Op = "D" },
		"too few verdicts":  func(r *Row) { r.OldIn = nil },
		"odd verdict":       func(r *Row) { r.OldIn = []byte("x") },
		"too many columns":  func(r *Row) { r.Changed = []byte("010") },
		"too few values":    func(r *Row) { r.Old = []byte("{1}") },
		"no array":          func(r *Row) { r.Old = []byte("1,2") },
		"open quote":        func(r *Row) { r.Old = []byte(`{1,"2}`) },
		"open escape":       func(r *Row) { r.Old = []byte(`{1,"\}`) },
		"nested":            func(r *Row) { r.Old = []byte(`{1,{2}}`) },
		"empty element":     func(r *Row) { r.Old = []byte(`{1,}`) },
		"text after quote":  func(r *Row) { r.Old = []byte(`{"1"x,2}`) },
	}
	for name, spoil := range bad {
		row := good
		spoil(&row)
		if _, err := (postgresBackend{}).Parse(&layout, catalog, row); err == nil {
			t.Errorf("%s: no error", name)
		} else if strings.Contains(err.Error(), "00ff") {
			t.Errorf("%s: the error quotes a value: %v", name, err)
		}
	}
}
