package capture

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// postgresPrefix begins the names of trigger functions.
const postgresPrefix = "denorm_capture_"

// postgresConcat is the operator that joins texts, whatever search_path is.
const postgresConcat = " OPERATOR(pg_catalog.||)\n          "

// postgresObject is what the templates of one table's capture are filled with.
type postgresObject struct {
	Function string
	Table    string // quoted
	Comment  string // on the function; Installed reads it
	Used     string // array of all columns
	Read     string // array of the columns whose values are logged, or read by conditions
	Written  string // array of the columns whose text depends on settings
	Tracked  string // array of the columns of which an update is logged; "" logs none
	Body     string // CREATE FUNCTION
	Tag      string // of dollar quotes

	Searches bool // the conditions have operators or functions, which are found by search_path
	Escapes  bool // the conditions have backslashes
	Settings []postgresSetting
}

// postgresSetting makes the text of a value the same whoever writes.
type postgresSetting struct{ Name, Value string }

// postgresFunction is what the trigger function is filled with.
type postgresFunction struct {
	Function, ID   string
	Doubtful       bool   // whether conditions may fail, or depend on what cannot be trusted
	Unknown        string // verdicts when no condition can be told
	OldRow, NewRow string
	OldIn, NewIn   string
	Unchanged      string // the verdicts when no tracked column changed; "" if there are none
	Tag            string
}

// Objects renders one object a table: its function with all its triggers, in one statement.
func (b postgresBackend) Objects(layouts []Layout, catalog *Catalog) ([]Object, []Problem) {
	var objects []Object
	var problems []Problem
	for i := range layouts {
		layout := &layouts[i]
		problems = append(problems, postgresProblems(layout, catalog)...)
		object, err := postgresCapture(layout)
		if err != nil {
			problems = append(problems, Problem{Severity: Refused, Table: layout.Table, Message: err.Error()})
			continue
		}
		objects = append(objects, object)
	}
	return objects, problems
}

// postgresProblems says what of a table's changes no trigger sees.
func postgresProblems(layout *Layout, catalog *Catalog) []Problem {
	if catalog == nil || catalog.Tables[layout.Table] == nil {
		return nil // the statement itself refuses what cannot be captured
	}
	var problems []Problem
	for _, child := range catalog.Tables[layout.Table].Children {
		if found := catalog.Tables[child]; found != nil && found.Kind == Foreign {
			problems = append(problems, Problem{Severity: Bypassed, Table: layout.Table,
				Message: fmt.Sprintf("%s has rows in the foreign table %s, which change elsewhere", layout.Table, child)})
		}
	}
	return problems
}

// used are all columns that a layout reads, sorted.
func (l *Layout) used() []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(l.Values, l.Tracked))))
}

// postgresRead are the columns whose values become text or stand in conditions.
func postgresRead(layout *Layout) []string {
	read := slices.Clone(layout.Values)
	for _, column := range layout.Tracked {
		name := strings.ReplaceAll(column, `"`, `""`)
		if slices.ContainsFunc(layout.Guards, func(g Guard) bool { return strings.Contains(g.Old+g.New, name) }) {
			read = append(read, column)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(read)))
}

// postgresSearches tells whether conditions may have more than columns and what joins conditions, such as
// operators.
func postgresSearches(layout *Layout) bool {
	simple := regexp.MustCompile(`^(?:(?:OLD|NEW)\."(?:[^"]|"")+"|\b(?:NOT|AND|OR|IS|NULL|TRUE|FALSE)\b|[() \n])*$`)
	return slices.ContainsFunc(layout.Guards, func(g Guard) bool { return !simple.MatchString(g.Old) || !simple.MatchString(g.New) })
}

