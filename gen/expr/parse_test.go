package expr_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/expr"
)

func scope() expr.Scope {
	return expr.Scope{
		Model: "Review",
		Columns: []*expr.Column{
			{Field: "ID", Name: "id", Type: expr.Int},
			{Field: "Approved", Name: "approved", Type: expr.Bool},
			{Field: "Flagged", Name: "flagged", Type: expr.Bool, Nullable: true},
			{Field: "Rating", Name: "rating", Type: expr.Int},
			{Field: "Votes", Name: "votes", Type: expr.Int, Nullable: true},
			{Field: "Price", Name: "price", Type: expr.Float},
			{Field: "Title", Name: "title", Type: expr.Text},
			{Field: "Status", Name: "status", Type: expr.Text, Nullable: true},
			{Field: "CreatedAt", Name: "created_at", Type: expr.Time},
			{Field: "DeletedAt", Name: "deleted_at", Type: expr.Time, Nullable: true},
			{Field: "Payload", Name: "payload", Type: expr.Bytes, Nullable: true},
			{Field: "Token", Name: "token", Type: expr.Opaque},
			{Field: "Parent", Name: "parent", Type: expr.Opaque, Nullable: true},
		},
		ThroughModel: "BookAuthor",
		Through: []*expr.Column{
			{Through: true, Field: "Role", Name: "role", Type: expr.Text},
			{Through: true, Field: "Position", Name: "position", Type: expr.Int},
		},
	}
}

func at(offset, width int) diag.Span {
	return diag.Span{File: "a.go", Line: 1, Col: offset + 1, Width: width}
}

func parse(t testing.TB, src string, want expr.Want) (expr.Expr, *diag.Report) {
	t.Helper()
	var report diag.Report
	e, ok := expr.Parse(src, at, scope(), want, &report)
	if ok == report.HasErrors() || ok != (e != nil) {
		t.Errorf("Parse(%q) = %v, %v with %d errors", src, e, ok, len(report.Sorted()))
	}
	return e, &report
}

func TestParseCanonicalForm(t *testing.T) {
	for src, want := range map[string]string{
		`Approved && Rating >= 3`:                   `Approved && Rating >= 3`,
		`(Approved)&&((Rating)>=(3))`:               `Approved && Rating >= 3`,
		`Approved || Flagged && !Approved`:          `Approved || Flagged && !Approved`,
		`(Approved || Flagged) && !(Rating < 1)`:    `(Approved || Flagged) && !(Rating < 1)`,
		`Approved && (Flagged && Rating > 1)`:       `Approved && Flagged && Rating > 1`,
		`nil == DeletedAt`:                          `DeletedAt == nil`,
		`Status != nil`:                             `Status != nil`,
		`in(Status, "open", "new")`:                 `in(Status, "open", "new")`,
		`in(Rating, 0x10, -3, 1_000)`:               `in(Rating, 16, -3, 1000)`,
		"like(Title, `50\\%_`)":                     `like(Title, "50\\%_")`,
		`between(Rating, 1, 9)`:                     `between(Rating, 1, 9)`,
		`through.Role == "editor"`:                  `through.Role == "editor"`,
		`Rating - (Votes - 1) > -(-2)`:              `Rating - (Votes - 1) > 2`,
		`-(-Rating) > - 9223372036854775808`:        `-(-Rating) > -9223372036854775808`,
		`Price > .5e+3`:                             `Price > 0.5e3`,
		`Price > 0x1p-2`:                            `Price > 0.25`,
		`Price > -1.`:                               `Price > -1.0`,
		`Rating / 2 % 3 == 0`:                       `Rating / 2 % 3 == 0`,
		`Rating / (2 * Votes) == 0`:                 `Rating / (2 * Votes) == 0`,
		`CreatedAt > "2024-01-02"`:                  `CreatedAt > "2024-01-02 00:00:00"`,
		`"2024-01-02T03:04:05.5+02:00" < CreatedAt`: `"2024-01-02 01:04:05.5" < CreatedAt`,
		`CreatedAt < DeletedAt`:                     `CreatedAt < DeletedAt`,
		`Flagged`:                                   `Flagged`,
		`Approved == true`:                          `Approved == true`,
		`(Rating > 3) == Approved`:                  `Rating > 3 == Approved`,
		`Approved == (Rating > 3)`:                  `Approved == (Rating > 3)`,
		`Token == Parent`:                           `Token == Parent`,
		`Parent == nil && Payload != nil`:           `Parent == nil && Payload != nil`,
		`Title == "it's \\ \x01 é"`:                 `Title == "it's \\ \x01 é"`,
	} {
		e, report := parse(t, src, expr.WantBool)
		if e == nil {
			t.Errorf("Parse(%q): %s", src, messages(report))
			continue
		}
		if e.String() != want {
			t.Errorf("Parse(%q) = %s, want %s", src, e, want)
		}
		if again, _ := parse(t, e.String(), expr.WantBool); again == nil || again.String() != e.String() {
			t.Errorf("Parse(%q) = %v", e.String(), again)
		}
	}
}

func TestParseNumbers(t *testing.T) {
	for src, kind := range map[string]expr.Kind{
		`Rating`:           expr.Int,
		`Rating * Votes`:   expr.Int,
		`Rating * Price`:   expr.Float,
		`Rating / 2`:       expr.Int,
		`-Price + 1`:       expr.Float,
		`through.Position`: expr.Int,
	} {
		e, report := parse(t, src, expr.WantNumber)
		if e == nil || e.Kind() != kind {
			t.Errorf("Parse(%q) = %v, %s", src, e, messages(report))
		}
	}
	for _, src := range []string{`Title`, `CreatedAt`, `Token`} {
		if e, report := parse(t, src, expr.WantAny); e == nil {
			t.Errorf("Parse(%q): %s", src, messages(report))
		}
	}
}

func TestColumns(t *testing.T) {
	e, _ := parse(t, `Rating > 3 && (through.Role == "x" || between(Rating, Votes, 3)) && like(Title, "a") && !(DeletedAt == nil)`, expr.WantBool)
	if got := fmt.Sprint(expr.Columns(e)); got != "[Rating through.Role Votes Title DeletedAt]" {
		t.Error(got)
	}
	if expr.Columns(nil) != nil {
		t.Error("columns of nil")
	}
}

func messages(report *diag.Report) string {
	var b strings.Builder
	for _, d := range report.Sorted() {
		fmt.Fprintf(&b, "%d+%d %s: %s", d.Primary.Col, d.Primary.Width, d.Code, d.Message)
		if d.Help != "" {
			b.WriteString(" | " + strings.ReplaceAll(d.Help, "\n", " | "))
		}
		if d.Fix != nil {
			fmt.Fprintf(&b, " | fix %d+%d %s", d.Fix.Span.Col, d.Fix.Span.Width, d.Fix.Text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
