package model

import (
	"go/token"
	"strings"
)

// importProblem says why code in the package from cannot name a type, "" if it can.
func importProblem(t Type, from string) string {
	switch t.Kind {
	case Named:
		if t.Pkg != from {
			if !token.IsExported(t.Name) {
				return t.String() + " is not exported"
			}
			if !internalVisible(t.Pkg, from) {
				return "package " + t.Pkg + " is internal to another part of the tree"
			}
			if t.Pkg == "main" || strings.HasSuffix(t.Pkg, ".test") {
				return "package " + t.Pkg + " cannot be imported"
			}
		}
		for _, a := range t.Args {
			if why := importProblem(a, from); why != "" {
				return why
			}
		}
	case Pointer, Slice, Array, Map:
		if t.Key != nil {
			if why := importProblem(*t.Key, from); why != "" {
				return why
			}
		}
		return importProblem(*t.Elem, from)
	}
	return ""
}

// internalVisible is the go command's rule: what is below internal may be imported from the tree
// rooted at internal's parent.
func internalVisible(pkg, from string) bool {
	i := strings.LastIndex("/"+pkg+"/", "/internal/")
	if i < 0 {
		return true
	}
	if i == 0 {
		return true // of the standard library, which the compiler guards
	}
	parent := pkg[:i-1]
	return from == parent || strings.HasPrefix(from, parent+"/")
}

// checkImportable reports columns and computed values of other packages' models that the documents of
// this package cannot hold.
func (r *resolver) checkImportable(out *Package) {
	seen := map[*Column]bool{}
	column := func(ref FieldRef) {
		c := ref.Column
		if c == nil || seen[c] {
			return
		}
		seen[c] = true
		f := r.columnOf[c]
		if f == nil || f.owner == out.Path {
			return // the model's own package was looked at before
		}
		if why := importProblem(c.Doc, out.Path); why != "" {
			r.report.Errorf(CodeTypeNotImportable, c.Span, "documents of package %s cannot hold %s: %s", out.Name, c.Field, why).
				WithHelp("leave %s out with omit, or give it an exported type that %s can import", c.Field, out.Name)
		}
	}
	computed := func(list []*Computed) {
		for _, c := range list {
			if why := importProblem(c.Type, out.Path); why != "" {
				r.report.Errorf(CodeTypeNotImportable, c.Span, "documents of package %s cannot hold %s: %s", out.Name, c.Name, why).
					WithHelp("leave %s out with omit, or return an exported type that %s can import", c.Name, out.Name)
			}
		}
	}
	var walk func(list []*Include)
	walk = func(list []*Include) {
		for _, inc := range list {
			for _, ref := range inc.Fields {
				column(ref)
			}
			if inc.Flatten != nil {
				column(*inc.Flatten)
			}
			computed(inc.Computed)
			walk(inc.Includes)
		}
	}
	for _, c := range out.Collections {
		for _, ref := range c.Fields {
			column(ref)
		}
		computed(c.Computed)
		walk(c.Includes)
	}
}
