package directive

import (
	"bytes"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/diag"
)

// TestTable holds the table against itself: every entry is complete, and its examples are right.
func TestTable(t *testing.T) {
	table := Verbs()
	seen := map[string]bool{}
	for _, v := range table {
		if seen[v.Name] {
			t.Errorf("%s: twice", v.Name)
		}
		seen[v.Name] = true
		if v.Summary == "" || v.Example == "" || v.Section == "" || len(v.Places) == 0 {
			t.Errorf("%s: incomplete", v.Name)
		}
		keys := v.keyNames()
		slices.Sort(keys)
		if len(slices.Compact(keys)) != len(v.Keys) {
			t.Errorf("%s: a key twice", v.Name)
		}
		for _, k := range v.Keys {
			if k.Summary == "" || (k.Kind == Flag) != (k.Value == "") {
				t.Errorf("%s: key %s is incomplete", v.Name, k.Name)
			}
		}
		for line := range strings.SplitSeq(v.Example, "\n") {
			var report diag.Report
			r := lineReader{table: table, report: &report}
			d, _, ok := r.verb(line, diag.Span{File: "f.go", Line: 1, Col: 1})
			if !ok || !r.args(&d, v, line) || report.HasErrors() {
				t.Errorf("%s: the example %s is wrong: %v", v.Name, line, report.Sorted())
			}
		}
	}
}

func TestPlanned(t *testing.T) {
	source := "package m\n//denorm:collection c\n//denorm:index A B\ntype T struct {\n\t//denorm:inherits\n\tBase\n\t//denorm:content fk=A\n\tC int\n}\n"
	check(t, source, []string{
		`type:2 collection@3..20 "c"@21..22`,
		`3:10+5 not-available: "index" is not available yet`,
		`5:11+8 not-available: "inherits" is not available yet`,
		`7:11+7 not-available: "content" is not available yet`,
	})
}

func TestHelpNamesEverything(t *testing.T) {
	var overview, page bytes.Buffer
	if err := Help(&overview); err != nil {
		t.Fatal(err)
	}
	if err := Markdown(&page); err != nil {
		t.Fatal(err)
	}
	for _, v := range Verbs() {
		if !strings.Contains(overview.String(), "  "+v.Name+" ") {
			t.Errorf("the overview lacks %s", v.Name)
		}
		if !strings.Contains(page.String(), "\n### "+v.Name+"\n") {
			t.Errorf("the reference lacks %s", v.Name)
		}
		var one bytes.Buffer
		if err := HelpVerb(&one, v.Name); err != nil {
			t.Errorf("help of %s: %v", v.Name, err)
		}
		for _, k := range v.Keys {
			if !strings.Contains(one.String(), k.usage()) {
				t.Errorf("the help of %s lacks %s", v.Name, k.Name)
			}
		}
	}
	if err := HelpVerb(&page, "inclde"); err == nil || !strings.Contains(err.Error(), `did you mean "include"?`) {
		t.Errorf("got %v", err)
	}
}

// TestBrokenSource scans what the parser could make of a file with syntax errors.
func TestBrokenSource(t *testing.T) {
	for _, source := range []string{
		"package m\n//denorm:table a\ntype T struct {\n\tA int //denorm:json\n", "package m\n//denorm:table a\ntype", "//denorm:table a\n", "",
		"package m\nfunc f( {\n//denorm:table a\n", "package m\ntype T struct { //denorm:json\n, }",
	} {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "m.go", source, parser.ParseComments)
		if err == nil {
			t.Fatalf("%q has no error", source)
		}
		Scan(fset, file, &diag.Report{})
	}
}
