package directive

import "strings"

// Verb is one entry of the table: a directive's name and everything that is said about it.
type Verb struct {
	Name    string
	Section Section
	Places  []Place
	Params  []Param // positional arguments, required ones first
	Keys    []Key
	Summary string // one line, lower case, no full stop
	Example string // one or more whole directive lines
	Planned bool   // part of the language, not available yet
	Once    bool   // at most one above a declaration
	// Block says that the directive says something about the nearest collection line above it.
	Block bool
}

// Section is a chapter of the help.
type Section string

const (
	SectionPackage    Section = "Packages"
	SectionModel      Section = "Models"
	SectionField      Section = "Columns and relations"
	SectionCollection Section = "Collections"
	SectionFunc       Section = "Functions and methods"
)

// Param is a positional argument.
type Param struct {
	Name     string // placeholder, "PATH"
	Kind     Kind
	Optional bool
	Choices  []string // the only values, if there are only some
	Summary  string
}

// Key is a key=value argument, or a flag.
type Key struct {
	Name    string
	Value   string // placeholder, "NAME"; empty for a flag
	Kind    Kind
	Choices []string // the only values, or elements of the list, if there are only some
	Summary string
	Planned bool
}

// Kind is what a value is made of.
type Kind string

const (
	Flag     Kind = "flag"       // no value: the bare key says it
	Name     Kind = "name"       // one word
	List     Kind = "list"       // words separated by commas
	Path     Kind = "path"       // field names separated by dots
	Expr     Kind = "expression" // a Go expression over the model's fields
	Order    Kind = "order"      // fields separated by commas, each perhaps with desc and nulls first|last
	Number   Kind = "number"     // a positive integer
	Duration Kind = "duration"   // as time.ParseDuration reads it
)

// list tells whether a value has elements separated by commas.
func (k Kind) list() bool { return k == List || k == Order }

// spaced tells whether a value may need spaces and thereby quotes.
func (k Kind) spaced() bool { return k == Expr || k == Order }

func lookupVerb(table []Verb, name string) (Verb, bool) {
	for _, v := range table {
		if v.Name == name {
			return v, true
		}
	}
	return Verb{}, false
}

func (v Verb) key(name string) (Key, bool) {
	for _, k := range v.Keys {
		if k.Name == name {
			return k, true
		}
	}
	return Key{}, false
}

func (v Verb) keyNames() []string {
	names := make([]string, len(v.Keys))
	for i, k := range v.Keys {
		names[i] = k.Name
	}
	return names
}

// available are the keys that may be written today.
func (v Verb) available() []string {
	var names []string
	for _, k := range v.Keys {
		if !k.Planned || v.Planned {
			names = append(names, k.Name)
		}
	}
	return names
}

func (v Verb) required() int {
	n := 0
	for _, p := range v.Params {
		if !p.Optional {
			n++
		}
	}
	return n
}

// Usage returns the verb's form on one line, without what is not available yet:
// `include PATH [as=NAME] [all]`.
func (v Verb) Usage() string {
	parts := []string{v.Name}
	for _, p := range v.Params {
		word := p.Name
		if p.Kind == Expr {
			word = `"` + word + `"`
		}
		if p.Optional {
			word = "[" + word + "]"
		}
		parts = append(parts, word)
	}
	for _, k := range v.Keys {
		if !k.Planned || v.Planned {
			parts = append(parts, "["+k.usage()+"]")
		}
	}
	return strings.Join(parts, " ")
}

// formHelp says how the verb is written, or where to read it if that is long.
func (v Verb) formHelp() string {
	if usage := v.Usage(); len(usage) <= 90 {
		return "the form is " + prefix + usage
	}
	return "denormgen help annotations " + v.Name + " shows its form"
}

func (k Key) usage() string {
	switch {
	case k.Kind == Flag:
		return k.Name
	case k.Kind.spaced():
		return k.Name + `="` + k.Value + `"`
	default:
		return k.Name + "=" + k.Value
	}
}

// where says where the verb may stand, for messages: "above a struct type or above a field".
func (v Verb) where() string {
	words := make([]string, len(v.Places))
	for i, p := range v.Places {
		words[i] = p.phrase()
	}
	return strings.Join(words, " or ")
}

func (p Place) phrase() string {
	switch p {
	case OnPackage:
		return "in the package's doc comment"
	case OnType:
		return "directly above a struct type"
	case OnField:
		return "directly above a field of a struct type"
	case OnFunc:
		return "directly above a function or method"
	default:
		return "in a comment of its own that begins with a collection line with of="
	}
}
