package model

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"
)

func TestPlain(t *testing.T) {
	const source = `package p

	type Plain string
	type Other struct{ A int }
	func (Other) String() string { return "" }
	type JSON string
	func (JSON) MarshalJSON() ([]byte, error) { return nil, nil }
	type PointerJSON string
	func (*PointerJSON) MarshalJSON() ([]byte, error) { return nil, nil }
	type Text int
	func (*Text) MarshalText() ([]byte, error) { return nil, nil }
	type Zero bool
	func (Zero) IsZero() bool { return true }
	type Promoted struct{ *Text }
	`
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "p.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	config := types.Config{}
	pkg, err := config.Check("p", set, []*ast.File{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"Plain": true, "Other": true, "JSON": false, "PointerJSON": false, "Text": false, "Zero": false, "Promoted": false,
	} {
		if got := isPlain(pkg.Scope().Lookup(name).Type()); got != want {
			t.Errorf("isPlain(%s) is %v", name, got)
		}
	}
}
