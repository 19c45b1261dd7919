package sqltext

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"
	"text/template"
	"unicode"
	"unicode/utf8"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
	"github.com/denormgen/denormgen/templates"
)

// Statements is the SQL of a collection in one dialect.
type Statements struct {
	Roots   Roots
	Loaders []string // in the order of the plan's loaders; each reads from denorm_roots, or finds rows by `IN (denorm_keys)`
	Depends []Dependency
}

// Roots says which rows have documents.
type Roots struct {
	Table  string   // quoted, with its schema
	Key    []string // quoted, without the alias t of the filter
	Filter string   // over the alias t; empty for none
}

// Render returns the SQL of a collection. It fails for a dialect that does not exist, for names that
// no database takes and for plans that are incomplete.
func Render(c *plan.Collection, dialect string) (Statements, error) {
	d, err := Lookup(dialect)
	if err != nil {
		return Statements{}, err
	}
	shapes, err := allShapes()
	if err != nil {
		return Statements{}, err
	}
	r := &renderer{Dialect: d, shapes: shapes[dialect]}
	statements := Statements{Roots: r.roots(c.Roots)}
	for _, loader := range c.Loaders {
		statements.Loaders = append(statements.Loaders, r.query(loader.Select))
	}
	statements.Depends = r.depends(c)
	if len(r.failures) > 0 {
		return Statements{}, fmt.Errorf("render the %s statements of a collection: %w", dialect, errors.Join(r.failures...))
	}
	return statements, nil
}

// allShapes are the templates by dialect. They are parsed once, for that takes as long as rendering a
// collection.
var allShapes = sync.OnceValues(func() (map[string]*template.Template, error) {
	all := make(map[string]*template.Template)
	for _, dialect := range []string{SQLite, Postgres, MySQL} {
		t, err := shapes(dialect)
		if err != nil {
			return nil, err
		}
		all[dialect] = t
	}
	return all, nil
})

func shapes(dialect string) (*template.Template, error) {
	folder, err := fs.Sub(templates.FS(), dialect)
	if err != nil {
		return nil, fmt.Errorf("find the templates of %s: %w", dialect, err)
	}
	t, err := template.New(dialect).
		Option("missingkey=error").
		Funcs(template.FuncMap{"indent": indent}).
		ParseFS(folder, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("parse the templates of %s: %w", dialect, err)
	}
	return t, nil
}

// renderer fills the shapes. It goes on after a failure, so that callers need not look.
type renderer struct {
	Dialect
	shapes   *template.Template
	failures []error
}

func (r *renderer) fail(format string, args ...any) string {
	r.failures = append(r.failures, fmt.Errorf(format, args...))
	return ""
}

// Identifier checks what no dialect can hold, then quotes.
func (r *renderer) Identifier(name string) string {
	if name == "" || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return r.fail("%s is no name for a table or column", strconv.Quote(name))
	}
	return r.Dialect.Identifier(name)
}

// shape executes the template of that name.
func (r *renderer) shape(name string, data any) string {
	var b strings.Builder
	if err := r.shapes.ExecuteTemplate(&b, name, data); err != nil {
		return r.fail("execute the template %q: %w", name, err)
	}
	return b.String()
}

func (r *renderer) roots(roots plan.Roots) Roots {
	out := Roots{Table: r.table(roots.Table)}
	for _, column := range roots.Key {
		out.Key = append(out.Key, r.Identifier(column))
	}
	if roots.Filter != nil {
		out.Filter = printer{dialect: r, self: plan.RootAlias}.expr(roots.Filter).sql
	}
	return out
}

func (r *renderer) table(t model.Table) string {
	if t.Schema == "" {
		return r.Identifier(t.Name)
	}
	return r.Identifier(t.Schema) + "." + r.Identifier(t.Name)
}

func (r *renderer) ref(ref plan.Ref) string { return qualified(r, ref.Alias, ref.Column) }

func (r *renderer) refs(refs []plan.Ref) []string {
	list := make([]string, len(refs))
	for i, ref := range refs {
		list[i] = r.ref(ref)
	}
	return list
}
