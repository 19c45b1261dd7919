package capture

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestPostgresRoleChangesMeanwhile has a statement take the replica role while it is at work.
func TestPostgresRoleChangesMeanwhile(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(createBooks, `INSERT INTO books VALUES (1, 'a', true), (2, 'a', true)`)
	d.capture(bookLayout())
	d.session(`UPDATE books SET title = CASE id WHEN 2 THEN set_config('session_replication_role', 'replica', false) ELSE 'z' END`)
	if got := d.log(); !slices.Contains(got, `U 001 {1}1>{1}1`) || !slices.Contains(got, `U 001 {2}1>{2}1`) {
		t.Errorf("logged %q, want both rows", got)
	}
}

// TestPostgresFunctionIsNotForOthers has somebody run the function on a table of theirs, with a view instead of the rows.
func TestPostgresFunctionIsNotForOthers(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(createBooks)
	d.capture(bookLayout())
	role := "eve_" + value[string](t.Context(), t, d.db, `SELECT current_database()`)
	d.exec(`CREATE ROLE `+role, `CREATE SCHEMA eve AUTHORIZATION `+role)
	defer d.exec(`DROP OWNED BY `+role, `DROP ROLE `+role)
	_, err := d.db.ExecContext(t.Context(), `SET LOCAL ROLE `+role+`; CREATE TABLE eve.t (id bigint);
		CREATE TRIGGER t AFTER INSERT ON eve.t FOR EACH STATEMENT EXECUTE FUNCTION public.denorm_capture_books()`)
	if err == nil || !strings.Contains(err.Error(), "permission denied for function") {
		t.Errorf("the error is %v", err)
	}
}

// TestPostgresStrangeSessions writes under settings that change how values are written and names found.
func TestPostgresStrangeSessions(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(`CREATE TABLE odd (id bigint PRIMARY KEY, at timestamptz, span interval, part double precision, raw bytea, note text)`)
	d.capture(layoutOf(Table{Name: "odd"}, []string{"at", "id", "note", "part", "raw", "span"}, nil, guardOn(`$."note" = 'a\b'`), guardOn(`$."note" <> 'a\b'`)))
	const insert = `INSERT INTO public.odd VALUES (1, '2024-05-06 07:08:09.123456+02', '1 day -2 hours', 0.1::float8 + 0.2::float8, '\x00ff', E'a\\b')`
	const want = `I >{"2024-05-06 05:08:09.123456+00",1,"a\\b",0.30000000000000004,"\\x00ff","1 day -02:00:00"}01`
	for _, setting := range []string{
		"SET standard_conforming_strings = off", "SET DateStyle = 'German, DMY'", "SET TimeZone = 'Asia/Kolkata'",
		"SET IntervalStyle = 'iso_8601'", "SET bytea_output = 'escape'", "SET extra_float_digits = -15", "SET search_path = ''",
		"SET session_replication_role = replica", "SET row_security = off", "SET quote_all_identifiers = on",
		"SET default_transaction_isolation = 'serializable'", "SET transform_null_equals = on", "SET xmloption = document",
	} {
		insert := insert
		if setting == "SET standard_conforming_strings = off" {
			insert = `INSERT INTO odd VALUES (1, '2024-05-06 07:08:09.123456+02', '1 day -2 hours', 0.1::float8 + 0.2::float8, E'\\x00ff', E'a\\b')`
		}
		d.session(setting, insert, `DELETE FROM public.odd`)
		if got := slices.Compact(d.log()); len(got) != 2 || got[0] != want { // in the replica role, two triggers log it
			t.Errorf("%s logged\n%q\nwant\n%s", setting, got, want)
		}
	}
}

