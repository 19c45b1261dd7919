package sqltext_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/gen/emit/sqltext"
	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/internal/testservers"
)

// settings are those of connections that change how literals are read.
func settings(dialect string) []string {
	switch dialect {
	case sqltext.Postgres:
		return []string{"SET standard_conforming_strings = on", "SET standard_conforming_strings = off"}
	case sqltext.MySQL:
		return []string{
			"SET sql_mode = ''", "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
			"SET sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES,HIGH_NOT_PRECEDENCE,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,PAD_CHAR_TO_FULL_LENGTH'",
			"SET NAMES latin1",
		}
	default:
		return []string{"PRAGMA case_sensitive_like = on"}
	}
}

// session is a connection of one setting.
type session struct {
	*sqlx.Conn
}

func (q session) Select(dest any, query string, args ...any) error {
	return q.SelectContext(context.Background(), dest, query, args...)
}

func each(t *testing.T, test func(t *testing.T, dialect string, db *sqlx.DB, conn session)) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		dialect := dialectOf(db)
		for _, setting := range settings(dialect) {
			conn, err := db.Connx(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.ExecContext(t.Context(), setting); err != nil {
				t.Fatalf("%s: %v", setting, err)
			}
			t.Run(setting, func(t *testing.T) { test(t, dialect, db, session{conn}) })
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestTextIsWhatItWas reads every literal back from the database, whatever the settings.
func TestTextIsWhatItWas(t *testing.T) {
	strange := append(texts(), "'; DROP TABLE x; --", `\'; DROP TABLE x; --`, `\\'; --`, "\\\n'", "'' OR 1=1", "\u00bf'", "\ufeff")
	each(t, func(t *testing.T, dialect string, _ *sqlx.DB, conn session) {
		d, err := sqltext.Lookup(dialect)
		if err != nil {
			t.Fatal(err)
		}
		list := strange
		if dialect != sqltext.Postgres {
			list = append(list, "a\x00b", "\x00")
		}
		for _, s := range list {
			var query string
			switch dialect {
			case sqltext.MySQL:
				query = "SELECT HEX(CAST(" + d.Text(s) + " AS BINARY))"
			case sqltext.SQLite:
				query = "SELECT hex(" + d.Text(s) + ")"
			default:
				query = "SELECT upper(encode(convert_to(" + d.Text(s) + ", 'UTF8'), 'hex'))"
			}
			var got []string
			if err := conn.Select(&got, query); err != nil {
				t.Errorf("%s: %v", query, err)
			} else if want := fmt.Sprintf("%X", s); got[0] != want {
				t.Errorf("%s is %s, want %s", query, got[0], want)
			}
		}
	})
}

// TestTextRefused holds that what PostgreSQL cannot store ends in an error, not in another statement.
func TestTextRefused(t *testing.T) {
	d, err := sqltext.Lookup(sqltext.Postgres)
	if err != nil {
		t.Fatal(err)
	}
	db := testservers.Postgres(t)
	for _, s := range []string{"a\x00b", "\xff", "\xbf'", "\xe4'"} {
		var got []string
		if err := db.Select(&got, "SELECT "+d.Text(s)); err == nil || !strings.Contains(err.Error(), "invalid byte sequence") {
			t.Errorf("%s is %q, %v", d.Text(s), got, err)
		}
	}
}

// TestTruthUnderSettings repeats a part of the truth table under each setting.
func TestTruthUnderSettings(t *testing.T) {
	list := rows()
	filled := map[*sqlx.DB]bool{}
	each(t, func(t *testing.T, dialect string, db *sqlx.DB, conn session) {
		if !filled[db] {
			fill(t, db, dialect, list)
			filled[db] = true
		}
		for _, src := range []string{
			`!(B && C)`, `!B == C`, `!(N == 3)`, `!in(N, 1, 2)`, `N / M == 0`, `like(S, "50\\%|\\_ \\\\é")`, `like(S, "%\\\\%")`, `like(S, "%\\_%")`,
			`S == "é"`, `S == "a\\b"`, `S < "é"`, `in(S, "é", "a ")`, `S == U`, `S == "it's"`, `T < "2024-02-29 12:00:00.5"`,
		} {
			e := parse(t, src, expr.WantBool)
			got := ask(t, conn, sqltext.Expr(dialect, e, "t", "j"))
			for i, row := range list {
				if want := shown(evaluate(t, e, row)); got[i] != want {
					t.Errorf("%s is %s for %s, want %s", src, got[i], describe(row), want)
					break
				}
			}
		}
	})
}

// TestSQLiteTimeLayouts compares times in every form in which drivers and programs store them.
func TestSQLiteTimeLayouts(t *testing.T) {
	moment := time.Date(2024, 2, 29, 12, 30, 15, 250_000_000, time.UTC)
	paris := moment.In(time.FixedZone("CET", 3600))
	newfoundland := moment.In(time.FixedZone("", -(3*3600 + 1800)))
	stored := map[string]any{
		"text with a fraction": "2024-02-29 12:30:15.25",
		"T and Z":              "2024-02-29T12:30:15.250Z",
		"RFC 3339":             paris.Format(time.RFC3339Nano),
		"mattn/go-sqlite3":     paris.Format("2006-01-02 15:04:05.999999999-07:00"),
		"Time.String":          moment.String(),
		"Time.String in Paris": paris.String(),
		"Time.String, no zone": newfoundland.String(),
		"a bound time":         moment,
		"a bound local time":   paris,
		"Julian day":           2460370.0210098377,
	}
	for _, driver := range []string{testservers.Pure, testservers.Cgo} {
		db := testservers.SQLite(t, driver)
		db.MustExec("CREATE TABLE x (name TEXT, t TIMESTAMP, u TIMESTAMP)")
		for name, value := range stored {
			db.MustExec("INSERT INTO x VALUES (?, ?, ?)", name, value, "2024-02-29 12:30:15.25")
		}
		db.MustExec("INSERT INTO x VALUES ('Unix time', ?, ?)", moment.Unix(), "2024-02-29 12:30:15")
		for src, want := range map[string]int{
			`T == V || V == T`:                      0,
			`T > "2024-02-29 12:30:14.999"`:         11,
			`T < "2024-02-29 12:30:15.251"`:         11,
			`T < "2024-02-29T13:30:15.251+01:00"`:   11,
			`T < "2024-02-29 12:30:15" || T == nil`: 0,
			`T == "2024-02-29 12:30:15.25"`:         10,
		} {
			sql := sqltext.Expr(sqltext.SQLite, parse(t, src, expr.WantBool), "", "")
			sql = strings.ReplaceAll(sql, `"v"`, `"name"`)
			var names []string
			if err := db.Select(&names, "SELECT name FROM x WHERE "+sql); err != nil {
				t.Fatal(err)
			}
			if len(names) != want {
				t.Errorf("%s: %s holds for %d of the layouts %q, want %d", driver, src, len(names), names, want)
			}
		}
		// Time columns compare with one another, and an index on such an expression may exist.
		var equal int
		same := sqltext.Expr(sqltext.SQLite, parse(t, `T == V`, expr.WantBool), "", "")
		if err := db.Get(&equal, "SELECT COUNT(*) FROM (SELECT t, u AS v FROM x) WHERE "+same); err != nil || equal != 11 {
			t.Errorf("%s: %d rows with equal times, %v", driver, equal, err)
		}
		db.MustExec("CREATE INDEX partial ON x (name) WHERE " + sqltext.Expr(sqltext.SQLite, parse(t, `T > "2024-01-01"`, expr.WantBool), "", ""))
	}
}

// TestMySQLCharacterSets compares by UTF-8 bytes what is stored in other character sets.
func TestMySQLCharacterSets(t *testing.T) {
	db := testservers.MySQL(t)
	for i, kind := range []string{
		"VARCHAR(50) CHARACTER SET latin1 COLLATE latin1_swedish_ci", "VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
		"TEXT CHARACTER SET utf8mb3", "ENUM('é', 'editor', 'Editor2') CHARACTER SET latin1", "CHAR(20) CHARACTER SET utf8mb4", "VARBINARY(50)",
	} {
		name := fmt.Sprintf("x%d", i)
		db.MustExec("CREATE TABLE " + name + " (s " + kind + ")")
		db.MustExec("INSERT INTO "+name+" VALUES (?), (?)", "é", "editor")
		for src, want := range map[string]int{
			`S == "é"`: 1, `S == "É"`: 0, `S == "e"`: 0, `S == "editor"`: 1, `S == "Editor"`: 0, `S > "z"`: 1, `S < "é"`: 1, `in(S, "é", "editor")`: 2,
			`like(S, "_")`: 1, `like(S, "E%")`: 0, `like(S, "e%")`: 1, `S == S`: 2, `between(S, "a", "f")`: 1,
		} {
			var got int
			if err := db.Get(&got, "SELECT COUNT(*) FROM "+name+" WHERE "+sqltext.Expr(sqltext.MySQL, parse(t, src, expr.WantBool), "", "")); err != nil || got != want {
				t.Errorf("%s: %s holds for %d rows, want %d: %v", kind, src, got, want, err)
			}
		}
	}
}
