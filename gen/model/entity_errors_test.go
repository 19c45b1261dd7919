package model

import (
	"fmt"
	"strings"
	"testing"
)

// wantError is one expected diagnostic: at is "line:col+width" in m.go, or "file:line:col+width".
type wantError struct {
	at, code, message, help string
}

type errorCase struct {
	name, source string
	want         []wantError
}

// id is a key column for sources whose point lies elsewhere.
const id = "\tID int64 `db:\"id\"`\n"

func runErrorCases(t *testing.T, cases []errorCase) {
	t.Helper()
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			source := test.source
			if !strings.Contains(source, "-- ") {
				source = "package m\n\n" + source
			}
			_, report, dir := resolveSource(t, source)
			found := report.Sorted()
			for i, d := range found {
				if i >= len(test.want) {
					t.Errorf("too many: %s", printDiagnostic(d, dir))
					continue
				}
				want := test.want[i]
				at := fmt.Sprintf("%d:%d+%d", d.Primary.Line, d.Primary.Col, d.Primary.Width)
				if file := strings.TrimPrefix(d.Primary.File, dir+"/"); file != "m.go" {
					at = file + ":" + at
				}
				if at != want.at || string(d.Code) != want.code || !strings.Contains(d.Message, want.message) || !strings.Contains(d.Help, want.help) {
					t.Errorf("got at %s\n%s\nwant %+v", at, printDiagnostic(d, dir), want)
				}
				if d.Help == "" {
					t.Errorf("no way out: %s", printDiagnostic(d, dir))
				}
			}
			for _, want := range test.want[min(len(found), len(test.want)):] {
				t.Errorf("missing: %+v", want)
			}
		})
	}
}

func TestColumnErrors(t *testing.T) {
	const head = "//denorm:collection books\ntype Book struct {\n" + id // fields follow from line 6
	runErrorCases(t, []errorCase{
		{"untagged", head + "\tCreatedAt string\n}\n", []wantError{
			{"6:2+9", "untagged-field", "Book.CreatedAt has no db tag", "`db:\"created_at\"`\nor leave it out: `db:\"-\"`"}}},
		{"untagged time", "import \"time\"\n\n" + head + "\tCreatedAt time.Time\n}\n", []wantError{
			{"8:2+9", "untagged-field", "", "`db:\"created_at\"`"}}},
		{"slice", head + "\tTags []string `db:\"tags\"`\n}\n", []wantError{
			{"6:2+4", "unscannable-type", "Book.Tags of type []string cannot be read from a column", "//denorm:array"}}},
		{"map", head + "\tM map[string]int\n}\n", []wantError{
			{"6:2+1", "unscannable-type", "", "//denorm:json and `db:\"m\"`"}}},
		{"interface", head + "\tM any `db:\"m\"`\n}\n", []wantError{
			{"6:2+1", "unscannable-type", "an interface does not say", "//denorm:json"}}},
		{"chan", head + "\tM chan int\n}\n", []wantError{{"6:2+1", "unscannable-type", "", "`db:\"-\"`"}}},
		{"complex", head + "\tM complex128 `db:\"m\"`\n}\n", []wantError{{"6:2+1", "unscannable-type", "complex", ""}}},
		{"pointer to pointer", head + "\tM **int `db:\"m\"`\n}\n", []wantError{{"6:2+1", "unscannable-type", "pointer to a pointer", ""}}},
		{"plain struct", head + "\tM Point `db:\"m\"`\n}\ntype Point struct{ X int }\n", []wantError{
			{"6:2+1", "unscannable-type", "without a Scan method", "//denorm:json on the field"}}},
		{"untagged plain struct", head + "\tM Point\n}\ntype Point struct{ X int }\n", []wantError{
			{"6:2+1", "unscannable-type", "without a Scan method", "//denorm:json and `db:\"m\"`"}}},
		{"unexported", head + "\ttitle string `db:\"title\"`\n}\n", []wantError{
			{"6:2+5", "unexported-field", "Book.title", "rename it to Title"}}},
		{"duplicate column", head + "\tA string `db:\"a\"`\n\tB string `db:\"a\"`\n}\n", []wantError{
			{"7:2+1", "duplicate-column", "Book.A and Book.B are both column a", ""}}},
		{"unknown type", head + "\tA Gone `db:\"a\"`\n}\n", []wantError{
			{"6:4+4", "unknown-type", "undefined: Gone", ""}}},
		{"unknown types behind an import", "import \"nope.example/x\"\n\n" + head + "\tA x.T `db:\"a\"`\n\tB []x.T\n\tx.U\n}\n", []wantError{
			{"8:2+1", "unknown-type", "Book.A", ""}, {"9:2+1", "unknown-type", "Book.B", ""}, {"10:4+1", "unknown-type", "Book.U", ""}}},
		{"a model that contains itself", "//denorm:collection books\ntype Book struct {\n\tBook\n" + id + "}\n", []wantError{
			{"4:6+4", "unknown-type", "model Book is not a valid type", ""}}},
		{"scanner that cannot go back", "type Money struct{ n int }\n\nfunc (m *Money) Scan(v any) error { return nil }\n\n" + head + "\tM Money `db:\"m\"`\n}\n", []wantError{
			{"10:2+1", "scanner-one-way", "Money can be scanned, but not stored", "driver.Valuer"}}},
		{"array of structs", head + "\t//denorm:array\n\tM []struct{} `db:\"m\"`\n}\n", []wantError{
			{"7:2+1", "array-type", "", "integers, floats"}}},
		{"array of no slice", head + "\t//denorm:array\n\tM string `db:\"m\"`\n}\n", []wantError{{"7:2+1", "array-type", "is not a slice", ""}}},
		{"JSON without column", head + "\t//denorm:json\n\tM map[string]int\n}\n", []wantError{{"7:2+1", "untagged-field", "", "`db:\"m\"`"}}},
		{"JSON channel", head + "\t//denorm:json\n\tM chan int `db:\"m\"`\n}\n", []wantError{{"7:2+1", "json-type", "a channel has no JSON", ""}}},
		{"misspelt directive", head + "\t//denorm:jsn\n\tM map[string]int `db:\"m\"`\n}\n", []wantError{{"6:11+3", "unknown-directive", "", ""}}},
		{"embedded pointer", head + "\t*Base\n}\ntype Base struct{ A int `db:\"a\"` }\n", []wantError{
			{"6:3+4", "embedded-pointer", "", "embed the struct itself"}}},
		{"embedded model", head + "\tPlace\n}\n//denorm:table places\ntype Place struct{ ID int64 `db:\"id\"` }\n", []wantError{
			{"6:2+5", "embedded-model", "Book embeds Place", "Place *Place"}}},
		{"embedded twice", head + "\tA\n\tB\n}\ntype A struct{ X int `db:\"x\"` }\ntype B struct{ X int `db:\"x2\"` }\n", []wantError{
			{"10:16+1", "ambiguous-field", "Book.X is promoted from two embedded structs", ""}}},
		{"internal type", `
-- lib/internal/secret/s.go --
package secret

type Word string
-- lib/lib.go --
package lib

import "example.com/m/lib/internal/secret"

type Word = secret.Word
-- m.go --
package m

import "example.com/m/lib"

//denorm:collection books
type Book struct {
	ID   int64    ` + "`db:\"id\"`" + `
	Word lib.Word ` + "`db:\"word\"`" + `
}
`, []wantError{{"8:2+4", "type-not-importable", "internal", "exported type"}}},
	})
}

