package denorm

import "strings"

const (
	// rootsCTE is the name that loaders select from.
	rootsCTE = "denorm_roots"
	// keysMark stands in loaders without roots behind the column that holds the key of one.
	keysMark = " IN (denorm_keys)"
)

// window says which page of a collection a statement reads. It is comparable: equal windows share a
// statement.
type window struct {
	prefix     int  // number of leading key columns that are fixed
	after      bool // only keys above a bound one
	before     bool // only keys below a bound one
	including  bool // those keys themselves, too
	descending bool // from the highest key down
	ofMany     bool // there are manyRoots, of which PostgreSQL knows too little
}

// composer writes the statements of one collection around its generated texts.
type composer struct {
	dialect    Dialect
	statements Statements
	// bound is the SQL type that each key column is compared as, "" for the column's own.
	bound []string
	// arrays tells that several keys are bound as arrays, one a column: PostgreSQL's, or JSON.
	arrays bool
}

// newComposer makes the composer of a collection with keys like this one, as it is bound. Exact keys are all bound alike.
func newComposer(dialect Dialect, statements Statements, key []any, exact bool) composer {
	c := composer{dialect: dialect, statements: statements, bound: boundTypes(dialect, key), arrays: dialect == Postgres}
	if dialect == SQLite && exact && len(key) == 1 && keyValues(dialect, key) == nil {
		_, c.arrays = key[0].(int64)
	}
	return c
}

// boundTypes returns composer.bound for a key, as it is bound. PostgreSQL would give a parameter the type of
// its column and fail where an integer is too large for it, for the whole list; that is a key which no row has.
func boundTypes(dialect Dialect, key []any) []string {
	types := make([]string, len(key))
	if dialect != Postgres || keyValues(dialect, key) != nil {
		return types
	}
	for i, value := range key {
		if _, ok := value.(int64); ok {
			types[i] = "bigint"
		}
	}
	return types
}

// start begins `SELECT what FROM roots AS t`, with the filter if there is one; and begins each further condition.
func (c composer) start(text *sqlText, what string) (and func()) {
	text.WriteString("SELECT " + what + " FROM " + c.statements.Roots.Table + " AS t")
	return c.filtered(text)
}

// filtered writes the filter, if there is one; and begins each further condition.
func (c composer) filtered(text *sqlText) (and func()) {
	separator := " WHERE "
	and = func() {
		text.WriteString(separator)
		separator = " AND "
	}
	if filter := c.statements.Roots.Filter; filter != "" {
		and()
		text.WriteString("(" + filter + ")")
	}
	return and
}

// byKeys returns all loaders for n keys; n is a padded size.
func (c composer) byKeys(n int) []string {
	roots := c.text(func(text *sqlText) { c.cte(text, func() { c.listed(text, n) }) })
	if c.dialect == SQLite && !c.arrays {
		return c.loaders(roots, roots, c.onPage(false)) // a list would not compare as a join does, see linked
	}
	return c.loaders(roots, "", c.text(func(text *sqlText) { c.oneOf(text, n, c.linked()) }))
}

// loaders returns all loaders behind the common table expression of their roots. Those without roots have another one or none,
// and what finds their rows by key.
func (c composer) loaders(roots, keys, found string) []string {
	texts := make([]string, len(c.statements.Loaders))
	for i, loader := range c.statements.Loaders {
		if before, after, direct := strings.Cut(loader, keysMark); direct {
			texts[i] = keys + before + found + after
		} else {
			texts[i] = roots + loader
		}
	}
	return texts
}

// text is a statement, or a part with all the values that are bound.
func (c composer) text(write func(text *sqlText)) string {
	text := sqlText{dialect: c.dialect}
	write(&text)
	return text.String()
}

// cte writes the common table expression that loaders begin with.
func (c composer) cte(text *sqlText, rows func()) {
	text.WriteString("WITH " + rootsCTE + " AS (")
	rows()
	text.WriteString(")\n")
}

// page returns all loaders for a window; the last value bound is the limit. Children are found by the window
// as well, never by the keys of its rows: a database may hold a key in another form than it is bound in. Loaders without roots do the same
// within their statement.
func (c composer) page(w window) []string {
	return c.loaders(
		c.text(func(text *sqlText) { c.paged(text, "t.*", w) }),
		c.text(func(text *sqlText) { c.paged(text, "t."+c.statements.Roots.Key[0], w) }), c.onPage(w.ofMany))
}

// manyRoots are so many that PostgreSQL expects more rows between two keys that it does not know, one in 200 of a table, than
// belong to a page. For so many it reads the tables behind whole, for each page again; for an array it expects few.
const manyRoots = 100_000

