package capture

import (
	"fmt"
	"slices"
	"strings"
)

// fit compares plans with the tables that are there. Own plans have to fit: what does not is Refused. Of the
// plans of others the rest is served: what they lack makes "all documents" out of every change, by the
// relay, and the problem says Bypassed.
func fit(dialect Dialect, plans []Plan, catalog *Catalog, own bool) ([]Plan, []Problem) {
	f := fitter{dialect: dialect, catalog: catalog, severity: Bypassed, seen: map[string]bool{}}
	if own {
		f.severity = Refused
	}
	fitting := make([]Plan, 0, len(plans))
	for _, plan := range plans {
		var depends []Dependency
		for _, dependency := range plan.Depends {
			if f.dependency(plan.Collection, &dependency) {
				depends = append(depends, dependency)
			}
		}
		plan.Depends = depends
		fitting = append(fitting, plan)
	}
	return fitting, f.problems
}

type fitter struct {
	dialect  Dialect
	catalog  *Catalog
	severity Severity
	problems []Problem
	seen     map[string]bool
}

// dependency takes out the columns that are missing, and tells whether the table can be watched at all.
func (f *fitter) dependency(collection string, d *Dependency) bool {
	info, ok := f.catalog.Tables[d.Table]
	if schema := sqliteFold(d.Table.Schema); f.dialect == SQLite && schema != "" && schema != "main" {
		f.add(d.Table, fmt.Sprintf("table %s is in a database that is attached: its changes cannot be logged in the transaction of the main one", d.Table),
			"open that database by an engine of its own")
		return false
	}
	if !ok {
		var names []string
		for _, table := range f.catalog.Names {
			names = append(names, table.Name)
		}
		f.add(d.Table, fmt.Sprintf("collection %s needs table %s, which is not in the database", collection, d.Table), suggest(d.Table.Name, names))
		return false
	}
	switch {
	case info.Kind == View:
		f.add(d.Table, fmt.Sprintf("%s is a view: no trigger sees the changes of what it shows", d.Table), "name the tables that it reads: reads= on its model")
		return false
	case info.Kind == Foreign, info.Kind == Virtual:
		f.add(d.Table, fmt.Sprintf("%s is a %s: no trigger sees all of its changes", d.Table, info.Kind), "keep what documents show in an ordinary table")
		return false
	case info.Engine != "" && !strings.EqualFold(info.Engine, "InnoDB"):
		f.add(d.Table, fmt.Sprintf("%s has the storage engine %s, which has no transactions: a change and its log can part", d.Table, info.Engine),
			"ALTER TABLE "+quoteTable(f.dialect, d.Table)+" ENGINE=InnoDB")
		return false
	}
	columns, from := f.columns(collection, d.Table, info, d.Columns), f.columns(collection, d.Table, info, d.From)
	if len(columns) < len(d.Columns) || len(from) < len(d.From) {
		d.Columns, d.From, d.Old, d.New = columns, from, "", "" // a condition may name what is missing
	}
	return true
}

// columns keeps those that are there.
func (f *fitter) columns(collection string, table Table, info *TableInfo, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		if slices.ContainsFunc(info.Columns, func(c ColumnInfo) bool {
			return c.Name == name || f.dialect != Postgres && strings.EqualFold(c.Name, name)
		}) {
			return false
		}
		var there []string
		for i := range info.Columns {
			there = append(there, info.Columns[i].Name)
		}
		f.add(table, fmt.Sprintf("collection %s needs column %s of table %s, which has no such column", collection, name, table), suggest(name, there))
		return true
	})
}

// add keeps a problem once.
func (f *fitter) add(table Table, message, remedy string) {
	if !f.seen[message] {
		f.seen[message] = true
		f.problems = append(f.problems, Problem{Severity: f.severity, Table: table, Message: message, Remedy: remedy})
	}
}

// tablesOf lists the tables that plans depend on or look rows up in.
func tablesOf(plans ...Plan) []Table {
	var tables []Table
	for _, plan := range plans {
		for _, dependency := range plan.Depends {
			tables = append(tables, dependency.Table)
			for _, join := range dependency.Joins {
				tables = append(tables, join.Table)
			}
		}
	}
	slices.SortFunc(tables, compareTables)
	return slices.Compact(tables)
}