func TestModelErrors(t *testing.T) {
	runErrorCases(t, []errorCase{
		{"no key", "//denorm:collection links\ntype Link struct {\n\tBookID int64 `db:\"a\"`\n\tTagID int64 `db:\"b\"`\n\tNote string `db:\"c\"`\n}\n", []wantError{
			{"4:6+4", "no-key", "no column ID or LinkID", "//denorm:key BookID,TagID\ncandidates: BookID, TagID, Note"}}},
		{"no key, one reference", "//denorm:collection seats\ntype Seat struct {\n\tHallID int64 `db:\"a\"`\n\tRow string `db:\"b\"`\n\tNumber int `db:\"c\"`\n}\n", []wantError{
			{"4:6+4", "no-key", "no column ID or SeatID", "as in //denorm:key HallID,Row\ncandidates: HallID, Row, Number"}}},
		{"unknown key", "//denorm:collection links\n//denorm:key ID,Nmae\ntype Link struct {\n" + id + "\tName string `db:\"n\"`\n}\n", []wantError{
			{"4:17+4", "unknown-field", "Link has no field Nmae", `did you mean "Name"?`}}},
		{"key by column", "//denorm:collection links\n//denorm:key link_no\ntype Link struct {\n\tNo int `db:\"link_no\"`\n}\n", []wantError{
			{"4:14+7", "unknown-field", "", "link_no is the column of field No"}}},
		{"float key", "//denorm:collection links\ntype Link struct {\n\tID float64 `db:\"id\"`\n}\n", []wantError{
			{"5:2+2", "key-type", "databases round", "//denorm:key"}}},
		{"time key", "import \"time\"\n\n//denorm:collection links\n//denorm:key At\ntype Link struct {\n\tAt time.Time `db:\"at\"`\n}\n", []wantError{
			{"6:14+2", "key-type", "precision of times", ""}}},
		{"bytes key", "//denorm:collection links\ntype Link struct {\n\tID []byte `db:\"id\"`\n}\n", []wantError{
			{"5:2+2", "key-type", "cannot be compared", ""}}},
		{"null key", "//denorm:collection links\ntype Link struct {\n\tID *int64 `db:\"id\"`\n}\n", []wantError{
			{"5:2+2", "key-type", "never NULL", ""}}},
		{"no columns", "//denorm:collection links\ntype Link struct {\n}\n", []wantError{
			{"4:6+4", "no-columns", "model Link has no columns", "//denorm:columns snake"}}},
		{"generic", "//denorm:collection links\ntype Link[T any] struct {\n" + id + "}\n", []wantError{
			{"4:6+4", "generic-model", "", "without type parameters"}}},
		{"unexported", "//denorm:collection links\ntype link struct {\n" + id + "}\n", []wantError{
			{"4:6+4", "unexported-model", "link has documents", "rename it to Link"}}},
		{"table name", "//denorm:table a.b.c\n//denorm:collection links\ntype Link struct {\n" + id + "}\n", []wantError{
			{"3:16+5", "table-name", "more parts", ""}}},
		{"where", "//denorm:where \"Nmae == nil\"\n//denorm:collection links\ntype Link struct {\n" + id + "\tName *string `db:\"n\"`\n}\n", []wantError{
			{"3:17+4", "unknown-field", "Nmae", "Name"}}},
		{"view", "//denorm:view v reads=Film:FilmID,Gone:FilmID,Film:Nope,Film\n//denorm:collection vs\ntype V struct {\n" + id + "\tFilmID int64 `db:\"f\"`\n}\n\n//denorm:table films\ntype Film struct {\n" + id + "}\n", []wantError{
			{"3:35+4", "unknown-model", "there is no model \"Gone\"", ""},
			{"3:52+4", "unknown-field", "V has no field Nope", ""},
			{"3:57+4", "view-reads", "", "MODEL:FIELD"}}},
	})
}

