package sqltext_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/emit/sqltext"
	"github.com/denormgen/denormgen/gen/expr"
)

func dialects() []string { return []string{sqltext.SQLite, sqltext.Postgres, sqltext.MySQL} }

func columns() []*expr.Column {
	return []*expr.Column{
		{Field: "ID", Name: "id", Type: expr.Int},
		{Field: "N", Name: "n", Type: expr.Int, Nullable: true},
		{Field: "M", Name: "m", Type: expr.Int, Nullable: true},
		{Field: "F", Name: "f", Type: expr.Float, Nullable: true},
		{Field: "S", Name: "s", Type: expr.Text, Nullable: true},
		{Field: "U", Name: "u", Type: expr.Text, Nullable: true},
		{Field: "B", Name: "b", Type: expr.Bool, Nullable: true},
		{Field: "C", Name: "c", Type: expr.Bool, Nullable: true},
		{Field: "T", Name: "t", Type: expr.Time, Nullable: true},
		{Field: "V", Name: "v", Type: expr.Time, Nullable: true},
	}
}

func parse(t testing.TB, src string, want expr.Want) expr.Expr {
	t.Helper()
	var report diag.Report
	scope := expr.Scope{Model: "Row", Columns: columns(), Through: []*expr.Column{
		{Through: true, Field: "Role", Name: "role", Type: expr.Text},
	}}
	at := func(offset, width int) diag.Span {
		return diag.Span{File: "a.go", Line: 1, Col: offset + 1, Width: width}
	}
	e, ok := expr.Parse(src, at, scope, want, &report)
	if !ok {
		t.Fatalf("Parse(%q): %v", src, report.Sorted()[0].Message)
	}
	return e
}

// TestExpr reads testdata/expr.txt: each expression stands on a line of its own, its SQL indented below.
func TestExpr(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "expr.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "\t") {
			continue
		}
		got.WriteString(line)
		e := parse(t, strings.TrimSpace(line), expr.WantAny)
		for _, dialect := range dialects() {
			sql := sqltext.Expr(dialect, e, "t", "j")
			got.WriteString("\t" + dialect + ": " + strings.ReplaceAll(sql, "\n", "\n\t") + "\n")
		}
	}
	golden(t, "expr.txt", got.String())
}

func TestExprWithoutAlias(t *testing.T) {
	e := parse(t, `N > 3 && through.Role == "x"`, expr.WantBool)
	if got, want := sqltext.Expr(sqltext.Postgres, e, "", ""), `"n" > 3 AND "role" = 'x'`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := sqltext.Expr("oracle", e, "", ""); got != e.String() {
		t.Errorf("got %s for an unknown dialect", got)
	}
}