// onPage is true of the key of a root that denorm_roots has. Between the ends of a page there are others only where a filter keeps them
// out, and planners take that for the range of an index. In SQLite it would not compare as the keys do.
func (c composer) onPage(ofMany bool) string {
	key, from := "t."+c.statements.Roots.Key[0], " FROM "+rootsCTE+" AS t)"
	switch {
	case c.dialect != SQLite && c.statements.Roots.Filter == "" && !ofMany:
		return " BETWEEN (SELECT MIN(" + key + ")" + from + " AND (SELECT MAX(" + key + ")" + from
	case c.dialect == Postgres: // which is so sent to the index, where a subquery would be joined
		return " = ANY (ARRAY(SELECT " + key + from + ")"
	}
	return " IN (SELECT " + key + from
}

// linked is the SQL type that a column which points at the roots is compared as. In SQLite it may hold the text of an integer, which
// equals the roots' integer, but no bound one that is not cast.
func (c composer) linked() string {
	if c.dialect == SQLite {
		return "INTEGER"
	}
	return c.bound[0]
}

// paged writes the common table expression of a page's roots.
func (c composer) paged(text *sqlText, what string, w window) {
	c.cte(text, func() {
		c.within(text, what, w)
		text.WriteString(" ORDER BY ")
		for i, column := range c.statements.Roots.Key {
			if i > 0 {
				text.WriteString(", ")
			}
			text.WriteString("t." + column)
			if w.descending {
				text.WriteString(" DESC")
			}
		}
		text.WriteString(" LIMIT ")
		text.bind()
	})
}

// probe returns a statement with one row if the window is not empty.
func (c composer) probe(w window) string {
	return c.text(func(text *sqlText) {
		c.within(text, "1", w)
		text.WriteString(" LIMIT 1")
	})
}

// within writes the rows of a window. Values are bound in the order prefix, after, before; MySQL takes
// the first column of a composite after and before once more, ahead of it.
func (c composer) within(text *sqlText, what string, w window) {
	and := c.start(text, what)
	if w.prefix > 0 {
		and()
		c.keyEquals(text, w.prefix)
	}
	if w.after {
		and()
		c.compare(text, ">", w.including)
	}
	if w.before {
		and()
		c.compare(text, "<", w.including)
	}
}

// compare writes a comparison of the whole key with a bound one.
func (c composer) compare(text *sqlText, operator string, including bool) {
	if c.repeatsFirst() {
		// A row comparison alone is no range for MySQL's optimiser, and would read from the table's start.
		text.WriteString("t." + c.statements.Roots.Key[0] + " " + operator + "= ")
		text.bind()
		text.WriteString(" AND ")
	}
	if including {
		operator += "="
	}
	c.keyRow(text)
	text.WriteString(" " + operator + " ")
	c.bindRow(text)
}

// repeatsFirst tells whether comparisons bind the key's first column twice.
func (c composer) repeatsFirst() bool {
	return c.dialect == MySQL && len(c.statements.Roots.Key) > 1
}

// count returns the statement that counts root rows; a limited one binds the limit.
func (c composer) count(limited bool) string {
	return c.text(func(text *sqlText) {
		if !limited {
			c.start(text, "COUNT(*)")
			return
		}
		text.WriteString("SELECT COUNT(*) FROM (")
		c.start(text, "1 AS present")
		text.WriteString(" LIMIT ")
		text.bind()
		text.WriteString(") AS roots")
	})
}

// sample returns the statement that picks keys of roots by chance; it binds how many. All roots are looked at.
func (c composer) sample() string {
	random := "RANDOM()"
	if c.dialect == MySQL {
		random = "RAND()"
	}
	return c.text(func(text *sqlText) {
		c.start(text, "t."+strings.Join(c.statements.Roots.Key, ", t."))
		text.WriteString(" ORDER BY " + random + " LIMIT ")
		text.bind()
	})
}

// keyEquals writes t.a = ? AND t.b = ? for the first n key columns.
func (c composer) keyEquals(text *sqlText, n int) {
	for i, column := range c.statements.Roots.Key[:n] {
		if i > 0 {
			text.WriteString(" AND ")
		}
		text.WriteString("t." + column + " = ")
		text.bindAs(c.bound[i])
	}
}

// bindRow writes ?, or (?, ?) for a composite key.
func (c composer) bindRow(text *sqlText) {
	if len(c.bound) == 1 {
		text.bindAs(c.bound[0])
		return
	}
	for i, sqlType := range c.bound {
		text.WriteString([]string{"(", ", "}[min(i, 1)])
		text.bindAs(sqlType)
	}
	text.WriteByte(')')
}

// keyRow writes t.a, or (t.a, t.b).
func (c composer) keyRow(text *sqlText) {
	key := c.statements.Roots.Key
	row := "t." + strings.Join(key, ", t.")
	if len(key) > 1 {
		row = "(" + row + ")"
	}
	text.WriteString(row)
}
