package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSQLArguments(t *testing.T) {
	dir := module(t, map[string]string{
		"shop.go":      shop,
		"both/shop.go": strings.Replace(shop, "dialects=sqlite", "dialects=sqlite,mysql", 1),
		"none/none.go": "package none\n",
		"bad/bad.go":   strings.Replace(shop, "include Authors", "include Autors", 1),
	})
	write(t, dir, "empty.db", "")
	for _, test := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{[]string{"sql"}, 0, "CREATE TABLE IF NOT EXISTS main.denorm_changes", "without a look at the database"},
		{[]string{"sql", "-down"}, 0, "DROP TABLE", "warning"},
		{[]string{"sql", "--format=goose"}, 0, "-- +goose StatementBegin\nCREATE TRIGGER", "warning"},
		{[]string{"sql", "--format=json"}, 0, "-- Not seen: authors, book_authors, ", `"code": "sql-unseen"`},
		{[]string{"sql", "-dialect=postgres"}, 0, "LANGUAGE plpgsql", ""},
		{[]string{"sql", "-dialect=mysql"}, 0, "DELIMITER //", "warning"},
		{[]string{"sql", "-format", "migrate"}, 2, "", "say by --out where"},
		{[]string{"sql", "-format", "goose", "-down"}, 2, "", "--down is for"},
		{[]string{"sql", "-format", "xml"}, 2, "", `text, json, sarif, plain, goose, migrate but got "xml"`},
		{[]string{"check", "-format", "goose"}, 2, "", `text, json, sarif but got "goose"`},
		{[]string{"sql", "-dialect", "oracle"}, 2, "", "--dialect must be one of"},
		{[]string{"sql", "./both"}, 2, "", "generate for mysql, sqlite"},
		{[]string{"sql", "./none"}, 1, "", "no collection is declared"},
		{[]string{"sql", "./bad"}, 1, "", "bad/bad.go:7:18: error: "},
		{[]string{"sql", "-dsn", "nowhere.db"}, 1, "", "there is no such file"},
		{[]string{"sql", "-dsn", "file:nowhere.db?mode=rwc"}, 1, "", "there is no such file"},
		{[]string{"sql", "-dsn", "file:empty.db?mode=ro"}, 1, "", "needs table authors, which is not in the database [sql-refused]"},
		{[]string{"sq"}, 2, "", `did you mean "sql"?`},
		{[]string{"help", "sql"}, 0, "golang-migrate", ""},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			got := denormgen(t, dir, test.args...)
			if test.stderr == "warning" {
				test.stderr = "warning: "
			}
			got.wants(t, test.code, test.stdout, test.stderr)
		})
	}
	if _, err := os.Stat(filepath.Join(dir, "nowhere.db")); err == nil {
		t.Error("a database was made")
	}
}

func TestMigrationNumbers(t *testing.T) {
	now := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	for _, test := range []struct {
		there []string // names, with the content "old"
		want  string
	}{
		{nil, "001"},
		{[]string{"0007_users.up.sql", "0003_denorm.up.sql"}, "0008"},
		{[]string{"0009_users.up.sql", "README"}, "0010"},
		{[]string{"20300101000000_users.sql"}, "20310506070809"},
		{[]string{"20320101000000_users.sql"}, "20320101000001"},
	} {
		dir := t.TempDir()
		for _, name := range test.there {
			write(t, dir, name, "old")
		}
		got, same, err := nextMigration(dir, sqlFile{"denorm.up.sql", "new"}, 3, now)
		if got != test.want || same || err != nil {
			t.Errorf("%v: %q, %v, %v; want %q", test.there, got, same, err, test.want)
		}
	}
	dir := t.TempDir()
	write(t, dir, "001_denorm.up.sql", "other")
	write(t, dir, "002_denorm.up.sql", "same")
	write(t, dir, "003_users.up.sql", "")
	if _, same, err := nextMigration(dir, sqlFile{"denorm.up.sql", "same"}, 3, now); !same || err != nil {
		t.Errorf("the same migration would be written again: %v", err)
	}
}
