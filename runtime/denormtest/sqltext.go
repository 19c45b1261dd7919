package denormtest

import (
	"fmt"
	"strings"

	"github.com/denormgen/denormgen/runtime/capture"
)

// reading is what is selected of a column: its value in a form that binds to the same value again, whatever
// the driver makes of columns of such a type.
func (t *sqlTable) reading(column *capture.ColumnInfo) string {
	name := t.quote(column.Name)
	switch {
	case t.dialect == capture.Postgres:
		return name + "::text"
	case t.dialect == capture.SQLite:
		return "+" + name // an expression has no type for the driver to convert to
	case t.timed(column):
		return "CAST(" + name + " AS CHAR)"
	default:
		return name
	}
}

// bindable makes text of bytes that are text.
func (t *sqlTable) bindable(column *capture.ColumnInfo, value any) any {
	text, ok := value.([]byte)
	if !ok || t.dialect == capture.SQLite || t.binary(column) {
		return value
	}
	return string(text)
}

func (t *sqlTable) timed(column *capture.ColumnInfo) bool {
	return hasAnyPrefix(column.Type, "date", "time", "year")
}

func (t *sqlTable) binary(column *capture.ColumnInfo) bool {
	return t.dialect == capture.MySQL && column.Charset == "" &&
		(hasAnyPrefix(column.Type, "bit", "binary", "varbinary", "geometry", "point") || strings.Contains(column.Type, "blob"))
}

func hasAnyPrefix(text string, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(strings.ToLower(text), prefix) {
			return true
		}
	}
	return false
}

// quoted is the table's name in a statement.
func (t *sqlTable) quoted() string {
	if schema := t.table.Schema; schema != "" {
		return t.quote(schema) + "." + t.quote(t.table.Name)
	}
	return t.quote(t.table.Name)
}

func (t *sqlTable) quote(name string) string {
	mark := `"`
	if t.dialect == capture.MySQL {
		mark = "`"
	}
	return mark + strings.ReplaceAll(name, mark, mark+mark) + mark
}

func (t *sqlTable) quoteAll(names []string) []string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = t.quote(name)
	}
	return quoted
}

// say tells people what is done to a row.
func (t *sqlTable) say(what string, old, changed sqlRow) string {
	var row, set []string
	for i, column := range t.columns {
		if len(t.info.Key) == 0 || t.unique(column.Name) {
			row = append(row, column.Name+"="+sayValue(old[i]))
		}
		if !sameValue(old[i], changed[i]) {
			set = append(set, column.Name+" from "+sayValue(old[i])+" to "+sayValue(changed[i]))
		}
	}
	text := what + " " + t.name() + " (" + strings.Join(row, ", ") + ")"
	if len(set) > 0 {
		text += ": " + strings.Join(set, ", ")
	}
	return text
}

func sayValue(value any) string {
	switch v := value.(type) {
	case nil:
		return "NULL"
	case string:
		return fmt.Sprintf("%q", v)
	case []byte:
		return fmt.Sprintf("%x", v)
	default:
		return fmt.Sprint(v)
	}
}
