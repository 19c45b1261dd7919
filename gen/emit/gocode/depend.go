package gocode

import (
	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// Dependency is what a collection watches of one table, and the SQL that finds the documents.
type Dependency struct {
	Table    model.Table
	Path     string   // for people; empty for the root
	Columns  []string // unquoted
	From     []string // unquoted
	Old, New string   // conditions on the rows OLD and NEW of a trigger; empty for none
	Roots    string
	Joins    []Join
}

// Join says that rows of a table are found by columns.
type Join struct {
	Table   model.Table
	Columns []string
}

// dependencies writes the list of what a collection watches, one block a dependency.
func (f *file) dependencies(list []Dependency) jen.Code {
	blocks := make([]jen.Code, len(list))
	for i, d := range list {
		entries := []jen.Code{entry("Table", f.tableName(d.Table))}
		if d.Path != "" {
			entries = append(entries, entry("Path", sqlText(d.Path)))
		}
		entries = append(entries, entry("Columns", stringList(d.Columns)), entry("From", stringList(d.From)))
		if d.Old != "" {
			entries = append(entries, entry("Old", sqlText(d.Old)), entry("New", sqlText(d.New)))
		}
		entries = append(entries, entry("Roots", sqlText(d.Roots)))
		if len(d.Joins) > 0 {
			entries = append(entries, entry("Joins", f.joins(d.Joins)))
		}
		blocks[i] = jen.Add(lines(entries...))
	}
	return jen.Index().Add(f.runtime("Dependency")).Add(lines(blocks...))
}

// joins writes by which columns the documents are found.
func (f *file) joins(list []Join) jen.Code {
	blocks := make([]jen.Code, len(list))
	for i, j := range list {
		blocks[i] = jen.Values(entry("Table", f.tableName(j.Table)), entry("Columns", stringList(j.Columns)))
	}
	return jen.Index().Add(f.runtime("Join")).Add(lines(blocks...))
}

// tableName writes a table's name, unquoted as the runtime wants it.
func (f *file) tableName(t model.Table) jen.Code {
	var entries []jen.Code
	if t.Schema != "" {
		entries = append(entries, entry("Schema", jen.Lit(t.Schema)))
	}
	return f.runtime("Table").Values(append(entries, entry("Name", jen.Lit(t.Name)))...)
}

func stringList(list []string) jen.Code {
	literals := make([]jen.Code, len(list))
	for i, s := range list {
		literals[i] = jen.Lit(s)
	}
	return jen.Index().String().Values(literals...)
}

// rootKey is a root's key in the first columns of a row.
func rootKey(c *collection) plan.ID {
	id := plan.ID{Key: c.Key}
	for i, column := range c.Key.Columns {
		id.Reads = append(id.Reads, plan.Read{Item: i, Form: column.Form, Type: column.Base, Base: column.Base})
	}
	return id
}
