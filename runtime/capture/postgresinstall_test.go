package capture

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestPostgresReplaceUnderLoad installs again and again while others write: each committed row is logged
// once, in a layout that was installed, and after an installation no writer uses the old one.
func TestPostgresReplaceUnderLoad(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(createBooks)
	layouts := []Layout{bookLayout(), layoutOf(books(), []string{"id"}, []string{"title"})}
	d.capture(layouts[0])
	ctx, stop := context.WithCancel(t.Context())
	var next atomic.Int64
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for ctx.Err() == nil {
				if _, err := d.db.Exec(`INSERT INTO books VALUES ($1)`, next.Add(1)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 10 {
		current := layouts[(i+1)%2]
		d.capture(current)
		newest := value[int64](t.Context(), t, d.db, `SELECT last_value FROM denorm_changes_id_seq`)
		time.Sleep(20 * time.Millisecond)
		stale := value[int](t.Context(), t, d.db, `SELECT count(*) FROM denorm_changes WHERE id > $1 AND layout <> $2`, newest, current.ID)
		if stale > 0 {
			t.Errorf("%d changes were logged by the old function after the new one was installed", stale)
		}
	}
	stop()
	writers.Wait()
	if got, want := len(d.log()), int(next.Load()); got != want {
		t.Errorf("%d changes were logged of %d", got, want)
	}
}

// TestPostgresWaitsForWriters leaves no transaction behind that began with the old function.
func TestPostgresWaitsForWriters(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(createBooks)
	d.capture(bookLayout())
	writer, err := d.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Rollback()
	if _, err := writer.ExecContext(t.Context(), `INSERT INTO books VALUES (1)`); err != nil {
		t.Fatal(err)
	}
	conn, err := d.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	end, err := postgresBackend{}.Begin(t.Context(), conn, 100*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	objects, _ := postgresBackend{}.Objects([]Layout{layoutOf(books(), []string{"id"}, nil)}, nil)
	_, err = conn.ExecContext(t.Context(), objects[0].Create[0])
	if !(postgresBackend{}).Busy(err) {
		t.Errorf("replacing a function while a writer uses it: %v, want that the table is busy", err)
	}
	if err := end(false); err != nil {
		t.Error(err)
	}
}

func TestPostgresInstallationsAreSerial(t *testing.T) {
	d := newPostgresDB(t)
	begin := func() (func(bool) error, error) {
		conn, err := d.db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return postgresBackend{}.Begin(t.Context(), conn, 50*time.Millisecond)
	}
	end, err := begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := begin(); !(postgresBackend{}).Busy(err) {
		t.Errorf("a second installation: %v, want that it is busy", err)
	}
	if err := end(true); err != nil {
		t.Fatal(err)
	}
	end, err = begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := end(false); err != nil {
		t.Fatal(err)
	}
	if (postgresBackend{}).Busy(errors.New("55P03")) || (postgresBackend{}).Busy(nil) {
		t.Error("errors of others are busy")
	}
}

// TestPostgresTwoInstallations has two applications with logs in schemas of their own watch one table.
func TestPostgresTwoInstallations(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(createBooks, `CREATE SCHEMA "Other, one"`)
	layout := layoutOf(Table{Schema: "public", Name: "books"}, []string{"id"}, nil)
	objects, _ := postgresBackend{}.Objects([]Layout{layout}, nil)
	d.exec(objects[0].Create[0])
	other := append([]string{`SET search_path = "Other, one"`}, postgresBackend{}.Tables()...)
	d.session(append(other, objects[0].Create[0])...)
	d.exec(`INSERT INTO books VALUES (1)`)
	d.logged("the first log", `I >{1}`)
	if rows := d.rowsOf(`"Other, one".denorm_changes`); len(rows) != 1 {
		t.Errorf("the second log has %d rows, want 1", len(rows))
	}
	d.exec(objects[0].Drop...)
	d.exec(objects[0].Drop...)
	d.exec(`INSERT INTO books VALUES (2)`)
	d.logged("the first log, dropped")
	if rows := d.rowsOf(`"Other, one".denorm_changes`); len(rows) != 1 {
		t.Errorf("the second log has %d rows after the first was dropped, want 1", len(rows))
	}
}

// TestPostgresOddNames has names and conditions that could end a quotation.
func TestPostgresOddNames(t *testing.T) {
	d := newPostgresDB(t)
	for _, name := range []string{
		`100% "o'k" $denorm$ \ 本`, strings.Repeat("x", 63), strings.Repeat("é", 31), strings.Repeat("y", 60), "a.b",
	} {
		table := Table{Name: name}
		column := quoteName(Postgres, name)
		d.exec(fmt.Sprintf(`CREATE TABLE %s (%s text)`, column, column))
		const condition = ` LIKE '%$denorm_body$%s'`
		layout := layoutOf(table, []string{name}, nil, Guard{Old: "OLD." + column + condition, New: "NEW." + column + condition})
		d.capture(layout)
		d.exec(fmt.Sprintf(`INSERT INTO %s VALUES ('1$denorm_body$1s'), ('2')`, column))
		d.logged(name, `I >{1$denorm_body$1s}1`, `I >{2}0`)
		if objects, _ := (postgresBackend{}).Objects([]Layout{layout}, nil); d.installed()[objects[0].Name] == "" {
			t.Errorf("%s is not among the installed", objects[0].Name)
		}
	}
}

func TestPostgresRefuses(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(createBooks, `CREATE VIEW shown AS SELECT * FROM books`, `CREATE EXTENSION file_fdw`, `CREATE SERVER files FOREIGN DATA WRAPPER file_fdw`,
		`CREATE FOREIGN TABLE remote (id bigint) SERVER files OPTIONS (filename '/dev/null')`, `CREATE UNLOGGED TABLE loose (id bigint)`,
		`CREATE FOREIGN TABLE remote_child () INHERITS (books) SERVER files OPTIONS (filename '/dev/null')`)
	for name, columns := range map[string][]string{"shown": {"id"}, "remote": {"id"}, "books": {"missing"}, "nowhere": {"id"}} {
		objects, _ := postgresBackend{}.Objects([]Layout{layoutOf(Table{Name: name}, columns, nil)}, nil)
		if _, err := d.db.Exec(objects[0].Create[0]); err == nil {
			t.Errorf("%s %v is captured", name, columns)
		}
	}
	layouts := []Layout{layoutOf(books(), []string{"id"}, nil), layoutOf(Table{Name: "loose"}, []string{"id"}, nil)}
	_, problems := postgresBackend{}.Objects(layouts, d.catalog(books()))
	if len(problems) != 1 || problems[0].Severity != Bypassed || !strings.Contains(problems[0].Message, "remote_child") {
		t.Errorf("problems are %v, want one about the foreign child", problems)
	}
	conn, err := d.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	problems, err = postgresBackend{}.Examine(t.Context(), conn, 0, layouts, nil)
	if err != nil || len(problems) != 1 || problems[0].Severity != Bypassed || !strings.Contains(problems[0].Message, "unlogged") {
		t.Errorf("problems are %v, %v, want one about the unlogged table", problems, err)
	}
	if _, err := conn.ExecContext(t.Context(), `SET search_path = nowhere`); err != nil {
		t.Fatal(err)
	}
	if problems, err = (postgresBackend{}).Examine(t.Context(), conn, 0, nil, nil); err != nil || len(problems) != 1 || problems[0].Severity != Refused {
		t.Errorf("problems are %v, %v, want one about the schema", problems, err)
	}
}

func TestPostgresTables(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(postgresBackend{}.Tables()...)
	const keys = `SELECT count(*) FROM pg_constraint WHERE conrelid = 'denorm_changes'::regclass AND contype IN ('p', 'u', 'f')`
	if n := value[int](t.Context(), t, d.db, keys); n != 1 {
		t.Errorf("denorm_changes has %d keys, want its primary key alone", n)
	}
	d.exec(postgresBackend{}.Undo()...)
	d.exec(postgresBackend{}.Undo()...)
	if n := value[int](t.Context(), t, d.db, `SELECT count(*) FROM pg_class WHERE relname LIKE 'denorm%'`); n != 0 {
		t.Errorf("%d tables and indexes are left", n)
	}
}

func TestPostgresPartitionsOfOthers(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(`CREATE ROLE keeper`, `CREATE TABLE sales (id bigint) PARTITION BY RANGE (id)`, `GRANT CREATE ON SCHEMA public TO keeper`)
	t.Cleanup(func() { d.db.Exec(`DROP OWNED BY keeper CASCADE; DROP ROLE keeper`) })
	d.capture(layoutOf(Table{Name: "sales"}, []string{"id"}, nil))
	d.exec(`ALTER TABLE sales OWNER TO keeper`)
	d.session(`SET ROLE keeper`, `CREATE TABLE sales_1 PARTITION OF sales DEFAULT`, `INSERT INTO sales VALUES (1)`)
	d.logged("a partition made by the owner of the table", `I >{1}`)
}
