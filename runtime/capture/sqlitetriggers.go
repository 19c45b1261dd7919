package capture

import (
	"fmt"
	"slices"
	"strings"
)

// sqliteTrigger fills the template of a trigger, or, with From, of one that logs the rows of its table that
// REPLACE is about to remove.
type sqliteTrigger struct {
	Name, Table, Event, When string
	Layout, Op               string
	Columns, Values          []string // what is logged: columns of the log and SQL
	// From are conditions on the rows of the table, called OLD, each for a statement of its own: joined by OR, they
	// made newer libraries read the whole table where a collation is named.
	From []string
}

// Statements are the conditions of the trigger's statements; one without a condition logs the row itself.
func (t sqliteTrigger) Statements() []string {
	if len(t.From) == 0 {
		return []string{""}
	}
	return t.From
}

// Objects renders up to five triggers per table: names carry the layout, so that old ones stay in place
// until the new ones are made.
func (sqliteBackend) Objects(layouts []Layout, catalog *Catalog) ([]Object, []Problem) {
	var objects []Object
	var problems []Problem
	for i := range layouts {
		layout := &layouts[i]
		r := sqliteRenderer{layout: layout, letter: "t"}
		if catalog != nil {
			r.table = catalog.Tables[layout.Table]
		}
		if r.table != nil {
			r.letter = sqliteLetter(r.table)
		} else {
			problems = append(problems, Problem{Severity: Warning, Table: layout.Table,
				Message: "without a look at the database its keys and types are not known: rows that REPLACE removes are not logged, and filters are not looked at",
				Remedy:  "name the database with -dsn"})
		}
		for _, trigger := range r.triggers() {
			object, err := r.object(trigger)
			if err != nil {
				problems = append(problems, Problem{Severity: Refused, Table: layout.Table, Message: err.Error()})
				continue
			}
			objects = append(objects, object)
		}
	}
	return objects, problems
}

// sqliteLetter marks the encoding of the database in logged texts.
func sqliteLetter(table *TableInfo) string {
	if len(table.Columns) > 0 {
		switch table.Columns[0].Charset {
		case "UTF-16le":
			return "l"
		case "UTF-16be":
			return "b"
		}
	}
	return "t"
}

// sqliteRenderer writes the SQL of one table's triggers.
type sqliteRenderer struct {
	layout *Layout
	table  *TableInfo // nil if the database is not known
	letter string
}

func (r sqliteRenderer) object(trigger sqliteTrigger) (Object, error) {
	trigger.Table, trigger.Layout = r.layout.Table.Name, r.layout.ID
	trigger.Name = sqlitePrefix + trigger.Name + "_" + r.layout.Table.Name + "_" + r.layout.ID[:8]
	text, err := templateText(SQLite, "triggers", trigger)
	if err != nil {
		return Object{}, err
	}
	object := Object{
		Name: trigger.Name, Table: r.layout.Table, Create: statementsOf(text),
		Drop: sqliteBackend{}.Drop(trigger.Name),
	}
	name := "main." + quoteName(SQLite, r.layout.Table.Name)
	switch {
	case strings.HasSuffix(trigger.Event, "DELETE"):
		object.Check = []string{"EXPLAIN DELETE FROM " + name}
	case strings.HasSuffix(trigger.Event, "INSERT"):
		object.Check = []string{"EXPLAIN INSERT INTO " + name + " DEFAULT VALUES"}
	default:
		if column, ok := r.writable(); ok {
			object.Check = []string{"EXPLAIN UPDATE " + name + " SET " + column + " = " + column}
		}
	}
	return object, nil
}

// writable names a column that can be set.
func (r sqliteRenderer) writable() (string, bool) {
	if r.table == nil {
		return "", false
	}
	i := slices.IndexFunc(r.table.Columns, func(c ColumnInfo) bool { return !c.Generated })
	if i < 0 {
		return "", false
	}
	return quoteName(SQLite, r.table.Columns[i].Name), true
}