// postgresCapture renders the object of one layout.
func postgresCapture(layout *Layout) (Object, error) {
	name := postgresFunctionName(layout.Table)
	texts := append([]string{name, layout.Table.Schema, layout.Table.Name}, layout.used()...)
	for _, guard := range layout.Guards {
		texts = append(texts, guard.Old, guard.New)
	}
	tag := postgresTag(texts...)
	body, err := templateText(Postgres, "function", newPostgresFunction(name, tag, layout))
	if err != nil {
		return Object{}, err
	}
	searches := postgresSearches(layout)
	written, tracked := layout.Values, ""
	if searches {
		written = postgresRead(layout) // conditions may make texts too
	}
	if len(layout.Tracked) > 0 {
		tracked = postgresTextArray(layout.Tracked)
	}
	create, err := templateText(Postgres, "install", postgresObject{
		Function: name,
		Table:    quoteTable(Postgres, layout.Table),
		Comment:  "captures changes of " + quoteTable(Postgres, layout.Table),
		Used:     postgresTextArray(layout.used()),
		Read:     postgresTextArray(postgresRead(layout)),
		Written:  postgresTextArray(written),
		Tracked:  tracked,
		Body:     body,
		Tag:      tag,
		Searches: searches,
		Escapes:  slices.ContainsFunc(layout.Guards, func(g Guard) bool { return strings.Contains(g.Old+g.New, `\`) }),
		Settings: postgresSettings(),
	})
	if err != nil {
		return Object{}, err
	}
	return Object{Name: name, Table: layout.Table, Create: []string{create}, Drop: postgresBackend{}.Drop(name)}, nil
}

// postgresFunctionName names a table's function, within the 63 bytes that a name may have.
func postgresFunctionName(table Table) string {
	const longest = 63
	name := postgresPrefix + table.Name
	if table.Schema == "" && len(name) <= longest-17 {
		return name
	}
	hash := "_" + hashOf(table.Schema, table.Name)
	return strings.ToValidUTF8(name[:min(len(name), longest-len(hash))], "") + hash
}

// Doubted is f where no condition can be told.
func (f postgresFunction) Doubted() postgresFunction {
	f.OldIn = quoteText(Postgres, f.Unknown)
	f.NewIn = f.OldIn
	return f
}

func newPostgresFunction(name, tag string, layout *Layout) postgresFunction {
	f := postgresFunction{
		Function: name, ID: layout.ID, Tag: tag,
		Doubtful:  postgresSearches(layout),
		Unknown:   strings.Repeat("1", len(layout.Guards)),
		OldRow:    postgresRow("OLD", layout.Values),
		NewRow:    postgresRow("NEW", layout.Values),
		Unchanged: strings.Repeat("0", len(layout.Tracked)),
	}
	var before, after []string
	for _, guard := range layout.Guards {
		before = append(before, postgresVerdict(guard.Old))
		after = append(after, postgresVerdict(guard.New))
	}
	f.OldIn, f.NewIn = cmp.Or(joinBalanced(before, postgresConcat), "''"), cmp.Or(joinBalanced(after, postgresConcat), "''")
	for _, text := range []*string{&f.Function, &f.OldRow, &f.NewRow, &f.OldIn, &f.NewIn} {
		*text = strings.ReplaceAll(*text, "%", "%%") // for format()
	}
	return f
}

// postgresSettings are those that a value's text may depend on.
func postgresSettings() []postgresSetting {
	return []postgresSetting{
		{"DateStyle", "ISO, YMD"},
		{"TimeZone", "UTC"},
		{"IntervalStyle", "postgres"},
		{"bytea_output", "hex"},
		{"extra_float_digits", "1"},
	}
}

// postgresVerdict is 0 only where a condition is surely false.
func postgresVerdict(condition string) string {
	if condition == "" {
		return "'1'"
	}
	return "CASE WHEN (" + condition + ") IS FALSE THEN '0' ELSE '1' END"
}

// postgresRow is the text of an array of a row's values.
func postgresRow(side string, columns []string) string {
	if len(columns) == 0 {
		return "'{}'"
	}
	fields := make([]string, len(columns))
	for i, column := range columns {
		fields[i] = side + "." + quoteName(Postgres, column) + "::pg_catalog.text"
	}
	return "ARRAY[" + strings.Join(fields, ", ") + "]::pg_catalog.text"
}

// postgresTextArray is an SQL array of texts.
func postgresTextArray(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = quoteText(Postgres, text)
	}
	return "ARRAY[" + strings.Join(quoted, ", ") + "]::pg_catalog.text[]"
}
