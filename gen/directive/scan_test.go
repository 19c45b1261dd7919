package directive

import (
	"fmt"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/diag"
)

// scan parses a file and returns its directives and, sorted, what was reported.
func scan(t *testing.T, source string) (list []Directive, reported []*diag.Diagnostic) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "m.go", source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("parsing the source of the test: %v", err)
	}
	var report diag.Report
	list = Scan(fset, file, &report)
	return list, report.Sorted()
}

// show prints a directive with the places of its parts, as columns from..to.
func show(d Directive) string {
	at := func(s diag.Span) string { return fmt.Sprintf("%d..%d", s.Col, s.Col+s.Width) }
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d %s@%s", d.Owner.Place, d.Span.Line, d.Verb, at(d.VerbSpan))
	for _, a := range d.Pos {
		fmt.Fprintf(&b, " %q@%s", a.Value, at(a.Span))
	}
	for _, a := range d.Keyed {
		fmt.Fprintf(&b, " %s@%s=%q@%s", a.Key, at(a.KeySpan), a.Value, at(a.Span))
	}
	if d.Partial {
		b.WriteString(" partial")
	}
	return b.String()
}

func problem(d *diag.Diagnostic) string {
	return fmt.Sprintf("%d:%d+%d %s: %s", d.Primary.Line, d.Primary.Col, d.Primary.Width, d.Code, d.Message)
}

func check(t *testing.T, source string, want []string) {
	t.Helper()
	list, reported := scan(t, source)
	var got []string
	for _, d := range list {
		got = append(got, show(d))
	}
	for _, d := range reported {
		got = append(got, problem(d))
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("source:\n%s\ngot:\n%s\nwant:\n%s", source, g, w)
	}
}

func TestArguments(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`table`, `type:2 table@3..15`},
		{`table public.books  // a remark`, `type:2 table@3..15 "public.books"@16..28`},
		{`key A,B`, `type:2 key@3..13 "A,B"@14..17`},
		{`where "DeletedAt == nil"`, `type:2 where@3..15 "DeletedAt == nil"@17..33`},
		{"where `Kind == \"x\"`", `type:2 where@3..15 "Kind == \"x\""@17..28`},
		{`where DeletedAt==nil`, `type:2 where@3..15 "DeletedAt==nil"@16..30`},
		{`where "Kind==\"x\""`, `type:2 where@3..15 "Kind==\"x\""@17..28`},
		{`view V reads=Film:FilmID,FilmActor:FilmID`, `type:2 view@3..14 "V"@15..16 reads@17..22="Film:FilmID,FilmActor:FilmID"@23..51`},
		{`collection books all ttl=1h`, `type:2 collection@3..20 "books"@21..26 all@27..30=""@27..30 ttl@31..34="1h"@35..37`},
		{`collection all`, `type:2 collection@3..20 "all"@21..24`},
		{`collection books where="A && B"`, `type:2 collection@3..20 "books"@21..26 where@27..32="A && B"@34..40`},
		{`collection books "where=A && B"`, `type:2 collection@3..20 "books"@21..26 where@28..33="A && B"@34..40`},

		{`key`, `2:10+3 missing-argument: "key" has no FIELD,...`},
		{`table ""`, `2:16+2 missing-value: TABLE of "table" is empty`},
		{`table a b`, "type:2 table@3..15 \"a\"@16..17 partial\n" + `2:18+1 extra-argument: unexpected argument "b"`},
		{`table a x=1`, "type:2 table@3..15 \"a\"@16..17 partial\n" + `2:18+1 unknown-key: "table" has no key "x"`},
		{`key A,,B`, `2:15+1 empty-element: empty element in the list "A,,B"`},
		{`key A, B`, `2:14+4 unquoted-space: a list with a space stands without quotes`},
		{`key ,A`, `2:14+1 empty-element: empty element in the list ",A"`},
		{`where A == nil`, `2:16+8 unquoted-space: an expression with a space stands without quotes`},
		{`where "A`, `2:16+2 bad-quote: quote is not closed`},
		{`where "A\q"`, `2:18+2 bad-quote: unknown escape "\\q" in a string`},
		{`where "A"B`, `2:19+1 bad-quote: "B" follows a closing quote without a space`},
		{`where in(A,"x")`, `2:21+1 bad-quote: quote inside of an unquoted value`},
		{`collection books ttl=`, "type:2 collection@3..20 \"books\"@21..26 partial\n" + `2:27+3 missing-value: key "ttl" has no value`},
		{`collection books ttl`, "type:2 collection@3..20 \"books\"@21..26 partial\n" + `2:27+3 missing-value: key "ttl" has no value`},
		{`collection books all=true`, "type:2 collection@3..20 \"books\"@21..26 partial\n" + `2:27+8 flag-value: "all" takes no value`},
		{`collection books ttl=1h ttl=2h`, "type:2 collection@3..20 \"books\"@21..26 ttl@27..30=\"1h\"@31..33 partial\n" + `2:34+3 duplicate-key: key "ttl" is given twice`},
		{`collection books until=X`, "type:2 collection@3..20 \"books\"@21..26 partial\n" + `2:27+5 not-available: key "until" is not available yet`},
		{`collection books where=A && B ttl=1h`, "type:2 collection@3..20 \"books\"@21..26 ttl@40..43=\"1h\"@44..46 partial\n" + `2:33+6 unquoted-space: an expression with a space stands without quotes`},
		{`collections books`, `2:10+11 unknown-directive: unknown directive "collections"`},
		{`aggregate x`, `2:3+16 misplaced-directive: "denorm:aggregate" stands above a struct type`},
		{`options dialects=sqlite`, `2:3+14 misplaced-directive: "denorm:options" stands above a struct type`},
		{`include Authors`, `2:3+14 misplaced-directive: "denorm:include" has no collection line above it`},
		{`collection b of=Book`, `2:23+2 misplaced-directive: of= stands above a struct type`},
	} {
		t.Run(c.line, func(t *testing.T) {
			check(t, "package m\n//denorm:"+c.line+"\ntype T struct{}\n", strings.Split(c.want, "\n"))
		})
	}
}