func (r sqliteRenderer) triggers() []sqliteTrigger {
	list := []sqliteTrigger{
		{
			Name: "insert", Event: "AFTER INSERT", Op: string(Insert),
			Columns: []string{"new_in", "new_row"}, Values: r.side("NEW"),
		},
		{
			Name: "update", Event: "AFTER UPDATE", Op: string(Update), When: r.differs(r.layout.Tracked),
			Columns: []string{"changed", "old_in", "new_in", "old_row", "new_row"},
		},
		{
			Name: "delete", Event: "AFTER DELETE", Op: string(Delete),
			Columns: []string{"old_in", "old_row"}, Values: r.side("OLD"),
		},
	}
	before, after := r.side("OLD"), r.side("NEW")
	list[1].Values = []string{r.verdicts(), before[0], after[0], before[1], after[1]}
	if list[1].When == "" {
		list[1].When = "0" // nothing of it is tracked
	}
	conflict := r.conflict()
	if len(conflict) == 0 {
		return list
	}
	replaced := sqliteTrigger{Columns: []string{"old_in", "old_row"}, Values: before}
	insert, update := replaced, replaced
	insert.Name, insert.Event, insert.Op, insert.From = "replace", "BEFORE INSERT", sqliteReplaced, conflict
	// A row that is replaced by one with the same values changes no document; that also spares most inserts
	// which then are ignored or turn into updates.
	if differs := r.differs(union(r.layout.Tracked, r.layout.Values)); differs != "" {
		insert.From = eachAnd(conflict, differs)
	}
	update.Name, update.Event, update.Op, update.From = "rekey", "BEFORE UPDATE", string(Delete), r.otherThan(conflict)
	update.When = r.keyDiffers()
	return append(list, insert, update)
}

// side is the verdicts and the values of the row OLD or NEW.
func (r sqliteRenderer) side(row string) []string {
	var verdicts, values []string
	for _, guard := range r.layout.Guards {
		condition := guard.Old
		if row == "NEW" {
			condition = guard.New
		}
		if condition == "" {
			verdicts = append(verdicts, "'1'")
			continue
		}
		verdicts = append(verdicts, r.verdict(condition))
	}
	for _, column := range r.layout.Values {
		value := row + "." + quoteName(SQLite, column)
		values = append(values, fmt.Sprintf("CASE typeof(%s) WHEN 'text' THEN '%s' || hex(%s) ELSE quote(%s) END", value, r.letter, value, value))
	}
	return []string{concatenation(verdicts, " || "), concatenation(values, " || ',' || ")}
}

// verdicts says of each tracked column whether it changed.
func (r sqliteRenderer) verdicts() string {
	var verdicts []string
	for _, column := range r.layout.Tracked {
		verdicts = append(verdicts, "CASE WHEN "+sqliteDiffers(quoteName(SQLite, column))+" THEN '1' ELSE '0' END")
	}
	return concatenation(verdicts, " || ")
}

// concatenation is an empty text for no parts.
func concatenation(parts []string, operator string) string {
	if len(parts) == 0 {
		return "''"
	}
	return joinBalanced(parts, operator)
}

// differs is the condition that the bytes of one of the columns differ between OLD and NEW.
func (r sqliteRenderer) differs(columns []string) string {
	var parts []string
	for _, column := range columns {
		parts = append(parts, sqliteDiffers(quoteName(SQLite, column)))
	}
	return joinBalanced(parts, " OR ")
}

// sqliteDiffers compares without the column's collation, and tells 1 from 1.0.
func sqliteDiffers(column string) string {
	return fmt.Sprintf("OLD.%s COLLATE BINARY IS NOT NEW.%s OR typeof(OLD.%s) <> typeof(NEW.%s)", column, column, column, column)
}

// eachAnd narrows all conditions by another one.
func eachAnd(conditions []string, also string) []string {
	var both []string
	for _, condition := range conditions {
		both = append(both, "("+condition+")\n  AND ("+also+")")
	}
	return both
}

