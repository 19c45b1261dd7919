package denorm_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/example/bookstore/store"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sharedcache/memorycache"
)

// TestRestoredServer puts a backup of a whole database back, with all that denorm keeps there, while processes with
// every kind of cache follow it. What is written afterwards gets numbers that were seen before.
func TestRestoredServer(t *testing.T) {
	t.Run("postgres by files", func(t *testing.T) { restoreUnder(t, postgresFiles(t), 3) })
	t.Run("postgres by files, without a change", func(t *testing.T) { restoreUnder(t, postgresFiles(t), 0) })
	t.Run("postgres by statements", func(t *testing.T) { restoreUnder(t, postgresStatements(t), 3) })
	t.Run("mysql by statements", func(t *testing.T) { restoreUnder(t, mysqlStatements(t), 3) })
}

// backups is a database that can be put back to how it was.
type backups struct {
	*testing.T
	driver, dsn     string
	backup, restore func()
}

func restoreUnder(t *testing.T, b backups, since int) {
	db := b.open()
	truth := models.NewBooks(open(t, db)) // reads the database
	w := &world{T: t, db: db, shared: memorycache.New()}
	var all []*process
	for _, mode := range []string{"local", "shared", "both"} {
		engine := open(t, b.open(), append(w.mode(mode), denorm.WithRetention(time.Minute))...)
		p := &process{T: t, engine: engine, books: models.NewBooks(engine)}
		if err := engine.Install(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.drain()
		all = append(all, p)
	}
	b.backup()
	for _, p := range all {
		p.run()
	}
	rename := func(id int, title string) {
		w.eventually("a change is written", func() bool {
			_, err := db.ExecContext(t.Context(), fmt.Sprintf("UPDATE books SET title = '%s' WHERE id = %d", title, id))
			return err == nil
		})
	}
	for n := range 8 { // time enough for scans of the log to begin above what was seen of it
		rename(1, fmt.Sprint("before ", n))
		rename(2, fmt.Sprint("before ", n))
		time.Sleep(200 * time.Millisecond)
		for _, p := range all {
			p.agrees(truth)
		}
	}
	version := func(p *process) denorm.Version {
		_, v, err := p.books.GetJSON(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	before := version(all[0])
	b.restore()
	for n := range since {
		rename(4, fmt.Sprint("after ", n))
	}
	for _, p := range all {
		p.agrees(truth)
		if after := version(p); after.Epoch <= before.Epoch {
			t.Errorf("the version was %v, and is %v", before, after)
		}
	}
	for n := range 3 {
		rename(1, fmt.Sprint("later ", n))
		for _, p := range all {
			p.agrees(truth)
			p.wantTitle(1, fmt.Sprint("later ", n))
		}
	}
	if stats := all[0].engine.Stats(); stats.LocalHits == 0 {
		t.Error("no cache was used")
	}
}

// agrees compares all documents of a process, twice, with those of the database once all that was committed is known.
func (p *process) agrees(truth *models.Books) {
	p.Helper()
	p.insist(func() error { return p.engine.Drain(p.Context()) })
	for id := int64(1); id <= 6; id++ {
		want := p.document(truth, id)
		for range 2 {
			if got := p.document(p.books, id); got != want {
				p.Fatalf("book %d is\n%s, want\n%s", id, got, want)
			}
		}
	}
}

// document is the text of a document, "" for none.
func (p *process) document(books *models.Books, id int64) (text string) {
	p.Helper()
	p.insist(func() error {
		found, _, err := books.GetJSON(p.Context(), id)
		if text = string(found); errors.Is(err, denorm.ErrNotFound) {
			return nil
		}
		return err
	})
	return text
}

// insist repeats what fails because connections were lost, or tables are gone for a moment.
func (p *process) insist(do func() error) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.Context(), 20*time.Second)
	defer cancel()
	for {
		err := do()
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			p.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (b backups) open() *sqlx.DB {
	b.Helper()
	db, err := sqlx.Connect(b.driver, b.dsn)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

// filled fills the database.
func (b backups) filled(dsn string) backups {
	b.Helper()
	db, err := sqlx.Connect(b.driver, dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if err := store.Fill(b.Context(), db); err != nil {
		b.Fatal(err)
	}
	return b
}

// postgresFiles copies a database as it is, with all numbers that the server has for its tables.
func postgresFiles(t *testing.T) backups {
	dsn := testservers.PostgresDSN(t)
	server, name, _ := strings.Cut(dsn, "dbname=")
	admin, err := sql.Open("pgx", server+"dbname=postgres")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close() })
	do := func(statements ...string) {
		t.Helper()
		for _, statement := range statements {
			if _, err := admin.Exec(statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
	}
	copied := name + "_backup"
	t.Cleanup(func() { do("DROP DATABASE IF EXISTS " + copied) })
	return backups{
		T: t, driver: "pgx", dsn: dsn,
		backup: func() {
			do("ALTER DATABASE "+name+" ALLOW_CONNECTIONS false",
				"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '"+name+"'",
				"CREATE DATABASE "+copied+" TEMPLATE "+name, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS true")
		},
		restore: func() {
			do("DROP DATABASE "+name+" WITH (FORCE)", "ALTER DATABASE "+copied+" RENAME TO "+name)
		},
	}.filled(dsn)
}

// postgresStatements makes every table anew.
func postgresStatements(t *testing.T) backups {
	dsn := testservers.PostgresDSN(t)
	file := filepath.Join(t.TempDir(), "backup.sql")
	return backups{
		T: t, driver: "pgx", dsn: dsn,
		backup: func() {
			succeed(t, func() error {
				return program(t, "", "pg_dump", "--clean", "--if-exists", "--file", file, "--dbname", dsn)
			})
		},
		restore: func() {
			succeed(t, func() error { return program(t, file, "psql", "-1", "-q", "-v", "ON_ERROR_STOP=1", "--dbname", dsn) })
		},
	}.filled(dsn)
}

// mysqlStatements makes every table anew, one after the other. Triggers that are missing are made by whoever follows the
// changes, too, and so without --add-drop-trigger a dump could rarely be put back under running programs.
func mysqlStatements(t *testing.T) backups {
	dsn := testservers.MySQLDSN(t)
	socket, name, _ := strings.Cut(strings.TrimPrefix(dsn, "root@unix("), ")/")
	file := filepath.Join(t.TempDir(), "backup.sql")
	return backups{
		T: t, driver: "mysql", dsn: dsn + "?parseTime=true",
		backup: func() {
			succeed(t, func() error {
				return program(t, "", "mariadb-dump", "--no-defaults", "-uroot", "-S", socket, "--add-drop-trigger", "--result-file", file, name)
			})
		},
		restore: func() {
			succeed(t, func() error { return program(t, file, "mariadb", "--no-defaults", "-uroot", "-S", socket, name) })
		},
	}.filled(dsn + "?multiStatements=true")
}

// succeed does something again that others were in the way of, a few times.
func succeed(t *testing.T, do func() error) {
	t.Helper()
	for attempt := 1; ; attempt++ {
		err := do()
		if err == nil {
			return
		}
		if attempt == 5 {
			t.Fatal(err)
		}
		t.Logf("again: %v", err)
	}
}

// program runs one that comes with a server.
func program(t *testing.T, input, name string, args ...string) error {
	t.Helper()
	command := exec.CommandContext(t.Context(), testservers.Program(t, name), args...)
	if input != "" {
		file, err := os.Open(input)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		command.Stdin = file
	}
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, output)
	}
	return nil
}