// TestPostgresLowPrivileges writes as a role that may write the table and nothing else, and that tries to
// come between the trigger and the log.
func TestPostgresLowPrivileges(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(createBooks, `CREATE ROLE writer_low`)
	t.Cleanup(func() { d.db.Exec(`DROP OWNED BY writer_low CASCADE; DROP ROLE writer_low`) })
	d.capture(layoutOf(books(), []string{"id"}, []string{"title"}, guardOn(`$."title" = 'shown' AND lower($."title") = 'shown'`)))
	d.exec(`GRANT INSERT, UPDATE, DELETE, TRUNCATE, SELECT ON books TO writer_low`, `CREATE SCHEMA evil AUTHORIZATION writer_low`)
	d.session(`SET ROLE writer_low`,
		`CREATE TEMP TABLE denorm_changes (id bigint, layout text, op text, changed text, old_in text, new_in text, old_row text, new_row text)`,
		`CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE sql AS 'SELECT ''hidden'''`,
		`CREATE FUNCTION evil."left"(text, integer) RETURNS text LANGUAGE sql AS 'SELECT ''X'''`,
		`CREATE FUNCTION evil.same(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT false'`,
		`CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.same)`,
		`CREATE OPERATOR evil.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.same)`,
		`CREATE FUNCTION evil.glue(text, text) RETURNS text LANGUAGE sql AS 'SELECT NULL::text'`,
		`CREATE OPERATOR evil.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.glue)`,
		`CREATE TYPE evil.text AS ENUM ('a')`,
		`SET search_path = evil, pg_temp, pg_catalog, public`,
		`INSERT INTO books VALUES (1, 'shown')`, `UPDATE books SET title = 'other'`, `TRUNCATE books`)
	d.logged("a writer without rights", `I >{1}1`, `U 01 {1}1>{1}0`, `T`)
	// Without operators in its conditions the function runs under the writer's search_path. Nothing changes for who
	// finds these operators.
	d.session(`SET ROLE writer_low`, `DROP OPERATOR evil.= (text, text)`,
		`CREATE FUNCTION evil.always(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true'`,
		`CREATE FUNCTION evil.always(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true'`,
		`CREATE FUNCTION evil.nothing(integer, integer) RETURNS integer LANGUAGE sql AS 'SELECT 0'`,
		`CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.always)`,
		`CREATE OPERATOR evil.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.always)`,
		`CREATE OPERATOR evil.| (LEFTARG = integer, RIGHTARG = integer, FUNCTION = evil.nothing)`)
	d.capture(layoutOf(books(), []string{"id"}, []string{"title"}, guardOn(`$."active"`)))
	d.session(`SET ROLE writer_low`, `CREATE TEMP TABLE denorm_changes (id bigint)`, `SET search_path = evil, pg_temp, pg_catalog, public`,
		`INSERT INTO books VALUES (1, 'shown', false)`, `UPDATE books SET title = 'other'`, `DELETE FROM books`, `TRUNCATE books`)
	d.logged("a writer without rights, again", `I >{1}0`, `U 01 {1}0>{1}0`, `D {1}0>`, `T`)
}

// TestPostgresTypesOfOthers has conditions on citext, whose operators stand in a schema of its own.
func TestPostgresTypesOfOthers(t *testing.T) {
	for _, test := range []struct {
		name, schema, grant, want string
	}{
		{"trusted", "ext", "", "I >{1}1,I >{2}0"},
		{"open to all", "ext", "GRANT CREATE ON SCHEMA ext TO PUBLIC", "I >{1}1,I >{2}1"},
		{"odd name", `"Ext, ""pg_temp"`, "", "I >{1}1,I >{2}0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newPostgresDB(t)
			d.exec(`CREATE SCHEMA `+test.schema, test.grant)
			if available := value[bool](t.Context(), t, d.db, `SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'citext')`); !available {
				t.Skip("skipped: citext is not installed; this test needs it (apt-get install postgresql-contrib)")
			}
			d.exec(`CREATE EXTENSION citext SCHEMA `+test.schema, `CREATE DOMAIN label AS `+test.schema+`.citext`,
				`CREATE TABLE tags (id bigint PRIMARY KEY, name label)`)
			layout := layoutOf(Table{Name: "tags"}, []string{"id"}, []string{"name"}, guardOn(`$."name" = 'News'`))
			d.capture(layout)
			d.session(`SET search_path = ''`, `INSERT INTO public.tags VALUES (1, 'NEWS'), (2, 'Old')`)
			if got := strings.Join(d.log(), ","); got != test.want {
				t.Errorf("logged %s, want %s", got, test.want)
			}
			before, fingerprint := d.installed(), d.fingerprint(layout)
			d.exec(`CREATE SCHEMA elsewhere`, `ALTER EXTENSION citext SET SCHEMA elsewhere`)
			if maps.Equal(before, d.installed()) {
				t.Error("Installed does not see that the type's operators are elsewhere")
			}
			if fingerprint.Equal(d.fingerprint(layout)) {
				t.Error("Fingerprint does not see that the type's operators are elsewhere")
			}
			d.capture(layout)
			d.session(`INSERT INTO tags VALUES (3, 'nEWS')`)
			d.logged("after the move", `I >{3}1`)
		})
	}
}

// TestPostgresCollations compares in a condition as the column does.
func TestPostgresCollations(t *testing.T) {
	d := newPostgresDB(t)
	if _, err := d.db.Exec(`CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`); err != nil {
		t.Skipf("skipped: the server has no ICU collations: %v", err)
	}
	d.exec(`CREATE TABLE tags (id bigint PRIMARY KEY, name text COLLATE loose)`)
	d.capture(layoutOf(Table{Name: "tags"}, []string{"name"}, nil, guardOn(`$."name" = 'News'`)))
	d.exec(`INSERT INTO tags VALUES (1, 'NEWS'), (2, 'Old')`, `UPDATE tags SET name = 'news' WHERE id = 1`)
	d.logged("a loose collation", `I >{NEWS}1`, `I >{Old}0`, `U 1 {NEWS}1>{news}1`)
}
