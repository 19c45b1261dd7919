package denorm

import "strings"

// rangeRows is the most rows of a composite key in one list of MySQL's. Its optimiser takes time that grows
// with the square of the list: MariaDB 6 ms for 100 rows of three columns, but a second for 1,000.
const rangeRows = 16

// listed writes the roots of n keys.
func (c composer) listed(text *sqlText, n int) {
	composite := len(c.statements.Roots.Key) > 1
	switch {
	case n == 1:
		// Also where keys are bound as arrays: PostgreSQL plans a list anew each time, even a list of one.
		c.start(text, "t.*")()
		c.keyEquals(text, len(c.statements.Roots.Key))
	case c.usesArray() && composite:
		c.start(text, "t.*")()
		c.inArrays(text)
	case c.usesArray():
		c.start(text, "t.*")()
		c.keyRow(text)
		text.WriteString(" = ANY (")
		text.bindAs(c.arrayType(0))
		text.WriteString(")")
	case c.dialect == MySQL && composite && n > rangeRows:
		c.inPieces(text, n)
	default:
		c.start(text, "t.*")()
		c.in(text, n)
	}
}

// in writes a list of n keys.
func (c composer) in(text *sqlText, n int) {
	c.keyRow(text)
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

// arrayType is the type of an array of a key column's values, "" for the column's own.
func (c composer) arrayType(column int) string {
	if c.bound[column] == "" {
		return ""
	}
	return c.bound[column] + "[]"
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
		if list := c.arrayType(i); list != "" {
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
		c.in(text, min(rangeRows, n-from))
	}
	text.WriteString(") AS k JOIN " + c.statements.Roots.Table + " AS t ON ")
	for i, column := range key {
		text.WriteString([]string{"", " AND "}[min(i, 1)] + "t." + column + " = k." + column)
	}
	c.filtered(text)
}
