package relay

import (
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/denormgen/denormgen/runtime/capture"
)

// statement is a text with its values.
type statement struct {
	text strings.Builder
	args []any
}

// limits of one statement.
const (
	maxVariables = 8000 // MySQL allows 65,535
	fewVariables = 500  // SQLite allows 32,766, but one driver's time is quadratic
	maxUnions    = 400  // members of a UNION, which MySQL plans one by one
)

// perStatement is how many tuples of n columns one query can ask for.
func (d sqlDialect) perStatement(n int) int {
	switch d {
	case sqlite:
		return max(fewVariables/max(n, 1), 1)
	case mysql:
		return min(maxUnions, maxVariables/max(n, 1))
	default:
		return 10_000
	}
}

// rootsStatement asks for up to limit keys after one, in order; nil for the first. Without tuples it asks for
// none, and fails only if the query itself is broken.
func (f *feed) rootsStatement(q *query, catalog *capture.Catalog, list []tuple, after tuple, limit int) *statement {
	s := &statement{}
	f.writeChanged(s, columnsOf(catalog, q.table, q.from), list)
	keys := make([]string, len(q.key))
	for i := range keys {
		keys[i] = "k" + strconv.Itoa(i+1)
	}
	names := strings.Join(keys, ", ")
	fmt.Fprintf(&s.text, "SELECT %s FROM (%s) AS r", names, q.roots)
	if after != nil {
		bound := make([]string, len(after))
		for i, column := range columnsOf(catalog, q.root, q.key) {
			bound[i] = f.bind(s, column, after[i])
		}
		if len(keys) == 1 {
			fmt.Fprintf(&s.text, " WHERE %s > %s", names, bound[0])
		} else {
			fmt.Fprintf(&s.text, " WHERE (%s) > (%s)", names, strings.Join(bound, ", "))
		}
	}
	fmt.Fprintf(&s.text, " ORDER BY %s LIMIT %d", names, limit)
	return s
}

// writeChanged writes the common table expression of the tuples.
func (f *feed) writeChanged(s *statement, columns []*capture.ColumnInfo, list []tuple) {
	names := make([]string, len(columns))
	for i := range names {
		names[i] = "v" + strconv.Itoa(i+1)
	}
	fmt.Fprintf(&s.text, "WITH denorm_changed (%s) AS ", strings.Join(names, ", "))
	if f.sql == sqlite { // or a scan of a table reads the values anew for each of its rows
		s.text.WriteString("MATERIALIZED ")
	}
	s.text.WriteString("(")
	switch {
	case f.sql == postgres:
		f.writeUnnest(s, columns, names, list)
	case len(list) == 0:
		s.text.WriteString("SELECT ")
		for i, column := range columns {
			if i > 0 {
				s.text.WriteString(", ")
			}
			s.text.WriteString(f.bind(s, column, nil))
		}
		s.text.WriteString(" FROM (SELECT 1) AS u WHERE 1 = 0")
	case f.sql == sqlite && integers(list):
		f.writeIntegers(s, len(columns), list)
	case f.sql == sqlite:
		s.text.WriteString("VALUES ")
		f.writeRows(s, columns, list, "(", "), (", ")")
	default:
		f.writeRows(s, columns, list, "SELECT ", " UNION ALL SELECT ", "")
	}
	s.text.WriteString(") ")
}

// integers tells whether all values are integers, as keys mostly are.
func integers(list []tuple) bool {
	for _, values := range list {
		for _, value := range values {
			if _, ok := value.(int64); !ok {
				return false
			}
		}
	}
	return true
}

// writeIntegers binds one text, for drivers of SQLite bind many values slowly.
func (f *feed) writeIntegers(s *statement, columns int, list []tuple) {
	body := []byte{'['}
	for i, values := range list {
		if i > 0 {
			body = append(body, ',')
		}
		for j, value := range values {
			body = append(body, "[,"[min(j, 1)])
			body = strconv.AppendInt(body, value.(int64), 10)
		}
		body = append(body, ']')
	}
	s.args = append(s.args, string(append(body, ']')))
	s.text.WriteString("SELECT ")
	for j := range columns {
		if j > 0 {
			s.text.WriteString(", ")
		}
		fmt.Fprintf(&s.text, "json_extract(value, '$[%d]')", j)
	}
	s.text.WriteString(" FROM json_each(?)")
}

func (f *feed) writeRows(s *statement, columns []*capture.ColumnInfo, list []tuple, open, next, end string) {
	for i, values := range list {
		if i == 0 {
			s.text.WriteString(open)
		} else {
			s.text.WriteString(next)
		}
		for j, value := range values {
			if j > 0 {
				s.text.WriteString(", ")
			}
			s.text.WriteString(f.bind(s, columns[j], value))
		}
	}
	s.text.WriteString(end)
}