func TestPlaces(t *testing.T) {
	const table = "//denorm:table a\n"
	for _, c := range []struct{ name, source, want string }{
		{"group of types", "package m\n" + table + "type (\n\tT struct{}\n)\n", `2:3+12 misplaced-directive: "denorm:table" stands above a group of types`},
		{"type in a group", "package m\ntype (\n\t" + table + "\tT struct{}\n)\n", `type:3 table@4..16 "a"@17..18`},
		{"interface", "package m\n" + table + "type T interface{}\n", `2:3+12 misplaced-directive: "denorm:table" stands above an interface type`},
		{"named type", "package m\n" + table + "type T int\n", `2:3+12 misplaced-directive: "denorm:table" stands above a type that is not written as a struct`},
		{"constant", "package m\n" + table + "const c = 1\n", `2:3+12 misplaced-directive: "denorm:table" stands above a constant`},
		{"constant in a group", "package m\nconst (\n" + table + "c = 1\n)\n", `3:3+12 misplaced-directive: "denorm:table" stands above a constant`},
		{"import", "package m\n" + table + "import _ \"x\"\n", `2:3+12 misplaced-directive: "denorm:table" stands above an import`},
		{"function", "package m\n" + table + "func f() {}\n", `2:3+12 misplaced-directive: "denorm:table" stands above a function or method`},
		{"in a function", "package m\nfunc f() {\n" + table + "type T struct{}\n}\n", `3:3+12 misplaced-directive: "denorm:table" stands inside of a function`},
		{"behind a brace", "package m\ntype T struct { " + table + "}\n", `2:19+12 misplaced-directive: "denorm:table" stands behind code on the same line`},
		{"behind a field", "package m\ntype T struct {\n\tA int //denorm:json\n}\n", `3:10+11 misplaced-directive: "denorm:json" stands behind code on the same line`},
		{"behind the end", "package m\ntype T struct {\n} " + table, `3:5+12 misplaced-directive: "denorm:table" stands behind code on the same line`},
		{"several names", "package m\ntype T struct {\n\t//denorm:json\n\tA, B int\n}\n", `3:4+11 misplaced-directive: "denorm:json" stands above several fields at once`},
		{"anonymous struct", "package m\ntype T struct {\n\tA struct {\n//denorm:json\nB int\n}\n}\n", `4:3+11 misplaced-directive: "denorm:json" stands inside of an anonymous type`},
		{"embedded", "package m\ntype T struct {\n\t//denorm:json\n\tBase\n}\n", `field:3 json@4..15`},
		{"end of a struct", "package m\ntype T struct {\n\tA int\n\n\t//denorm:json\n}\n", `5:4+11 misplaced-directive: "denorm:json" stands inside of a declaration but above none of its parts`},
		{"detached", "package m\n\n" + table + "\ntype T struct{}\n", `3:3+12 misplaced-directive: "denorm:table" stands apart from any declaration`},
		{"before the package", "//denorm:options dialects=sqlite\n\npackage m\n", `1:3+14 misplaced-directive: "denorm:options" stands apart from any declaration`},
		{"package", "//denorm:options dialects=sqlite\npackage m\n", `package:1 options@3..17 dialects@18..26="sqlite"@27..33`},
		{"method", "package m\n//denorm:computed\nfunc (T) F() int { return 0 }\n", `func:2 computed@3..18`},
		{"detached block", "package m\n\n//denorm:collection c of=T\n//denorm:omit A\n" + table + "\n",
			"detached:3 collection@3..20 \"c\"@21..22 of@23..25=\"T\"@26..27\ndetached:4 omit@3..14 \"A\"@15..16\n" +
				`5:3+12 misplaced-directive: "denorm:table" stands among the lines of a collection with of=`},
		{"detached without of", "package m\n\n//denorm:collection c\n//denorm:omit A\n\n", `3:3+17 missing-argument: collection "c" stands apart from any struct type and has no of=`},
		{"misspelt collection", "package m\n//denorm:colection c\n//denorm:omit A\ntype T struct{}\n", `2:10+9 unknown-directive: unknown directive "colection"`},
		{"misplaced collection", "package m\n//denorm:collection c\n//denorm:omit A\nvar x int\n", `2:3+17 misplaced-directive: "denorm:collection" stands above a variable`},
		{"twice", "package m\n" + table + table + "type T struct{}\n", "type:2 table@3..15 \"a\"@16..17\n" + `3:3+12 duplicate-directive: "denorm:table" stands here twice`},
		{"two collections", "package m\n//denorm:collection a\n//denorm:collection b\ntype T struct{}\n", "type:2 collection@3..20 \"a\"@21..22\ntype:3 collection@3..20 \"b\"@21..22"},
		{"line comment", "package m\n//line other.go:77\n" + table + "type T struct{}\n", `type:3 table@3..15 "a"@16..17`},
		{"carriage returns", "package m\r\n//denorm:table a\r\ntype T struct{}\r\n", `type:2 table@3..15 "a"@16..17`},
	} {
		t.Run(c.name, func(t *testing.T) { check(t, c.source, strings.Split(c.want, "\n")) })
	}
}