// conflict are conditions, one for each unique key, that a row called OLD holds the values of NEW.
func (r sqliteRenderer) conflict() []string {
	if r.table == nil {
		return nil
	}
	var keys []string
	if r.table.RowID != "" {
		keys = append(keys, fmt.Sprintf("%s = NEW.%s", r.table.RowID, r.table.RowID))
	}
	for _, key := range r.table.UniqueKeys {
		var terms []string
		for _, term := range key.Terms {
			if term.Column == "" {
				terms = append(terms, fmt.Sprintf("(%s) COLLATE %s = (SELECT %s FROM (%s))",
					term.Expression, quoteName(SQLite, term.Collation), term.Expression, r.newRow()))
				continue
			}
			terms = append(terms, fmt.Sprintf("OLD.%s = %s COLLATE %s",
				quoteName(SQLite, term.Column), r.newValue(term.Column), quoteName(SQLite, term.Collation)))
		}
		if key.Where != "" {
			terms = append(terms, "("+key.Where+")", "EXISTS (SELECT 1 FROM ("+r.newRow()+") WHERE "+key.Where+")")
		}
		keys = append(keys, strings.Join(terms, " AND "))
	}
	// A row that holds several of them is found once.
	for i := len(keys) - 1; i > 0; i-- {
		keys[i] += "\n  AND (" + strings.Join(keys[:i], " OR ") + ") IS NOT 1"
	}
	return keys
}

// newValue is the value that the new row will have: OR REPLACE puts the default for a NULL that is not
// allowed.
func (r sqliteRenderer) newValue(name string) string {
	value := "NEW." + quoteName(SQLite, name)
	if column := r.table.Column(name); column != nil && !column.Nullable && column.Default != "" {
		return "coalesce(" + value + ", " + column.Default + ")"
	}
	return value
}

// newRow is the new row as a query, for conditions that name columns alone.
func (r sqliteRenderer) newRow() string {
	var columns []string
	for i := range r.table.Columns {
		name := r.table.Columns[i].Name
		value := r.newValue(name)
		if affinity := sqliteAffinity(r.table.Columns[i].Type); affinity != "" {
			value = "CAST(" + value + " AS " + affinity + ")"
		}
		columns = append(columns, value+" AS "+quoteName(SQLite, name))
	}
	return "SELECT " + strings.Join(columns, ", ")
}

// keyDiffers is the condition that an update changes a unique key, "" if that cannot be told.
func (r sqliteRenderer) keyDiffers() string {
	var columns, parts []string
	for _, key := range r.table.UniqueKeys {
		for _, term := range key.Terms {
			if term.Column == "" || key.Where != "" {
				return ""
			}
			columns = append(columns, term.Column)
		}
	}
	if r.table.RowID != "" {
		parts = append(parts, fmt.Sprintf("OLD.%s <> NEW.%s", r.table.RowID, r.table.RowID))
	}
	slices.Sort(columns)
	for _, column := range slices.Compact(columns) {
		parts = append(parts, sqliteDiffers(quoteName(SQLite, column)))
	}
	return strings.Join(parts, " OR ")
}

// otherThan keeps the row that is updated out of those that it conflicts with. Where the rows of the table
// are called OLD, only a query of its own sees the OLD of the trigger.
func (r sqliteRenderer) otherThan(conflict []string) []string {
	var other []string
	if row := r.table.RowID; row != "" {
		// OLD and the name of the row number would be that of the trigger too.
		other = append(other, fmt.Sprintf("%s IS NOT (SELECT OLD.%s)", row, row))
	} else {
		for _, column := range r.table.Key {
			name := quoteName(SQLite, column)
			other = append(other, fmt.Sprintf("OLD.%s IS NOT (SELECT OLD.%s)", name, name))
		}
	}
	if len(other) == 0 {
		return conflict
	}
	return eachAnd(conflict, strings.Join(other, " OR "))
}

// union merges two sorted lists.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
