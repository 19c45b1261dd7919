package gocode

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/plan"
)

// knownDialects are the dialects that the runtime has constants for, sorted.
func knownDialects() []string { return []string{"mysql", "postgres", "sqlite"} }

// dialectConstant is the runtime's constant for a dialect, which also ends the names of functions, or "".
func dialectConstant(dialect string) string {
	switch dialect {
	case "mysql":
		return "MySQL"
	case "postgres":
		return "Postgres"
	case "sqlite":
		return "SQLite"
	default:
		return ""
	}
}

// dialectChunks is the content of a dialect's file: one function per collection.
func (r *renderer) dialectChunks(dialect string, sql map[*plan.Collection]Statements) []chunk {
	chunks := make([]chunk, len(r.plan.Collections))
	for i, c := range r.plan.Collections {
		chunks[i] = func(f *file) { f.statements(c, dialect, sql[c]) }
	}
	return chunks
}

func (f *file) statements(c *plan.Collection, dialect string, sql Statements) {
	name := f.names.collections[c].statements[dialect]
	loaders := make([]jen.Code, len(sql.Loaders))
	for i, text := range sql.Loaders {
		loaders[i] = jen.Comment("// " + loaderTitle(c.Loaders[i])).Line().Add(sqlText(text))
	}
	entries := []jen.Code{
		entry("Roots", f.roots(sql)),
		entry("Loaders", jen.Index().String().Add(lines(loaders...))),
	}
	if len(sql.Depends) > 0 {
		entries = append(entries, entry("Depends", f.dependencies(sql.Depends)))
	}
	f.add(comment(name + " is the SQL that loads " + c.Declared.Name + " and finds those that a change touches.").
		Func().Id(name).Params().Add(f.runtime("Statements")).Block(
		jen.Return(f.runtime("Statements").Add(lines(entries...))),
	))
}

func loaderTitle(l *plan.Loader) string {
	if l.Parent == nil {
		return "the documents themselves"
	}
	return l.Path
}

func (f *file) roots(sql Statements) jen.Code {
	key := make([]jen.Code, len(sql.RootsKey))
	for i, column := range sql.RootsKey {
		key[i] = sqlText(column)
	}
	entries := []jen.Code{
		entry("Table", sqlText(sql.RootsTable)),
		entry("Key", jen.Index().String().Values(key...)),
	}
	if sql.RootsFilter == "" {
		return f.runtime("Roots").Values(entries...)
	}
	return f.runtime("Roots").Add(lines(append(entries, entry("Filter", sqlText(sql.RootsFilter)))...))
}

// sqlText writes SQL as a person would: a raw string, or where it holds a backquote one quoted string
// a line.
func sqlText(text string) jen.Code {
	if isRaw(text) {
		return jen.Op("`" + text + "`")
	}
	quoted := make([]string, 0, strings.Count(text, "\n")+1)
	for line := range strings.Lines(text) {
		quoted = append(quoted, strconv.Quote(line))
	}
	return jen.Op(strings.Join(quoted, " +\n"))
}

// isRaw tells whether a raw string yields exactly this text and shows all of it.
func isRaw(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	for _, r := range text {
		if r == '`' || r != '\n' && !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}