func TestNearMisses(t *testing.T) {
	for _, c := range []struct{ comment, fixed string }{
		{"// denorm:table a", "//denorm:table a"},
		{"//denorm: table a", "//denorm:table a"},
		{"//Denorm:table a", "//denorm:table a"},
		{"//denorm:Table a", "//denorm:table a"},
		{"//denorm :table a", "//denorm:table a"},
		{"//\tdenorm:table a", "//denorm:table a"},
		{"// denorm: table a", "//denorm:table a"},
		{"//denormgen:table a", "//denorm:table a"},
		{"//denorm table a", "//denorm:table a"},
		{"/* denorm:table a */", "//denorm:table a"},
		{"/*denorm:table a*/", "//denorm:table a"},
		{"// see denorm:table", ""},
		{"// denorm: what this package is about", ""},
		{"// denorm: table of contents", ""},
		{"// denorm://host/path", ""},
		{"//   //denorm:table a", ""},
		{"/*\n//denorm:table a\n*/", ""},
		{"/*\nprose about\ndenorm:table lines goes on\n*/", ""},
		{"// denormalized data", ""},
		{"//denorms:table", ""},
	} {
		t.Run(c.comment, func(t *testing.T) {
			source := "package m\n" + c.comment + "\ntype T struct{}\n"
			_, reported := scan(t, source)
			if c.fixed == "" {
				for _, d := range reported {
					t.Errorf("reported %s", problem(d))
				}
				return
			}
			if len(reported) != 1 || reported[0].Fix == nil {
				t.Fatalf("reported %v, want one diagnostic with a fix", reported)
			}
			f := reported[0].Fix
			line := strings.Split(source, "\n")[f.Span.Line-1]
			if got := line[:f.Span.Col-1] + f.Text + line[f.Span.Col-1+f.Span.Width:]; got != c.fixed {
				t.Errorf("fixed to %q, want %q", got, c.fixed)
			}
		})
	}
}

func TestFixesAreRight(t *testing.T) {
	for _, line := range []string{
		`tabel a`, `key A, B`, `where A == "x"`, `where A == nil`, `collection c al=1h`, `collection c all=true`, `collection c were=A`,
	} {
		t.Run(line, func(t *testing.T) {
			source := "package m\n//denorm:" + line + "\ntype T struct{}\n"
			_, reported := scan(t, source)
			for _, d := range reported {
				if d.Help == "" {
					t.Errorf("%s: no help", problem(d))
				}
				if f := d.Fix; f != nil {
					lines := strings.Split(source, "\n")
					l := lines[1]
					lines[1] = l[:f.Span.Col-1] + f.Text + l[f.Span.Col-1+f.Span.Width:]
					if _, after := scan(t, strings.Join(lines, "\n")); len(after) >= len(reported) && after[0].Code == d.Code {
						t.Errorf("%s is reported again as %s", lines[1], problem(after[0]))
					}
				}
			}
		})
	}
}