// writeUnnest binds one array of texts a column, so that the text is the same for any number of tuples.
func (f *feed) writeUnnest(s *statement, columns []*capture.ColumnInfo, names []string, list []tuple) {
	selected, arrays := make([]string, len(columns)), make([]string, len(columns))
	for i, column := range columns {
		values := make([]string, len(list))
		for j := range list {
			values[j] = textOf(list[j][i])
		}
		s.args = append(s.args, arrayLiteral(values))
		arrays[i] = "CAST(CAST($" + strconv.Itoa(len(s.args)) + " AS text) AS text[])"
		selected[i] = f.cast(column, "u."+names[i])
	}
	fmt.Fprintf(&s.text, "SELECT %s FROM unnest(%s) AS u (%s)", strings.Join(selected, ", "), strings.Join(arrays, ", "), strings.Join(names, ", "))
}

// bind adds a value, and returns the expression that makes it one of the column's.
func (f *feed) bind(s *statement, column *capture.ColumnInfo, value driver.Value) string {
	if number, ok := value.(int64); ok && f.sql == mysql { // as with inline
		return f.cast(column, strconv.FormatInt(number, 10))
	}
	if f.sql != postgres {
		s.args = append(s.args, value)
		return f.cast(column, "?")
	}
	s.args = append(s.args, textOf(value))
	return f.cast(column, "CAST($"+strconv.Itoa(len(s.args))+" AS text)")
}

// cast makes an expression one of the column's type; a column that is not known leaves it as it is.
func (f *feed) cast(column *capture.ColumnInfo, expression string) string {
	if column == nil {
		return expression
	}
	return f.Backend.Cast(*column, expression)
}

// columnsOf finds columns in the catalog; nil stands for one that is not there.
func columnsOf(catalog *capture.Catalog, table capture.Table, names []string) []*capture.ColumnInfo {
	columns := make([]*capture.ColumnInfo, len(names))
	if catalog == nil || catalog.Tables[table] == nil {
		return columns
	}
	for i, name := range names {
		columns[i] = catalog.Tables[table].Column(name)
	}
	return columns
}

// textOf is the text from which PostgreSQL makes the value again.
func textOf(value driver.Value) string {
	switch v := value.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case []byte:
		return `\x` + hex.EncodeToString(v)
	case time.Time:
		return v.Format(time.RFC3339Nano)
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// saved is a value in JSON: a kind and a text.
type saved struct {
	Kind string `json:"k"`
	Text string `json:"v"`
}

func save(values tuple) []saved {
	list := make([]saved, len(values))
	for i, value := range values {
		switch v := value.(type) {
		case int64:
			list[i] = saved{"i", strconv.FormatInt(v, 10)}
		case uint64:
			list[i] = saved{"u", strconv.FormatUint(v, 10)}
		case float64:
			list[i] = saved{"f", strconv.FormatFloat(v, 'g', -1, 64)}
		case bool:
			list[i] = saved{"l", strconv.FormatBool(v)}
		case time.Time:
			list[i] = saved{"t", v.Format(time.RFC3339Nano)}
		case []byte:
			list[i] = saved{"b", hex.EncodeToString(v)}
		case string:
			list[i] = saved{"s", v}
			if !utf8.ValidString(v) { // JSON would change it
				list[i] = saved{"x", hex.EncodeToString([]byte(v))}
			}
		default:
			list[i] = saved{"?", fmt.Sprint(v)}
		}
	}
	return list
}

// restore reads what save wrote.
func restore(list []saved) (tuple, error) {
	values := make(tuple, len(list))
	for i, s := range list {
		var err error
		switch s.Kind {
		case "i":
			values[i], err = strconv.ParseInt(s.Text, 10, 64)
		case "u":
			values[i], err = strconv.ParseUint(s.Text, 10, 64)
		case "f":
			values[i], err = strconv.ParseFloat(s.Text, 64)
		case "l":
			values[i], err = strconv.ParseBool(s.Text)
		case "t":
			values[i], err = time.Parse(time.RFC3339Nano, s.Text)
		case "b":
			values[i], err = hex.DecodeString(s.Text)
		case "x":
			var raw []byte
			raw, err = hex.DecodeString(s.Text)
			values[i] = string(raw)
		case "s":
			values[i] = s.Text
		default:
			err = fmt.Errorf("a saved value has the kind %q", s.Kind)
		}
		if err != nil {
			return nil, err
		}
	}
	return values, nil
}
