package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/plan"
)

// UnknownError says that a name is neither a collection nor an aggregate, a path or a column.
type UnknownError struct {
	Name       string
	Suggestion string // a name that exists and looks alike, "" if none does
}

func (e *UnknownError) Error() string {
	if e.Suggestion != "" {
		return fmt.Sprintf("%q is no collection, aggregate, path, column or field of a model: did you mean %q?", e.Name, e.Suggestion)
	}
	return fmt.Sprintf("%q is no collection (books), aggregate (book_tags), path (Authors.Country), column (authors.name) "+
		"or field of a model (Author.Name)", e.Name)
}

// Name explains what a name means: a collection (books), an aggregate (book_tags), a path in all collections or in one
// (Authors.Country, books.Authors), a column (authors.name, public.authors.name, Author.Name), a
// computed method (Author.Label), which stands for the columns that it reads, or a table. A name that means several of them gets an answer for each; an unknown one gives an
// *UnknownError.
func Name(sources []Source, name string) (*Explanation, error) {
	e := newExplanation(sources)
	for _, s := range sources {
		for _, c := range s.Plan.Collections {
			if name == c.Declared.Name || name == c.Declared.Doc {
				e.Collections = append(e.Collections, s.collection(c))
			}
			for _, path := range pathsMeant(c, name) {
				if found, ok := s.path(c, path); ok {
					e.Paths = append(e.Paths, found)
					break
				}
			}
		}
		for _, a := range s.Plan.Aggregates {
			if name == a.Declared.Name {
				e.Aggregates = append(e.Aggregates, s.aggregate(a))
			}
		}
	}
	if len(e.Collections)+len(e.Aggregates) > 0 {
		return e, nil
	}
	all := columns(sources)
	for _, column := range all {
		if slices.Contains(column.spellings(), name) {
			e.Changes = append(e.Changes, column.change(sources))
		}
	}
	if len(e.Paths) == 0 && len(e.Changes) == 0 {
		return nil, &UnknownError{Name: name, Suggestion: suggest(name, known(sources, all))}
	}
	return e, nil
}

// suggest returns the name that was most likely meant. Of authors.name and Authors.Name, which are as
// near, the one that begins alike wins.
func suggest(name string, names []string) string {
	alike := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return name == "" || n[:1] != name[:1] })
	return diag.Suggest(name, slices.Concat(alike, names))
}

// pathsMeant are the paths that a name can mean in a collection, whose name may come first.
func pathsMeant(c *plan.Collection, name string) []string {
	list := []string{name}
	for _, prefix := range []string{c.Declared.Name, c.Declared.Doc} {
		if rest, ok := strings.CutPrefix(name, prefix+"."); ok {
			list = append(list, rest)
		}
	}
	return list
}

// known lists what can be asked for.
func known(sources []Source, all []column) []string {
	var names []string
	for _, s := range sources {
		for _, c := range s.Plan.Collections {
			names = append(names, c.Declared.Name)
			for _, path := range paths(fields(c.Structs[0], nil), "") {
				names = append(names, path, c.Declared.Name+"."+path)
			}
		}
		for _, a := range s.Plan.Aggregates {
			names = append(names, a.Declared.Name)
		}
	}
	for _, column := range all {
		names = append(names, column.spellings()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func paths(list []Field, path string) []string {
	var names []string
	for _, f := range list {
		if f.Path == "" {
			names = append(names, join(path, f.Name))
			continue
		}
		names = append(names, f.Path)
		names = append(names, paths(f.Fields, f.Path)...)
	}
	return names
}