func TestComputedErrors(t *testing.T) {
	const head = "//denorm:collection books\ntype Book struct {\n" + id + "\tTitle string `db:\"title\"`\n\tOther string `db:\"-\"`\n\tNexts []Book\n\tBookID int64 `db:\"b\"`\n}\n\n"
	runErrorCases(t, []errorCase{
		{"escapes", head + "//denorm:computed\nfunc (b *Book) X() string { return f(b) }\nfunc f(b *Book) string { return b.Title }\n", []wantError{
			{"13:38+1", "computed-escapes", "computed method Book.X: its receiver escapes", "//denorm:computed needs=Title,BookID"}}},
		{"escapes in a called method", head + "//denorm:computed\nfunc (b *Book) X() string { return b.y() }\nfunc (b *Book) y() string { c := *b; return c.Title }\n", []wantError{
			{"14:35+1", "computed-escapes", "it copies its receiver", ""}}},
		{"parameters", head + "//denorm:computed\nfunc (b *Book) X(n int) string { return \"\" }\n", []wantError{
			{"13:16+1", "computed-signature", "func(n int) string", "func (*Book) X() T"}}},
		{"two values", head + "//denorm:computed\nfunc (b *Book) X() (int, int) { return 1, 2 }\n", []wantError{{"13:16+1", "computed-signature", "", ""}}},
		{"no value", head + "//denorm:computed\nfunc (b *Book) X() error { return nil }\n", []wantError{{"13:16+1", "computed-signature", "", ""}}},
		{"unexported", head + "//denorm:computed\nfunc (b *Book) x() int { return 1 }\n", []wantError{{"13:16+1", "computed-unexported", "", "rename it to X"}}},
		{"no column", head + "//denorm:computed\nfunc (b *Book) X() string { return b.Other }\n", []wantError{
			{"13:38+5", "computed-input", "Other is not a column", ""}}},
		{"relation", head + "//denorm:computed\nfunc (b *Book) X() int { return len(b.Nexts) }\n", []wantError{{"13:39+5", "computed-input", "Nexts is a relation", ""}}},
		{"function", head + "//denorm:computed\nfunc X() int { return 1 }\n", []wantError{{"12:3+15", "computed-owner", "X is no method", ""}}},
		{"no model", head + "type T int\n\n//denorm:computed\nfunc (t T) X() int { return 1 }\n", []wantError{{"14:3+15", "computed-owner", "T, which is not a model", ""}}},
		{"needs", head + "//denorm:computed needs=Titel\nfunc (b *Book) X() string { return f(b) }\nfunc f(b *Book) string { return b.Title }\n", []wantError{
			{"12:25+5", "unknown-field", "Book has no field Titel", `"Title"`}}},
		{"unknown result", head + "//denorm:computed\nfunc (b *Book) X() Gone { return 1 }\n", []wantError{{"13:16+1", "unknown-type", "", ""}}},
	})
}
