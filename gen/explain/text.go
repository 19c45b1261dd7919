package explain

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Text writes the explanation for people. The error is that of writing.
func (e *Explanation) Text(w io.Writer) error {
	p := &printer{w: w, dialect: e.Dialect}
	for _, c := range e.Collections {
		p.collection(c)
	}
	for _, a := range e.Aggregates {
		p.aggregate(a)
	}
	for _, path := range e.Paths {
		p.path(path)
	}
	for _, change := range e.Changes {
		p.change(change)
	}
	return p.err
}

// printer writes until the first error and keeps it.
type printer struct {
	w       io.Writer
	dialect string
	begun   bool
	err     error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

// title begins a part of the explanation, behind an empty line unless it is the first.
func (p *printer) title(format string, args ...any) {
	if p.begun {
		p.printf("\n")
	}
	p.begun = true
	p.printf(format+"\n", args...)
}

// table writes rows in columns, each indented.
func (p *printer) table(rows [][]string) {
	if p.err != nil {
		return
	}
	tabs := tabwriter.NewWriter(p.w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		if _, p.err = fmt.Fprintln(tabs, "    "+strings.Join(row, "\t")); p.err != nil {
			return
		}
	}
	p.err = tabs.Flush()
}

func (p *printer) collection(c Collection) {
	p.title("collection %s: one %s for every row of %s", c.Name, c.Document, c.Table)
	if c.Where != "" {
		p.printf("  where %s\n", c.Where)
	}
	p.printf("  key %s\n", strings.Join(c.Key, ", "))
	p.printf("\n  document %s: field, type, name in JSON, source\n", c.Document)
	p.table(fieldRows(c.Fields, 0))
	p.printf("\n  %s, whether it is of one document or of 1,000%s\n", counted(c.QueriesPerBatch, "query", "queries")+" per batch", p.inDialect())
	if c.Roots != "" {
		p.printf("    denorm_roots, the rows of the batch, are\n")
		p.sql(c.Roots)
	}
	if slices.ContainsFunc(c.Queries, func(q Query) bool { return strings.Contains(q.SQL, "(denorm_keys)") }) {
		p.printf("    denorm_keys are their keys\n")
	}
	p.queries(c.Queries)
	p.printf("\n  it changes with: table, columns, place, how they matter\n")
	var rows [][]string
	for _, g := range grouped(ofOne(c.Dependencies)) {
		rows = append(rows, []string{g.Table, strings.Join(g.Columns, ", "), placeName(g.Path), because(g.Reasons)})
	}
	p.table(rows)
}

func (p *printer) ofDialect() string {
	if p.dialect == "" {
		return ""
	}
	return " of " + p.dialect
}

func (p *printer) inDialect() string {
	if p.dialect == "" {
		return ""
	}
	return " (SQL of " + p.dialect + ")"
}

func fieldRows(fields []Field, depth int) [][]string {
	var rows [][]string
	for _, f := range fields {
		source := f.Source
		if f.Recursive {
			source += " (as above)"
		}
		name := f.JSON
		if name == "" {
			name = "-"
		}
		rows = append(rows, []string{strings.Repeat("  ", depth) + f.Name, f.Type, name, source})
		rows = append(rows, fieldRows(f.Fields, depth+1)...)
	}
	return rows
}

func (p *printer) queries(list []Query) {
	for i, q := range list {
		p.printf("    %d. %s\n", i+1, queryName(q.Path))
		p.sql(q.SQL)
	}
}

func (p *printer) sql(text string) {
	for line := range strings.Lines(strings.TrimSpace(text)) {
		p.printf("         %s\n", strings.TrimRight(line, "\n"))
	}
}

func queryName(path string) string {
	if path == "" {
		return "the documents themselves"
	}
	return path
}

func (p *printer) path(path Path) {
	p.title("%s in collection %s: %s", path.Path, path.Collection, path.Field.Type)
	p.table(fieldRows([]Field{path.Field}, 0))
	p.printf("\n  loaded by %s%s\n", counted(len(path.Queries), "query", "queries"), p.inDialect())
	p.queries(path.Queries)
	p.printf("\n  it changes with\n")
	if len(path.Dependencies) == 0 {
		p.printf("    nothing that the database announces\n")
	}
	for _, g := range grouped(ofOne(path.Dependencies)) {
		p.printf("    %s (%s), %s: %s\n", g.Table, strings.Join(g.Columns, ", "), placeName(g.Path), because(g.Reasons))
		p.way(g.Dependency)
	}
}

func (p *printer) change(c Change) {
	of := c.Table
	what := "a row"
	if c.Column != "" {
		of += "." + c.Column
		what = "it"
	}
	if c.Model != "" {
		of += " (" + strings.TrimSuffix(c.Model+"."+c.Field, ".") + ")"
	}
	if len(c.Touches) == 0 {
		p.title("%s: no document depends on it", of)
		return
	}
	var collections []string
	for _, t := range c.Touches {
		if !slices.Contains(collections, t.Collection) {
			collections = append(collections, t.Collection)
		}
	}
	p.title("%s: a change of %s touches documents of %s", of, what, strings.Join(collections, ", "))
	for _, g := range grouped(c.Touches) {
		p.printf("  %s, %s", g.Document, placeName(g.Path))
		if c.Column == "" {
			p.printf(" (%s)", strings.Join(g.Columns, ", "))
		}
		p.printf(": %s\n", because(g.Reasons))
		p.way(g.Dependency)
		if g.Roots != "" {
			p.printf("      in SQL%s, denorm_changed being the old and new values of %s\n", p.ofDialect(), strings.Join(g.From, ", "))
			p.sql(g.Roots)
		}
	}
	for _, a := range c.Aggregates {
		p.printf("  aggregate %s: made of %s\n", a.Aggregate, strings.Join(a.From, ", "))
	}
}

// way tells how the documents are found from a changed row.
func (p *printer) way(d Dependency) {
	if d.View {
		p.printf("      %s is a view: it changes with what it reads\n", d.Table)
	}
	if d.Guard != "" {
		p.printf("      if the row satisfies %s, before or after\n", d.Guard)
	}
	if len(d.Hops) == 0 {
		p.printf("      the changed row of %s is the document's own\n", d.Table)
	}
	for i, hop := range d.Hops {
		pairs := make([]string, min(len(hop.ToColumns), len(hop.FromColumns)))
		for j := range pairs {
			pairs[j] = hop.To + "." + hop.ToColumns[j] + " = " + hop.From + "." + hop.FromColumns[j]
		}
		for _, condition := range []string{hop.Filter, hop.Pair} {
			if condition != "" {
				pairs = append(pairs, condition)
			}
		}
		end := ""
		if i == len(d.Hops)-1 {
			end = ": the documents"
		}
		p.printf("      %d. rows of %s where %s%s\n", i+1, hop.To, strings.Join(pairs, " and "), end)
	}
}

func placeName(path string) string {
	if path == "" {
		return "its own row"
	}
	return path
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
