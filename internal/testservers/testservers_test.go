package testservers_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
)

func TestEachGivesDatabasesThatSortByBytes(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		db.MustExec(`CREATE TABLE words (word VARCHAR(20))`)
		db.MustExec(`INSERT INTO words VALUES ('b'), ('ä'), ('B'), ('a'), ('Ä')`)
		var words []string
		if err := db.Select(&words, `SELECT word FROM words ORDER BY word`); err != nil {
			t.Fatal(err)
		}
		want := []string{"B", "a", "b", "Ä", "ä"}
		if !slices.Equal(words, want) {
			t.Errorf("the words sort as %q, want %q", words, want)
		}
	})
}

func TestDatabasesOfOneTestAreApart(t *testing.T) {
	for name, open := range map[string]func(testing.TB) *sqlx.DB{
		"postgres": func(tb testing.TB) *sqlx.DB { return testservers.Postgres(tb) },
		"mysql":    func(tb testing.TB) *sqlx.DB { return testservers.MySQL(tb) },
	} {
		t.Run(name, func(t *testing.T) {
			open(t).MustExec(`CREATE TABLE once (n INT)`)
			// One that was not fresh would refuse the second.
			open(t).MustExec(`CREATE TABLE once (n INT)`)
		})
	}
}

func TestDatabaseIsDroppedAfterTheTest(t *testing.T) {
	for name, dsn := range map[string]func(testing.TB) string{
		"pgx":   testservers.PostgresDSN,
		"mysql": func(tb testing.TB) string { return testservers.MySQLDSN(tb) },
	} {
		t.Run(name, func(t *testing.T) {
			var gone string
			t.Run("inner", func(t *testing.T) { gone = dsn(t) })
			if gone == "" {
				t.Skip("skipped: see the inner test")
			}
			if db, err := sqlx.Connect(name, gone); err == nil {
				db.Close()
				t.Error("the database is still there")
			}
		})
	}
}

func TestMySQLParams(t *testing.T) {
	const query = `SELECT CAST('2009-01-02 03:04:05' AS DATETIME)`
	var raw any
	if err := testservers.MySQL(t).Get(&raw, query); err != nil {
		t.Fatal(err)
	}
	if _, ok := raw.([]byte); !ok {
		t.Errorf("without parseTime a time arrives as %T, want []byte", raw)
	}
	if err := testservers.MySQL(t, "parseTime=true", "loc=UTC").Get(&raw, query); err != nil {
		t.Fatal(err)
	}
	if _, ok := raw.(time.Time); !ok {
		t.Errorf("with parseTime a time arrives as %T, want time.Time", raw)
	}
}

func TestSQLiteIsInWALMode(t *testing.T) {
	for _, driver := range []string{testservers.Pure, testservers.Cgo} {
		t.Run(driver, func(t *testing.T) {
			db := testservers.SQLite(t, driver)
			var mode string
			var foreignKeys bool
			if err := db.QueryRow(`SELECT * FROM pragma_journal_mode, pragma_foreign_keys`).Scan(&mode, &foreignKeys); err != nil {
				t.Fatal(err)
			}
			if mode != "wal" || !foreignKeys {
				t.Errorf("journal mode is %s, foreign keys are enforced: %t", mode, foreignKeys)
			}
		})
	}
}

// TestServersEndWithTheProcess runs this binary once more, kills it while its servers run, and waits for
// their folders to disappear.
func TestServersEndWithTheProcess(t *testing.T) {
	const marker = "DENORMGEN_TEST_SERVERS_CHILD"
	if os.Getenv(marker) == "1" {
		for name, dsn := range map[string]func() string{
			"postgres": func() string { return testservers.PostgresDSN(t) },
			"mysql":    func() string { return testservers.MySQLDSN(t) },
		} {
			t.Run(name, func(*testing.T) { os.Stdout.WriteString("folder " + folder(dsn()) + "\n") })
		}
		os.Stdout.WriteString("ready\n")
		select {}
	}
	testservers.PostgresDSN(t) // skips where nothing can be started
	testservers.MySQLDSN(t)

	var output bytes.Buffer
	child := exec.Command(os.Args[0], "-test.run=^TestServersEndWithTheProcess$")
	child.Env = append(os.Environ(), marker+"=1")
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for buffer := make([]byte, 1024); !strings.Contains(output.String(), "ready\n"); {
		n, err := stdout.Read(buffer)
		output.Write(buffer[:n])
		if err != nil {
			t.Fatalf("the child ended early: %v\n%s", err, output.String())
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()

	var folders []string
	for line := range strings.Lines(output.String()) {
		if folder, ok := strings.CutPrefix(strings.TrimSpace(line), "folder "); ok {
			folders = append(folders, folder)
		}
	}
	if len(folders) != 2 {
		t.Fatalf("the child named %d folders, want 2:\n%s", len(folders), output.String())
	}
	deadline := time.Now().Add(30 * time.Second)
	for _, folder := range folders {
		for {
			if _, err := os.Stat(folder); os.IsNotExist(err) {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s is still there 30 s after its process was killed", folder)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// folder is the server's folder, from a DSN.
func folder(dsn string) string {
	_, path, ok := strings.Cut(dsn, "host=")
	if ok {
		path, _, _ = strings.Cut(path, " ")
		return path
	}
	_, path, _ = strings.Cut(dsn, "unix(")
	path, _, _ = strings.Cut(path, ")")
	return filepath.Dir(path)
}
