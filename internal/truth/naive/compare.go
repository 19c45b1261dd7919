package naive

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// truth is a value of three-valued logic.
type truth int

const (
	no      truth = -1
	unknown truth = 0
	Yes     truth = 1
)

// And is the lower of two truths.
func And(x, y truth) truth { return min(x, y) }
func or(x, y truth) truth  { return max(x, y) }
func not(x truth) truth    { return -x }

func is(b bool) truth {
	if b {
		return Yes
	}
	return no
}

func null(value any) truth { return is(value == nil) }

// relate compares a value with a literal of its type by the operator's test of the result.
func relate(value, literal any, test func(int) bool) truth {
	if value == nil {
		return unknown
	}
	return is(test(bytewise(value, literal)))
}

func eq(value, literal any) truth { return relate(value, literal, func(c int) bool { return c == 0 }) }
func ne(value, literal any) truth { return not(eq(value, literal)) }
func lt(value, literal any) truth { return relate(value, literal, func(c int) bool { return c < 0 }) }
func gt(value, literal any) truth { return relate(value, literal, func(c int) bool { return c > 0 }) }
func ge(value, literal any) truth { return not(lt(value, literal)) }
func le(value, literal any) truth { return not(gt(value, literal)) }

func holds(value any, test func(string) bool) truth {
	if value == nil {
		return unknown
	}
	return is(test(value.(string)))
}

// bytewise compares two values of one type, texts by their bytes.
func bytewise(x, y any) int {
	switch x := x.(type) {
	case int64:
		return cmp.Compare(x, y.(int64))
	case float64:
		return cmp.Compare(x, y.(float64))
	case string:
		return cmp.Compare(x, y.(string))
	case time.Time:
		return x.Compare(y.(time.Time))
	default: // bool
		return cmp.Compare(is(x.(bool)), is(y.(bool)))
	}
}

// Collation is how the database of a driver compares texts in joins and orders.
type Collation struct{ Driver string }

// IsCode tells whether a column is one of the codes: its name says so.
func IsCode(column string) bool { return column == "code" || strings.HasSuffix(column, "_code") }

// text is what the database's order of texts is the byte order of. MariaDB's utf8mb4_bin takes the shorter
// text as if spaces followed, so that one of the texts is padded.
func (c Collation) texts(x, y string, folded bool) (string, string) {
	if folded && c.Driver != "pgx" {
		x, y = strings.ToLower(x), strings.ToLower(y)
	}
	if c.Driver == "mysql" {
		width := max(len(x), len(y))
		x += strings.Repeat(" ", width-len(x))
		y += strings.Repeat(" ", width-len(y))
	}
	return x, y
}

// Same is the equality of a join.
func (c Collation) Same(x, y any, folded bool) truth {
	if x == nil || y == nil {
		return unknown
	}
	return is(c.compareAs(x, y, folded) == 0)
}

func (c Collation) compareAs(x, y any, folded bool) int {
	if s, ok := x.(string); ok {
		a, b := c.texts(s, y.(string), folded)
		return cmp.Compare(a, b)
	}
	return bytewise(x, y)
}

// compare is the order of values, NULL the lowest.
func (c Collation) compare(x, y any) int {
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return -1
	case y == nil:
		return 1
	default:
		return c.compareAs(x, y, false)
	}
}

// term is one term of an order.
type term struct {
	column  string
	through bool
	down    bool
	nulls   string // "", "first", "last"
}

func up(column string) term   { return term{column: column} }
func down(column string) term { return term{column: column, down: true} }
func (t term) first() term    { t.nulls = "first"; return t }
func (t term) last() term     { t.nulls = "last"; return t }
func (t term) ofLink() term   { t.through = true; return t }
func (t term) of(h hit) any {
	if t.through {
		return h.link[t.column]
	}
	return h.row[t.column]
}

func (t term) compare(c Collation, x, y hit) int {
	a, b := t.of(x), t.of(y)
	if (a == nil) != (b == nil) && t.nulls != "" {
		if (a == nil) == (t.nulls == "first") {
			return -1
		}
		return 1
	}
	result := 0
	if a != nil && b != nil {
		result = c.compareAs(a, b, IsCode(t.column))
	} else {
		result = c.compare(a, b)
	}
	if t.down {
		return -result
	}
	return result
}

// sorted sorts by the terms, then by the columns of the key, then by those of the link's key.
func (c Collation) sorted(list []hit, key, linkKey []string, terms ...term) []hit {
	for _, column := range key {
		terms = append(terms, up(column))
	}
	for _, column := range linkKey {
		terms = append(terms, up(column).ofLink())
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(x, y hit) int {
		for _, t := range terms {
			if result := t.compare(c, x, y); result != 0 {
				return result
			}
		}
		return 0
	})
	return list
}

// limited keeps the first n.
func limited(list []hit, n int) []hit { return list[:min(n, len(list))] }
