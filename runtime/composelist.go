package denorm

import "strings"

// rangeRows is the most rows of a composite key in one list of MySQL's. Its optimiser takes time that grows
// with the square of the list: MariaDB 6 ms for 100 rows of three columns, but a second for 1,000.
const rangeRows = 16

// listed writes the roots of n keys.
func (c composer) listed(text *sqlText, n int) {
	composite := len(c.statements.Roots.Key) > 1
	switch {
	case composite && n == 1:
		c.start(text, "t.*")()
		c.keyEquals(text, len(c.statements.Roots.Key))
	case composite && c.arrays:
		c.start(text, "t.*")()
		c.inArrays(text)
	case composite && c.dialect == MySQL && n > rangeRows:
		c.inPieces(text, n)
	default:
		c.start(text, "t.*")()
		c.keyRow(text)
		c.oneOf(text, n, c.bound[0])
	}
}

// oneOf writes behind a column, or behind a row of several where it is a list, that it is one of n keys, compared as an SQL type.
func (c composer) oneOf(text *sqlText, n int, as string) {
	switch {
	case n == 1:
		// Also where keys are bound as arrays: PostgreSQL plans a list anew each time, even a list of one.
		text.WriteString(" = ")
		text.bindAs(as)
	case c.arrays && c.dialect == SQLite:
		value := "value"
		if as != "" {
			value = "CAST(value AS " + as + ")"
		}
		text.WriteString(" IN (SELECT " + value + " FROM json_each(")
		text.bind()
		text.WriteString("))")
	case c.arrays:
		text.WriteString(" = ANY (")
		text.bindAs(arrayOf(as))
		text.WriteString(")")
	default:
		c.in(text, n)
	}
}

// in writes a list of n keys.
func (c composer) in(text *sqlText, n int) {
	opening := " IN ("
	if c.dialect == SQLite && len(c.statements.Roots.Key) > 1 {
		opening = " IN (VALUES "
	}
	for i := range n {
		text.WriteString([]string{opening, ", "}[min(i, 1)])
		c.bindRow(text)
	}
	text.WriteString(")")
}

// arrayOf is the type of an array of values of a type, "" for the column's own.
func arrayOf(sqlType string) string {
	if sqlType == "" {
		return ""
	}
	return sqlType + "[]"
}

// inArrays takes the keys from one array a column: PostgreSQL makes of a list of rows as many conditions,
// checks them one by one, and looks up each by itself. One text does for any number of keys.
func (c composer) inArrays(text *sqlText) {
	c.keyRow(text)
	text.WriteString(" IN (SELECT * FROM unnest(")
	for i, column := range c.statements.Roots.Key {
		if i > 0 {
			text.WriteString(", ")
		}
		if list := arrayOf(c.bound[i]); list != "" {
			text.bindAs(list)
			continue
		}
		// The type of the column has to be told to unnest, and only the column knows it.
		text.WriteString("COALESCE(")
		text.bind()
		text.WriteString(", ARRAY(SELECT k." + column + " FROM " + c.statements.Roots.Table + " AS k LIMIT 0))")
	}
	text.WriteString("))")
}

// inPieces finds the keys by short lists and then the rows by key. Of a key that stands in several lists,
// as the last one does that fills them up, UNION leaves one.
func (c composer) inPieces(text *sqlText, n int) {
	key := c.statements.Roots.Key
	text.WriteString("SELECT t.* FROM (")
	for from := 0; from < n; from += rangeRows {
		if from > 0 {
			text.WriteString(" UNION ")
		}
		text.WriteString("SELECT t." + strings.Join(key, ", t.") + " FROM " + c.statements.Roots.Table + " AS t WHERE ")
		c.keyRow(text)
		c.in(text, min(rangeRows, n-from))
	}
	text.WriteString(") AS k JOIN " + c.statements.Roots.Table + " AS t ON ")
	for i, column := range key {
		text.WriteString([]string{"", " AND "}[min(i, 1)] + "t." + column + " = k." + column)
	}
	c.filtered(text)
}
