package capture

import (
	"fmt"
	"slices"
	"strings"
)

// Statements are the DDL that Install would run on an empty database, for people who run it themselves, and
// what takes it back. They are complete statements without the semicolon at the end; Up may be run again.
type Statements struct {
	Up, Down []string
}

// Present is what a database holds of ours already, as far as a script has to heed it.
type Present struct {
	// Others are the stored plans that are not the script's own: what they need stays captured.
	Others []Plan
	// Objects are the names of the objects that are there: those that serve no plan are dropped.
	Objects []string
}

// Script renders statements for plans of an application. Without a catalog (nil) the problems say what could
// not be seen; Install completes it later. Install takes over what a script has made without making it again.
func Script(dialect Dialect, application string, plans []Plan, catalog *Catalog) (Statements, []Problem, error) {
	return ScriptBeside(dialect, application, plans, catalog, Present{})
}

// ScriptBeside is Script for a database in which something is installed already.
func ScriptBeside(dialect Dialect, application string, plans []Plan, catalog *Catalog, present Present) (Statements, []Problem, error) {
	backend, err := Lookup(dialect)
	if err != nil {
		return Statements{}, nil, err
	}
	var problems []Problem
	others := present.Others
	if catalog != nil {
		var bypassed []Problem
		plans, problems = fit(dialect, plans, catalog, true)
		others, bypassed = fit(dialect, others, catalog, false)
		problems = append(problems, bypassed...)
	}
	layouts := Layouts(slices.Concat(others, plans))
	objects, more := backend.Objects(layouts, catalog)
	wanted := &state{problems: problems}
	objects = wanted.withoutOthersRefused(objects, more, tablesOf(plans...))
	problems = wanted.problems
	w := scriptWriter{dialect: dialect}
	w.statements.Up = slices.Clone(backend.Tables())
	for _, plan := range plans {
		body, err := encode(plan)
		if err != nil {
			return Statements{}, nil, err
		}
		w.put("denorm_plans", []string{"collection", "shape", "application", "body", "seen_at"}, 2,
			w.text(plan.Collection), w.text(plan.Shape), w.text(application), w.text(body), w.now())
	}
	for _, layout := range layouts {
		body, err := encode(layout)
		if err != nil {
			return Statements{}, nil, err
		}
		w.put("denorm_layouts", []string{"id", "body"}, 1, w.text(layout.ID), w.text(body))
	}
	remembered := []struct {
		name   string
		record record
	}{{tablesRecord, record{Made: hashOf(backend.Tables()...)}}}
	for _, object := range objects {
		w.statements.Up = append(w.statements.Up, object.Create...)
		remembered = append(remembered, struct {
			name   string
			record record
		}{object.Name, record{Made: hashOf(object.Create...), Table: object.Table}})
	}
	for _, name := range present.Objects {
		if slices.ContainsFunc(objects, func(o Object) bool { return o.Name == name }) {
			continue
		}
		w.statements.Up = append(w.statements.Up, backend.Drop(name)...)
		w.statements.Up = append(w.statements.Up, "DELETE FROM denorm_installed WHERE "+quoteName(dialect, "name")+" = "+w.text(name))
	}
	for _, object := range slices.Backward(objects) {
		w.statements.Down = append(w.statements.Down, object.Drop...)
	}
	w.statements.Down = append(w.statements.Down, backend.Undo()...)
	for _, r := range remembered {
		body, err := encode(r.record)
		if err != nil {
			return Statements{}, nil, err
		}
		w.put("denorm_installed", []string{"name", "fingerprint"}, 1, w.text(r.name), w.text(body))
	}
	return w.statements, problems, nil
}

// scriptWriter writes statements with literals.
type scriptWriter struct {
	dialect    Dialect
	statements Statements
}

func (w *scriptWriter) text(s string) string { return quoteText(w.dialect, s) }

// now is the time in seconds when the script runs.
func (w *scriptWriter) now() string {
	switch w.dialect {
	case Postgres:
		return "CAST(EXTRACT(EPOCH FROM now()) AS bigint)"
	case MySQL:
		return "UNIX_TIMESTAMP()"
	default:
		return "CAST(strftime('%s', 'now') AS INTEGER)"
	}
}

// put replaces a row; its key columns come first.
func (w *scriptWriter) put(table string, columns []string, keys int, values ...string) {
	var same []string
	for i := range keys {
		same = append(same, quoteName(w.dialect, columns[i])+" = "+values[i])
	}
	w.statements.Up = append(w.statements.Up,
		fmt.Sprintf("DELETE FROM %s WHERE %s", table, strings.Join(same, " AND ")),
		fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, quoteNames(w.dialect, columns), strings.Join(values, ", ")))
}
