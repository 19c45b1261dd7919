package naive

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any // nil, a value of a row, string, int, object, []any or dict
}

// dict is a JSON object whose members are sorted by name.
type dict map[string]any

func (o *object) add(name string, value any) { *o = append(*o, member{name, value}) }

// columns begins an object with columns of a row under their names.
func columns(r Row, names ...string) object {
	var o object
	for _, name := range names {
		o.add(name, r[name])
	}
	return o
}

// write writes a value as JSON.
func write(out *bytes.Buffer, value any) {
	switch value := value.(type) {
	case object:
		out.WriteByte('{')
		for i, m := range value {
			if i > 0 {
				out.WriteByte(',')
			}
			write(out, m.name)
			out.WriteByte(':')
			write(out, m.value)
		}
		out.WriteByte('}')
	case dict:
		var names []string
		for name := range value {
			names = append(names, name)
		}
		slices.Sort(names)
		var sorted object
		for _, name := range names {
			sorted.add(name, value[name])
		}
		write(out, sorted)
	case []any:
		out.WriteByte('[')
		for i, element := range value {
			if i > 0 {
				out.WriteByte(',')
			}
			write(out, element)
		}
		out.WriteByte(']')
	case nil:
		out.WriteString("null")
	case int64:
		out.WriteString(strconv.FormatInt(value, 10))
	case int:
		out.WriteString(strconv.Itoa(value))
	case bool:
		out.WriteString(strconv.FormatBool(value))
	case time.Time:
		out.WriteString(value.UTC().Format(`"` + time.RFC3339Nano + `"`))
	default: // texts and floats, as the standard library writes them
		scalar, err := json.Marshal(value)
		if err != nil {
			out.WriteString("<" + err.Error() + ">")
			return
		}
		out.Write(scalar)
	}
}

func encode(value any) string {
	var out bytes.Buffer
	write(&out, value)
	return out.String()
}

// list makes a JSON array.
func list(hits []hit, element func(hit) any) []any {
	array := []any{}
	for _, h := range hits {
		array = append(array, element(h))
	}
	return array
}

// values makes a JSON array of one column.
func values(hits []hit, column string) []any {
	return list(hits, func(h hit) any { return h.row[column] })
}

// one is the object of a row, or null.
func one(r Row, build func(Row) object) any {
	if r == nil {
		return nil
	}
	return build(r)
}

// value is a column of a row, or null without one.
func value(r Row, column string) any {
	if r == nil {
		return nil
	}
	return r[column]
}

// mapped makes a JSON object by the text of a column; the first row with a text wins.
func mapped(hits []hit, column string, element func(hit) any) dict {
	d := dict{}
	for _, h := range hits {
		name, ok := h.row[column].(string)
		if !ok {
			name = strconv.FormatInt(h.row[column].(int64), 10)
		}
		if _, taken := d[name]; !taken {
			d[name] = element(h)
		}
	}
	return d
}

// Text shows a row of the table.
func (t Table) Text(r Row) string {
	var o object
	for _, c := range t.Columns {
		o.add(c.Name, r[c.Name])
	}
	return encode(o)
}
