package denormtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// sqlRow is a row as it is read and bound: one value a column, nil for NULL.
type sqlRow []any

// with is the row with another value in one place.
func (r sqlRow) with(at int, value any) sqlRow {
	changed := slices.Clone(r)
	changed[at] = value
	return changed
}

// candidates are other values for a place of a row: one that another row has, NULL, one that is made up, and one
// that no row has where it stands in a key.
func (t *sqlTable) candidates(random *rand.Rand, at int, row sqlRow) []any {
	var others []any
	for _, other := range t.values {
		if other[at] != nil && !sameValue(other[at], row[at]) {
			others = append(others, other[at])
		}
	}
	var values []any
	if len(others) > 0 {
		values = append(values, others[random.IntN(len(others))])
	}
	if t.columns[at].Nullable && row[at] != nil {
		values = append(values, nil)
	}
	if made, ok := madeUp(row[at]); ok && !slices.ContainsFunc(values, func(v any) bool { return sameValue(v, made) }) {
		values = append(values, made)
	}
	if t.unique(t.columns[at].Name) {
		if value, ok := t.unused(at, row[at]); ok {
			values = append(values, value)
		}
	}
	return values
}

// copies are rows like another one with a key of their own.
func (t *sqlTable) copies(row sqlRow) []sqlRow {
	fresh := slices.Clone(row)
	for i, column := range t.columns {
		if !t.unique(column.Name) {
			continue
		}
		if value, ok := t.unused(i, row[i]); ok {
			fresh[i] = value
		}
	}
	all := []sqlRow{fresh}
	// Of a key of several columns one may be a reference, which has to lead somewhere: one is new at a time.
	for i := range t.columns {
		if !sameValue(fresh[i], row[i]) {
			all = append(all, row.with(i, fresh[i]))
		}
	}
	return all
}

// unused is a value that no row has in a place.
func (t *sqlTable) unused(at int, value any) (any, bool) {
	for range 1000 {
		next, ok := further(value)
		if !ok {
			return nil, false
		}
		if value = next; !slices.ContainsFunc(t.values, func(r sqlRow) bool { return sameValue(r[at], value) }) {
			return value, true
		}
	}
	return nil, false
}

// doubles tells whether a row could not be told from one that is there.
func (t *sqlTable) doubles(row sqlRow) bool {
	return len(t.info.Key) == 0 && slices.ContainsFunc(t.values, func(other sqlRow) bool { return slices.EqualFunc(row, other, sameValue) })
}

func sameValue(a, b any) bool {
	return (a == nil) == (b == nil) && fmt.Sprint(a) == fmt.Sprint(b)
}

// madeUp is a value near another one. Zero and one change places, for they may be verdicts.
func madeUp(value any) (any, bool) {
	switch v := value.(type) {
	case int64:
		if v == 0 || v == 1 {
			return 1 - v, true
		}
	case bool:
		return !v, true
	case string:
		switch v {
		case "true":
			return "false", true
		case "false":
			return "true", true
		}
	}
	return further(value)
}

// further is a value beyond another one.
func further(value any) (any, bool) {
	switch v := value.(type) {
	case int64:
		return v + 1, true
	case uint64:
		return v + 1, true
	case float32:
		return v + 1, true
	case float64:
		return v + 1, true
	case time.Time:
		return v.AddDate(1, 0, 0), true
	case string:
		return furtherText(v), true
	case []byte:
		if len(v) == 0 {
			return []byte{1}, true
		}
		next := slices.Clone(v)
		next[len(next)-1]++
		return next, true
	}
	return nil, false
}

// furtherText is another text of the same kind: a number, a time, words, a UUID.
func furtherText(text string) string {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return strconv.FormatInt(n+1, 10)
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil && strings.ContainsAny(text, ".") {
		return strconv.FormatFloat(n+1, 'f', -1, 64)
	}
	if len(text) >= len(time.DateOnly) {
		if date, err := time.Parse(time.DateOnly, text[:len(time.DateOnly)]); err == nil {
			return date.AddDate(0, 0, 1).Format(time.DateOnly) + text[len(time.DateOnly):]
		}
	}
	last, size := utf8.DecodeLastRuneInString(text)
	rest := text[:len(text)-size]
	switch {
	case text == "":
		return "x"
	case '0' <= last && last < '9', 'a' <= last && last < 'f', 'g' <= last && last < 'z', 'A' <= last && last < 'Z':
		return rest + string(last+1)
	case last == '9':
		return rest + "a"
	case last == 'f':
		return rest + "0"
	default:
		return rest + "a"
	}
}
