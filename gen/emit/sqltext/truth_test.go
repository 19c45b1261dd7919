package sqltext_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/gen/emit/sqltext"
	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/internal/testservers"
)

// TestTruth asks every database for the truth of every expression about every row, and compares with
// its meaning in Go. The columns have collations that fold case.
func TestTruth(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		dialect := dialectOf(db)
		list := rows()
		fill(t, db, dialect, list)
		for _, src := range predicates() {
			e := parse(t, src, expr.WantBool)
			sql := sqltext.Expr(dialect, e, "t", "j")
			got := ask(t, db, sql)
			for i, row := range list {
				if want := shown(evaluate(t, e, row)); got[i] != want {
					t.Errorf("%s\n%s\nis %s for %s, want %s", src, sql, got[i], describe(row), want)
					break
				}
			}
		}
	})
}

func dialectOf(db *sqlx.DB) string {
	switch db.DriverName() {
	case "pgx":
		return sqltext.Postgres
	case "mysql":
		return sqltext.MySQL
	default:
		return sqltext.SQLite
	}
}

func texts() []string {
	return []string{
		"", " ", "a", "A", "a ", "ab", "aB", "b", "m", "M", "z", "editor", "Editor", "EDITOR", "editor ", " editor",
		"é", "É", "e", "e\u0301", "ß", "ss", "日本", "😀", "\ufffd", "\uffee", "it's", `it\'s`, `a\b`, `a\\b`, `\`, "'", `"`, "`",
		"50%", "50", "50%x", "500", "50%|_ \\é", "_", "%", "*", "?", "[", "[*?]|", "x[*?]|", "x[*?]|y", "a\nb", "a\tb", "a\r\nb",
		"a*b", "a[b", "]", "^", "$1", ":name", "--", "/*", ";", "\u202e", "\u00a0", "\x7f",
	}
}

func predicates() []string {
	list := []string{
		`B`, `!B`, `B == true`, `B != true`, `B == false`, `false != B`, `B == C`, `B != C`, `B && C`, `B || C`, `!(B && C)`, `!(B || !C)`, `true`, `B || true`,
		`N == 3`, `N != 3`, `N < M`, `N <= M`, `N > M`, `N >= M`, `N == M`, `N == nil`, `N != nil || M == nil`,
		`N + M > 2`, `N - M > 2`, `N - -1 == 4`, `N * M == -6`, `N / M == -1`, `N / M == 0`, `N % M == 1`, `N % M == -1`, `N / 2 == -1`, `-N > 2`, `-(-N) > 2`,
		`N / 2 * 2 == N`, `N - (M - 1) == 0`, `(N + M) / (N - M) == 5`, `N * 1000000000 > 2`, `2 * 1000000000 + N > 2000000000`, `(N > 1) == (M > 1)`,
		`N == 2.5`, `N > 2.5`, `F > 2.5`, `F == 0.1`, `F / N > 0.5`, `N / F == 30.0`, `F * N > 7`, `F / 2 == 1.25`, `N / 2.0 == 1.5`, `N * 1.1 == 3.3`, `-F < -0.05`, `F > 1e-1`, `F == -1.5e0`,
		`between(N, 1, 3)`, `!between(N, M, 3)`, `in(N, 1, 2, 3)`, `in(N, M, 3)`, `!in(N, M, 3)`, `!in(N, 1, 2)`, `in(F, 0.1, 2.5)`,
		`S == U`, `S != U`, `S < U`, `S <= U`, `S > U`, `S >= U`, `"a" == S`, `"m" < S`, `in(S, U, "a")`, `between(S, "a", U)`, `between(S, "A", "a")`, `between(S, "é", "日本")`,
		`in(S, "a", "editor")`, `!in(S, "é", "editor")`, `S == nil && B`, `"a" == "a" && B`,
		`like(S, "a%")`, `like(S, "A%")`, `!like(S, "%B")`, `like(S, "_")`, `like(S, "__")`, `like(S, "%é%")`, `like(S, "%")`, `like(S, "")`, `like(S, "editor_")`, `like(S, "%\\_%")`,
		`like(S, "50\\%%")`, `like(S, "%\\\\%")`, `like(S, "50\\%|\\_ \\\\é")`, `like(S, "_[*?]|%")`, `like(S, "%'%")`, `like(S, "a%b")`, `like(S, "% ")`, `like(S, "%[%")`, `like(S, "%|%")`,
		`T == nil`, `T == V`, `T < V`, `T >= V`, `T != V`, `T == "2024-02-29"`, `T < "2024-02-29 12:00:00.5"`, `T > "2024-02-29T12:00:00.5+00:00"`, `T == "2024-02-29T14:00:00.5+02:00"`,
		`between(T, "2024-01-01", "2024-12-31 23:59:59.999")`, `in(T, "2024-02-29", "1969-12-31 23:59:59")`, `!in(T, "2024-02-29")`, `T < "1970-01-01"`, `"2024-02-29" < T`,
	}
	for _, text := range texts() {
		if !strings.Contains(text, "\x00") {
			list = append(list, fmt.Sprintf("S == %q", text), fmt.Sprintf("S != %q", text), fmt.Sprintf("S > %q", text), fmt.Sprintf("S <= %q", text))
		}
	}
	return list
}

func rows() []map[string]value {
	ints := []value{null(), {i: 0}, {i: 1}, {i: 2}, {i: 3}, {i: -3}, {i: 2000000000}}
	floats := []value{null(), {f: 0}, {f: 0.1}, {f: 2.5}, {f: -1.5}}
	bools := []value{null(), {b: true}, {b: false}}
	times := []value{null()}
	for _, at := range []string{"2024-02-29T00:00:00Z", "2024-02-29T12:00:00.5Z", "2024-02-29T12:00:00.501Z", "2025-01-01T00:00:00Z", "1969-12-31T23:59:59Z"} {
		moment, _ := time.Parse(time.RFC3339, at)
		times = append(times, value{t: moment})
	}
	strs := []value{null()}
	for _, s := range texts() {
		strs = append(strs, value{s: s})
	}
	of := func(list []value, i int, kind expr.Kind) value {
		v := list[i%len(list)]
		v.kind = kind
		return v
	}
	var out []map[string]value
	for i := range 7 * 9 * 7 {
		out = append(out, map[string]value{
			"id": {kind: expr.Int, i: int64(i)},
			"n":  of(ints, i, expr.Int), "m": of(ints, i/7, expr.Int), "f": of(floats, i/3, expr.Float),
			"b": of(bools, i, expr.Bool), "c": of(bools, i/3, expr.Bool),
			"t": of(times, i, expr.Time), "v": of(times, i/6, expr.Time),
			"s": of(strs, i, expr.Text), "u": of(strs, i+i/len(strs), expr.Text),
		})
	}
	return out
}

func fill(t *testing.T, db *sqlx.DB, dialect string, list []map[string]value) {
	t.Helper()
	text, float, moment := "TEXT COLLATE NOCASE", "REAL", "TIMESTAMP"
	switch dialect {
	case sqltext.Postgres:
		text, float, moment = `text COLLATE "en-x-icu"`, "float8", "timestamptz"
	case sqltext.MySQL:
		text, float, moment = "VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "DOUBLE", "DATETIME(6)"
	}
	db.MustExec(fmt.Sprintf("CREATE TABLE rows_t (id INT, n INT, m INT, f %s, b BOOLEAN, c BOOLEAN, t %s, v %s, s %s, u %s)", float, moment, moment, text, text))
	insert := db.Rebind("INSERT INTO rows_t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
	tx := db.MustBegin()
	for _, row := range list {
		var args []any
		for _, name := range []string{"id", "n", "m", "f", "b", "c", "t", "v", "s", "u"} {
			args = append(args, bound(row[name]))
		}
		tx.MustExec(insert, args...)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func bound(v value) any {
	switch {
	case v.null:
		return nil
	case v.kind == expr.Int:
		return v.i
	case v.kind == expr.Float:
		return v.f
	case v.kind == expr.Bool:
		return v.b
	case v.kind == expr.Time:
		return v.t
	default:
		return v.s
	}
}

type querier interface {
	Select(dest any, query string, args ...any) error
}

// ask returns the truth of a predicate per row: true, false or null.
func ask(t *testing.T, db querier, predicate string) []string {
	t.Helper()
	var got []sql.NullInt64
	query := "SELECT CASE WHEN " + predicate + " THEN 1 WHEN NOT (" + predicate + ") THEN 0 END FROM rows_t AS t ORDER BY t.id"
	if err := db.Select(&got, query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	list := make([]string, len(got))
	for i, v := range got {
		list[i] = shown(value{null: !v.Valid, b: v.Int64 == 1})
	}
	return list
}

func shown(v value) string {
	switch {
	case v.null:
		return "null"
	case v.b:
		return "true"
	default:
		return "false"
	}
}

func describe(row map[string]value) string {
	var b strings.Builder
	for _, c := range columns() {
		fmt.Fprintf(&b, "%s=%q ", c.Name, fmt.Sprint(bound(row[c.Name])))
	}
	return b.String()
}
