package gocode

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// runtimeGuard names the runtime's version constant.
func (f *file) runtimeGuard() {
	f.add(comment("This line does not compile with a runtime that cannot read this file: then upgrade it, or run",
		"denormgen again.").
		Const().Id("_").Op("=").Add(f.runtime("ThisRuntimeReadsGeneratedCodeV1")))
}

// collection adds all that denorm.gen.go holds of one collection.
func (f *file) collection(c *collection) {
	f.queries(c)
	for _, s := range c.Structs {
		f.document(c, s)
	}
	f.accessor(c)
	f.definition(c)
	f.load(c)
	for _, e := range c.Elements {
		f.scan(c, e)
	}
	f.clone(c)
	f.codec(c)
	f.json(c)
}

// queries adds the constant that the generated test holds.
func (f *file) queries(c *collection) {
	name := f.names.collections[c.Collection].queries
	f.add(comment(name + " is the number of queries that load a batch of up to 1,000 documents of " + c.Declared.Name + ".").
		Const().Id(name).Op("=").Lit(len(c.Loaders)))
}

// document adds a document type.
func (f *file) document(c *collection, s *plan.Struct) {
	fields := make([]jen.Code, 0, len(s.Fields)+1)
	for _, field := range s.Fields {
		line := jen.Id(field.Name).Add(f.fieldType(field.Type)).Tag(map[string]string{"json": field.Tag})
		if words := fieldComment(field, c.sets[field]); words != "" {
			line.Comment(words)
		}
		fields = append(fields, line)
	}
	if s.Extra != nil {
		fields = append(fields, f.goType(*s.Extra))
	}
	f.add(comment(documentComment(c, s)...).Type().Id(s.Name).Struct(fields...))
}

func documentComment(c *collection, s *plan.Struct) []string {
	switch {
	case s.Path != "":
		return []string{s.Name + " is what " + c.doc() + " holds of " + s.Entity.Name + " at the path " + s.Path + "."}
	case strings.HasPrefix(s.Comment, s.Name+" "):
		return []string{s.Comment}
	}
	lines := []string{s.Name + " is the document of the collection " + c.Declared.Name + ", made from a row of " + s.Entity.Name + "."}
	if s.Comment != "" {
		lines = append(lines, "", s.Comment)
	}
	return lines
}

// fieldComment says where a value comes from if name and type do not show it.
func fieldComment(field *plan.Field, set plan.Set) string {
	switch {
	case set.Method != nil:
		return "computed by " + field.Source
	case set.Number != nil, field.Type.Cardinality != plan.Value && field.Type.Struct == nil:
		return field.Source
	default:
		return ""
	}
}

// keyType adds the struct of a composite key.
func (f *file) keyType(k *plan.KeyType) {
	fields := make([]jen.Code, len(k.Entity.Key))
	for i, column := range k.Entity.Key {
		fields[i] = jen.Id(column.Field).Add(f.goType(column.Base)).Tag(map[string]string{"json": keyTag(column)})
	}
	f.add(comment(k.Name + " is the key of a row of " + k.Entity.Name + ".").Type().Id(k.Name).Struct(fields...))
}

// keyTag is the JSON name of a key's part, which is there even if documents do not show the column.
func keyTag(c *model.Column) string {
	if c.JSON.Omit || c.JSON.Name == "" {
		return c.Name
	}
	return c.JSON.Name
}

// comment starts a declaration with lines of comment.
func comment(lines ...string) *jen.Statement {
	s := jen.Empty()
	for _, paragraph := range lines {
		for line := range strings.SplitSeq(paragraph, "\n") {
			s.Comment(strings.TrimRight("// "+line, " ")).Line()
		}
	}
	return s
}
