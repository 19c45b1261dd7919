package capture_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/capture/captest"
)

// definitionsRead counts how often all definitions are read.
type definitionsRead struct {
	capture.Queryer
	count int
}

func (d *definitionsRead) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if strings.Contains(query, "information_schema.COLUMNS") {
		d.count++
	}
	return d.Queryer.QueryContext(ctx, query, args...)
}

// TestMySQLFingerprintReadsLittle reads definitions again only after some table's was opened.
func TestMySQLFingerprintReadsLittle(t *testing.T) {
	db := testservers.MySQL(t).DB
	captest.Exec(t, db, "CREATE TABLE things (id INT PRIMARY KEY)", "CREATE TABLE others (id INT PRIMARY KEY)")
	captest.Install(t, capture.MySQL, db, captest.On("things", "id", "id"))
	read := &definitionsRead{Queryer: db}
	tables := []capture.Table{{Name: "things"}, {Name: "others"}}
	last := mysqlFingerprint(t, read, capture.Fingerprint{}, tables...)
	last = mysqlFingerprint(t, read, last, tables...) // the first look opens tables itself
	read.count = 0
	for range 20 {
		captest.Exec(t, db, "REPLACE INTO things VALUES (1)", "REPLACE INTO others VALUES (1)")
		now := mysqlFingerprint(t, read, last, tables...)
		if !now.Equal(last) {
			t.Fatal("nothing was altered, and the fingerprint differs")
		}
		last = now
	}
	// Other tests open tables on the same server.
	if read.count > 10 {
		t.Errorf("definitions were read %d times in 20 looks at what nobody altered", read.count)
	}
}

// TestMySQLFingerprintAfterAlterations alters tables in ways that the server carries out in different ones, under
// transactions that keep them open, and looks as soon as somebody may have written.
func TestMySQLFingerprintAfterAlterations(t *testing.T) {
	db, dsn := mysqlOpen(t)
	captest.Exec(t, db, "CREATE TABLE things (id INT PRIMARY KEY, name VARCHAR(20), kind ENUM('a', 'b')) ENGINE=InnoDB",
		"CREATE TABLE parts (id INT PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20))",
		"CREATE TABLE part (id INT PRIMARY KEY)", "INSERT INTO things VALUES (1, 'a', 'a')")
	captest.Install(t, capture.MySQL, db, captest.On("things", "id", "id"), captest.On("parts", "id", "id"))
	tables := []capture.Table{{Name: "things"}, {Name: "parts"}}
	low := mysqlAccount(t, dsn, db, "TRIGGER, SELECT ON DATABASE.*")
	var none, last, lowLast capture.Fingerprint
	for _, alteration := range []string{
		"ALTER TABLE things MODIFY name VARCHAR(30), ALGORITHM=INSTANT",
		"ALTER TABLE things MODIFY kind ENUM('a', 'b', 'c'), ALGORITHM=INSTANT",
		"ALTER TABLE things ADD COLUMN n INT, ALGORITHM=INSTANT",
		"ALTER TABLE things DROP COLUMN n, ALGORITHM=INSTANT",
		"ALTER TABLE things ADD INDEX (name), ALGORITHM=INPLACE, LOCK=NONE",
		"ALTER TABLE things FORCE, ALGORITHM=INPLACE",
		"ALTER TABLE things FORCE, ALGORITHM=COPY",
		"ALTER TABLE things CONVERT TO CHARACTER SET latin1",
		"OPTIMIZE TABLE things",
		"CREATE OR REPLACE TRIGGER denorm_capture_insert_things AFTER INSERT ON things FOR EACH ROW SET @a = 1",
		"DROP TRIGGER denorm_capture_update_things",
		"RENAME TABLE things TO gone",
		"RENAME TABLE gone TO things",
		"CREATE TABLE twin LIKE things",
		"RENAME TABLE things TO gone, twin TO things",
		"CREATE OR REPLACE TABLE things (id INT PRIMARY KEY, name VARCHAR(20))",
		"ALTER TABLE parts EXCHANGE PARTITION p0 WITH TABLE part",
		"ALTER TABLE parts DROP PARTITION p0",
		"DROP TABLE things",
		"CREATE TABLE things (id INT PRIMARY KEY, name VARCHAR(20))",
		"TRUNCATE things",
	} {
		last = mysqlFingerprint(t, db, last, tables...)
		held, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = held.ExecContext(t.Context(), "SELECT * FROM things, parts") // things is not there at all times
		altered := make(chan error, 1)
		go func() {
			_, err := db.ExecContext(t.Context(), alteration)
			altered <- err
		}()
		last = mysqlFingerprint(t, db, last, tables...) // while the alteration waits or works
		if err := held.Rollback(); err != nil {
			t.Fatal(err)
		}
		last = mysqlFingerprint(t, db, last, tables...)
		if err := <-altered; err != nil {
			t.Fatalf("%s: %v", alteration, err)
		}
		_, _ = db.ExecContext(t.Context(), "REPLACE INTO things (id) VALUES (2)")
		_, _ = db.ExecContext(t.Context(), "REPLACE INTO parts (id) VALUES (12)")
		if last = mysqlFingerprint(t, db, last, tables...); !last.Equal(mysqlFingerprint(t, db, none, tables...)) {
			t.Errorf("%s: the fingerprint is another one where all is read again", alteration)
		}
		if lowLast = mysqlFingerprint(t, low, lowLast, tables...); !lowLast.Equal(mysqlFingerprint(t, low, none, tables...)) {
			t.Errorf("%s, without PROCESS: the fingerprint is another one where all is read again", alteration)
		}
	}
}
