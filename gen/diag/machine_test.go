package diag

import (
	"encoding/json"
	"strings"
	"testing"
)

func sample() []*Diagnostic {
	d := &Diagnostic{Code: "unknown-key", Severity: Error, Primary: span(3, 27, 4), Message: `<"ordr">`}
	d.WithPath("collection books").WithRelated(span(1, 9, 6), "here").WithHelp("one").WithHelp("two").WithFix(span(3, 27, 4), "order")
	return Relative(base, []*Diagnostic{d, {Code: "load", Severity: Warning, Message: "no place"}})
}

func TestJSON(t *testing.T) {
	var b strings.Builder
	if err := JSON(&b, sample()); err != nil {
		t.Fatal(err)
	}
	var back []*Diagnostic
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil {
		t.Fatal(err)
	}
	if len(back) != 2 || back[0].Primary.File != "models/book.go" || back[0].Fix.Text != "order" || !strings.Contains(b.String(), `<\"ordr\">`) {
		t.Errorf("got %s", b.String())
	}
	b.Reset()
	if err := JSON(&b, nil); err != nil || b.String() != "[]\n" {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

func TestRelativeCopies(t *testing.T) {
	d := (&Diagnostic{Primary: span(1, 1, 1)}).WithRelated(span(1, 1, 1), "x").WithFix(span(1, 1, 1), "y")
	Relative(base, []*Diagnostic{d})
	if d.Primary != span(1, 1, 1) || d.Related[0].Span != span(1, 1, 1) || d.Fix.Span != span(1, 1, 1) {
		t.Errorf("the original was changed: %+v", d)
	}
}

func TestSARIF(t *testing.T) {
	var b strings.Builder
	if err := SARIF(&b, sample()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"version": "2.1.0"`, `"id": "load"`, `"id": "unknown-key"`, `"ruleId": "unknown-key"`, `"level": "error"`, `"level": "warning"`,
		`"uri": "models/book.go"`, `"startLine": 3`, `"startColumn": 27`, `"endColumn": 31`,
		`"text": "<\"ordr\">\nin collection books\nhelp: one\nhelp: two"`, `"insertedContent"`, `"relatedLocations"`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("lacks %s:\n%s", want, b.String())
		}
	}
	b.Reset()
	if err := SARIF(&b, nil); err != nil || !strings.Contains(b.String(), `"results": []`) || !strings.Contains(b.String(), `"rules": []`) {
		t.Errorf("got %s, %v", b.String(), err)
	}
	if got := fileURI("/a b/c.go"); got != "file:///a%20b/c.go" {
		t.Errorf("got %s", got)
	}
}
