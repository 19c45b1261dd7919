package capture

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestPostgresManyColumns has more columns than a number has digits for, of types that are compared in either way.
func TestPostgresManyColumns(t *testing.T) {
	for _, columns := range []int{1, 30, 31, 32, 62, 63, 100} {
		d := newPostgresDB(t)
		var declared, tracked []string
		for i := range columns {
			name := fmt.Sprintf("c%03d", i)
			declared = append(declared, name+" "+[]string{"integer", "numeric"}[i%2])
			tracked = append(tracked, name)
		}
		d.exec(`CREATE TABLE wide (` + strings.Join(declared, ", ") + `)`)
		d.capture(layoutOf(Table{Name: "wide"}, nil, tracked))
		d.exec(`INSERT INTO wide DEFAULT VALUES`, `UPDATE wide SET c000 = NULL`)
		d.logged("an insert", `I >{}`)
		for i, name := range tracked {
			d.exec(fmt.Sprintf(`UPDATE wide SET %s = 1`, name))
			d.logged(name, `U `+strings.Repeat("0", i)+"1"+strings.Repeat("0", columns-i-1)+` {}>{}`)
		}
		d.exec(`UPDATE wide SET c000 = 1`)
		d.logged("the same value")
		d.exec(`UPDATE wide SET ` + strings.Join(tracked, " = NULL, ") + ` = NULL`)
		d.logged("all of them", `U `+strings.Repeat("1", columns)+` {}>{}`)
	}
}

// TestPostgresTypesThatChange gives a tracked column a type whose operator calls different bytes equal.
func TestPostgresTypesThatChange(t *testing.T) {
	shared := newPostgresDB(t)
	for _, test := range []struct{ name, from, to, before, after string }{
		{"numeric", "integer", "numeric", "1.0", "1.00"},
		{"character", "text", "character(9)", "'Foo'", "'FOO'"},
		{"a loose collation", "text", "text COLLATE loose", "'Foo'", "'FOO'"},
		{"double precision", "bigint", "double precision", "0", "'-0'"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := shared.in(t)
			if _, err := d.db.Exec(`CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`); err != nil {
				t.Skipf("skipped: the server has no ICU collations: %v", err)
			}
			d.exec(`CREATE TABLE parts (id bigint PRIMARY KEY, v `+test.from+`)`, `INSERT INTO parts VALUES (1)`)
			layout := layoutOf(Table{Name: "parts"}, []string{"id"}, []string{"v"})
			d.capture(layout)
			installed, fingerprint := d.installed(), d.fingerprint(layout)
			d.exec(`ALTER TABLE parts ALTER COLUMN v TYPE ` + test.to)
			if maps.Equal(installed, d.installed()) {
				t.Error("Installed does not see the type")
			}
			if fingerprint.Equal(d.fingerprint(layout)) {
				t.Error("Fingerprint does not see the type")
			}
			d.capture(layout)
			d.exec(`UPDATE parts SET v = `+test.before, `UPDATE parts SET v = `+test.after, `UPDATE parts SET v = v`)
			d.logged("other bytes", `U 01 {1}>{1}`, `U 01 {1}>{1}`)
		})
	}
}

// TestPostgresDroppedColumn leaves migrations and writers alone.
func TestPostgresDroppedColumn(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(createBooks, `INSERT INTO books VALUES (1, 'a', true)`)
	d.capture(bookLayout())
	d.log()
	d.exec(`ALTER TABLE books DROP COLUMN title`, `UPDATE books SET unused = 'x'`)
	d.logged("an update after a tracked column is gone", `T`)
}

// TestPostgresOlderTrigger replaces the trigger of a release that had its condition in the catalog.
func TestPostgresOlderTrigger(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(createBooks, `INSERT INTO books VALUES (1, 'a', true)`)
	d.capture(bookLayout())
	name := value[string](t.Context(), t, d.db, `SELECT tgname FROM pg_trigger WHERE tgname LIKE 'denorm\_capture\_update\_%'`)
	d.exec(`CREATE OR REPLACE TRIGGER ` + name + ` AFTER UPDATE ON books FOR EACH ROW
		WHEN (record_image_ne(ROW(OLD.active, OLD.id), ROW(NEW.active, NEW.id))) EXECUTE FUNCTION denorm_capture_books()`)
	before := d.installed()
	d.capture(bookLayout())
	if maps.Equal(before, d.installed()) {
		t.Error("Installed does not see the condition")
	}
	d.session(`SET session_replication_role = replica`, `UPDATE books SET title = 'b'`)
	d.logged("a column that the old trigger did not know, by two triggers", `U 001 {1}1>{1}1`, `U 001 {1}1>{1}1`)
}

// TestPostgresSettings has functions set no more than the values' types need: each setting costs time for every row.
func TestPostgresSettings(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(`CREATE TYPE span AS (a interval)`, `CREATE DOMAIN moment AS timestamptz`,
		`CREATE TABLE items (id bigint PRIMARY KEY, name varchar(9), at timestamptz, day date, long interval, raw bytea, part real, spans span, days date[], moments moment, deleted_at timestamp)`)
	const all = "DateStyle TimeZone IntervalStyle bytea_output extra_float_digits"
	for _, test := range []struct {
		values, guard, want string
	}{
		{"id name", `$."deleted_at" IS NULL`, ""},
		{"id", `$."name" = 'x'`, "search_path"},
		{"id", `$."name" = '\'`, "search_path standard_conforming_strings"},
		{"id", `$."deleted_at" > '2024-01-01'`, "search_path " + all},
		{"at", "", "DateStyle TimeZone"},
		{"moments", "", "DateStyle TimeZone"},
		{"day", "", "DateStyle"},
		{"days id", "", "DateStyle"},
		{"long", "", "IntervalStyle"},
		{"raw", "", "bytea_output"},
		{"part raw", "", "bytea_output extra_float_digits"},
		{"spans", "", all},
	} {
		var guards []Guard
		if test.guard != "" {
			guards = append(guards, guardOn(test.guard))
		}
		layout := layoutOf(Table{Name: "items"}, strings.Fields(test.values), []string{"deleted_at", "name"}, guards...)
		d.capture(layout)
		got := strings.Fields(value[string](t.Context(), t, d.db,
			`SELECT coalesce(string_agg(split_part(s, '=', 1), ' '), '') FROM pg_proc, unnest(proconfig) AS s WHERE proname = 'denorm_capture_items'`))
		if want := strings.Fields(test.want); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
			t.Errorf("%s where %s: sets %q, want %q", test.values, test.guard, got, want)
		}
	}
}
