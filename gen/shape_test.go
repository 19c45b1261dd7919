package gen

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shapely is a package whose document depends on types of all kinds.
const shapely = `// Package shop sells books.
package shop

import "example.com/shop/kinds"

// Book is one.
//
//denorm:collection books
type Book struct {
	ID      int64 ` + "`db:\"id\"`" + `
	Level   kinds.Level ` + "`db:\"level\"`" + `
	//denorm:json
	Address kinds.Address ` + "`db:\"address\"`" + `
}
`

const kinds = `// Package kinds is of types.
package kinds

// Level is a number.
type Level int32

// Address is kept as JSON.
type Address struct {
	City  string
	Lines []Line
	note  string
}

// Line is a part of it.
type Line struct {
	Text string
}
`

// TestShape changes what a document is made of, and what it is not made of, and looks at the shape.
func TestShape(t *testing.T) {
	before := shapeOf(t, kinds)
	for name, change := range map[string]struct {
		old, new string
		same     bool
	}{
		"basic type":       {old: "type Level int32", new: "type Level string"},
		"field name":       {old: "City ", new: "Town "},
		"field type":       {old: "City  string", new: "City  []byte"},
		"tag":              {old: "City  string", new: "City  string `json:\"city\"`"},
		"nested field":     {old: "Text string", new: "Text string; Number int"},
		"binary methods":   {old: "// Line is", new: "func (Address) MarshalBinary() ([]byte, error) { return nil, nil }\nfunc (*Address) UnmarshalBinary([]byte) error { return nil }\n\n// Line is"},
		"JSON methods":     {old: "// Line is", new: "func (Line) MarshalJSON() ([]byte, error) { return nil, nil }\n\n// Line is"},
		"comment":          {old: "// Line is", new: "// Line was", same: true},
		"unexported field": {old: "note  string", new: "notes []byte", same: true},
		"another method":   {old: "// Line is", new: "func (Line) Len() int { return 0 }\n\n// Line is", same: true},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(kinds, change.old, change.new, 1)
			if changed == kinds {
				t.Fatalf("%q is not there", change.old)
			}
			if after := shapeOf(t, changed); (after == before) != change.same {
				t.Errorf("shape is %s, was %s", after, before)
			}
		})
	}
}

func shapeOf(t *testing.T, kinds string) string {
	t.Helper()
	dir := folder(t, shapely)
	if err := os.Mkdir(filepath.Join(dir, "kinds"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "kinds", "kinds.go"), []byte(kinds), 0o644); err != nil {
		t.Fatal(err)
	}
	return planned(t, dir).Collections[0].Shape
}
