package capture

import (
	"maps"
	"testing"
)

// TestPostgresFingerprint alters captured tables in ways that capture has to notice, and in ways that it
// should not take notice of.
func TestPostgresFingerprint(t *testing.T) {
	tests := []struct {
		name  string
		do    []string
		alarm bool
	}{
		{"a swap by rename", []string{`CREATE TABLE books_new (LIKE books INCLUDING ALL)`, `BEGIN; ALTER TABLE books RENAME TO books_old; ALTER TABLE books_new RENAME TO books; COMMIT`}, true},
		{"dropped and made again", []string{`DROP TABLE books`, createBooks}, true},
		{"dropped", []string{`DROP TABLE books`}, true},
		{"moved to another schema", []string{`CREATE SCHEMA attic`, `ALTER TABLE books SET SCHEMA attic`}, true},
		{"a table found earlier", []string{`CREATE SCHEMA "postgres"`, `CREATE TABLE "postgres".books (LIKE books)`}, true},
		{"triggers disabled", []string{`ALTER TABLE books DISABLE TRIGGER ALL`}, true},
		{"triggers disabled and enabled", []string{`ALTER TABLE books DISABLE TRIGGER ALL`, `ALTER TABLE books ENABLE TRIGGER ALL`}, true},
		{"triggers disabled and enabled as they were", []string{
			`DO $$DECLARE name text; BEGIN FOR name IN SELECT tgname FROM pg_trigger WHERE tgrelid = 'books'::regclass LOOP
				EXECUTE 'ALTER TABLE books DISABLE TRIGGER ' || name; EXECUTE 'ALTER TABLE books ENABLE ALWAYS TRIGGER ' || name; END LOOP; END$$`}, true},
		{"a function replaced", []string{`CREATE OR REPLACE FUNCTION denorm_capture_books() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`}, true},
		{"a function dropped", []string{`DROP FUNCTION denorm_capture_books() CASCADE`}, true},
		{"a column renamed", []string{`ALTER TABLE books RENAME COLUMN title TO name`}, true},
		{"a column dropped", []string{`ALTER TABLE books DROP COLUMN title CASCADE`}, true},
		{"a child", []string{`CREATE TABLE child () INHERITS (books)`}, true},
		{"no primary key", []string{`ALTER TABLE books DROP CONSTRAINT books_pkey`}, true},
		{"unlogged", []string{`ALTER TABLE books SET UNLOGGED`}, true},

		{"rows", []string{`INSERT INTO books VALUES (2)`, `TRUNCATE books`}, false},
		{"maintenance", []string{`VACUUM FULL books`, `ANALYZE books`, `CLUSTER books USING books_pkey`, `REINDEX TABLE books`, `VACUUM FREEZE books`}, false},
		{"indexes and privileges", []string{`CREATE INDEX ON books (title)`, `GRANT SELECT ON books TO PUBLIC`, `ALTER TABLE books SET (fillfactor = 50)`}, false},
		{"columns of others", []string{`ALTER TABLE books ADD COLUMN more integer DEFAULT 7`, `ALTER TABLE books ALTER COLUMN unused TYPE varchar(9)`, `ALTER TABLE books DROP COLUMN unused`}, false},
		{"constraints", []string{`ALTER TABLE books ADD CHECK (id > 0)`, `ALTER TABLE books ALTER COLUMN unused SET STATISTICS 7`, `COMMENT ON TABLE books IS 'x'`}, false},
		{"triggers of others", []string{`CREATE TRIGGER own BEFORE UPDATE ON books FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`}, false},
	}
	shared := newPostgresDB(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := shared.in(t)
			d.exec(createBooks, `INSERT INTO books VALUES (1, 'a', true, 'u')`)
			layout := bookLayout()
			d.capture(layout)
			fingerprint, installed := d.fingerprint(layout), d.installed()
			if again := d.fingerprint(layout); !again.Equal(fingerprint) {
				t.Fatal("two fingerprints of the same differ")
			}
			d.exec(test.do...)
			if alarm := !d.fingerprint(layout).Equal(fingerprint); alarm != test.alarm {
				t.Errorf("the fingerprint differs: %v, want %v", alarm, test.alarm)
			}
			// An alarm that repair finds nothing to do about would ring for ever; Install may be more careful.
			if !test.alarm && !maps.Equal(d.installed(), installed) {
				t.Error("Installed differs, too")
			}
		})
	}
}

// TestPostgresInstalled looks for what makes Install create an object anew.
func TestPostgresInstalled(t *testing.T) {
	shared := newPostgresDB(t)
	for name, statements := range map[string][]string{
		"swapped":  {`CREATE TABLE books_new (LIKE books)`, `ALTER TABLE books RENAME TO books_old`, `ALTER TABLE books_new RENAME TO books`},
		"disabled": {`ALTER TABLE books DISABLE TRIGGER USER`},
		"origin":   {`ALTER TABLE books DISABLE TRIGGER USER`, `ALTER TABLE books ENABLE TRIGGER USER`},
		"replaced": {`CREATE OR REPLACE FUNCTION denorm_capture_books() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`},
		"child":    {`CREATE TABLE child () INHERITS (books)`},
		"gone":     {`DROP FUNCTION denorm_capture_books() CASCADE`},
	} {
		t.Run(name, func(t *testing.T) {
			d := shared.in(t)
			d.exec(createBooks)
			d.capture(bookLayout())
			before := d.installed()
			if len(before) != 1 || before["denorm_capture_books"] == "" {
				t.Fatalf("installed are %v", before)
			}
			d.exec(statements...)
			if maps.Equal(before, d.installed()) {
				t.Error("nothing differs")
			}
		})
	}
}

func TestPostgresSwapIsRepaired(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(createBooks)
	d.capture(bookLayout())
	d.exec(`CREATE TABLE books_new (LIKE books INCLUDING ALL)`, `ALTER TABLE books RENAME TO books_old`, `ALTER TABLE books_new RENAME TO books`)
	d.capture(bookLayout())
	d.exec(`INSERT INTO books VALUES (1)`, `INSERT INTO books_old VALUES (2)`, `TRUNCATE books_old`)
	d.logged("the new table", `I >{1}1`)
}
