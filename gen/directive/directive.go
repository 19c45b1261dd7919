package directive

import (
	"go/ast"

	"github.com/denormgen/denormgen/gen/diag"
)

// Place is where a directive stands.
type Place string

const (
	OnPackage Place = "package"  // doc comment of the package clause
	OnType    Place = "type"     // doc comment of one struct type
	OnField   Place = "field"    // doc comment of one struct field
	OnFunc    Place = "func"     // doc comment of a function or method
	Detached  Place = "detached" // a comment group of its own
)

// Owner is the declaration that a directive belongs to. Only what Place calls for is set.
type Owner struct {
	Place Place
	Type  *ast.TypeSpec // OnType, and the struct of an OnField
	Field *ast.Field    // OnField: has one name, or none if embedded
	Func  *ast.FuncDecl // OnFunc
	File  *ast.File
}

// Directive is one `//denorm:` line, checked against the table of verbs: its verb exists, may stand
// where it stands, and has only arguments that the verb knows, each once.
type Directive struct {
	Verb  string
	Pos   []Arg // positional arguments, in order
	Keyed []Arg // key=value arguments and bare flags, in order
	Owner Owner
	Span  diag.Span // of the whole line
	// VerbSpan covers "denorm:verb".
	VerbSpan diag.Span
	// Group numbers the comment group within the run: directives of one group are neighbours, in order.
	Group int
	// Partial tells that an argument has been reported and left out: what it lacks is no new error.
	Partial bool
}

// Arg is one argument, unquoted.
type Arg struct {
	Key     string // empty for a positional one; a flag has a Key and no Value
	Value   string
	Quoted  bool
	KeySpan diag.Span // of the key, or of the whole token for a positional one
	Span    diag.Span // of the value without its quotes; of the key for a flag
	// escapes tells how a byte offset within Value maps to a column.
	escapes []int
}

// Lookup returns the argument with that key.
func (d *Directive) Lookup(key string) (Arg, bool) {
	for _, a := range d.Keyed {
		if a.Key == key {
			return a, true
		}
	}
	return Arg{}, false
}

// Word is one element of a comma-separated list.
type Word struct {
	Text string
	Span diag.Span
}
