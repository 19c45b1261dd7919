package capture

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// verdict is '0' where the condition does not hold, '1' where it does or is unknown. A column compares by
// its affinity, but OLD.x and NEW.x have none: 1.5 would not be '1.50'. Where that matters they are cast,
// which changes no value of a type that the affinity makes; with other values the verdict is left open.
func (r sqliteRenderer) verdict(condition string) string {
	tokens := sqliteTokens(condition)
	references := r.references(tokens)
	if r.table == nil && len(references) > 0 {
		return "'1'"
	}
	if sqliteAlike(tokens, references) {
		return "CASE WHEN NOT (" + condition + ") THEN '0' ELSE '1' END"
	}
	var text strings.Builder
	var usual []string
	copied := 0
	for _, ref := range references {
		if ref.affinity == "" {
			continue
		}
		text.WriteString(condition[copied:ref.start] + "CAST(" + condition[ref.start:ref.end] + " AS " + ref.affinity + ")")
		copied = ref.end
		types := "'text', 'null'"
		if ref.affinity == sqliteNumeric {
			types = "'integer', 'real', 'null'"
		}
		usual = append(usual, fmt.Sprintf("typeof(%s) IN (%s)", condition[ref.start:ref.end], types))
	}
	text.WriteString(condition[copied:])
	slices.Sort(usual)
	conditions := append(slices.Compact(usual), "NOT ("+text.String()+")")
	return "CASE WHEN " + strings.Join(conditions, " AND ") + " THEN '0' ELSE '1' END"
}

// sqliteReference is a column of OLD or NEW in a condition.
type sqliteReference struct {
	affinity   string
	start, end int
}

// references finds the columns that are compared with values: IS NULL needs no affinity.
func (r sqliteRenderer) references(tokens []sqliteToken) []sqliteReference {
	var list []sqliteReference
	for i := range tokens {
		if i+2 >= len(tokens) || tokens[i+1].text != "." || !tokens[i].word("OLD") && !tokens[i].word("NEW") {
			continue
		}
		rest := tokens[i+3:]
		if len(rest) > 2 && rest[0].word("IS") && rest[1].word("NOT") {
			rest = rest[1:]
		}
		if len(rest) > 1 && (rest[0].word("IS") || rest[0].word("NOT")) && rest[1].word("NULL") {
			continue
		}
		list = append(list, sqliteReference{affinity: r.affinity(tokens[i+2].name()), start: tokens[i].start, end: tokens[i+2].end})
	}
	return list
}

// sqliteAlike tells whether all that a condition compares is of one kind, so that no affinity changes
// anything: text columns and no numbers, or numeric ones and no strings that look like numbers.
func sqliteAlike(tokens []sqliteToken, references []sqliteReference) bool {
	for _, ref := range references {
		if ref.affinity != references[0].affinity {
			return false
		}
	}
	if len(references) == 0 || references[0].affinity == "" {
		return true
	}
	text := references[0].affinity == sqliteCharacters
	return !slices.ContainsFunc(tokens, func(token sqliteToken) bool {
		switch first := token.text[0]; {
		case '0' <= first && first <= '9':
			return text
		case first == '\'':
			_, err := strconv.ParseFloat(strings.TrimSpace(token.name()), 64)
			return !text && err == nil
		case token.word("TRUE"), token.word("FALSE"):
			return text
		}
		return false
	})
}

func (r sqliteRenderer) affinity(column string) string {
	if r.table == nil {
		return ""
	}
	i := slices.IndexFunc(r.table.Columns, func(c ColumnInfo) bool { return sqliteFold(c.Name) == sqliteFold(column) })
	if i < 0 {
		return ""
	}
	return sqliteAffinity(r.table.Columns[i].Type)
}

// The affinities that matter in comparisons, as types of a cast.
const (
	sqliteNumeric    = "NUMERIC"
	sqliteCharacters = "TEXT"
)

// sqliteAffinity is the type of a cast that has the affinity of columns of a declared type in comparisons,
// by SQLite's rules: TEXT, NUMERIC for all numbers, or "" for none.
func sqliteAffinity(declared string) string {
	declared = strings.ToUpper(declared)
	has := func(part string) bool { return strings.Contains(declared, part) }
	switch {
	case has("INT"):
		return sqliteNumeric
	case has("CHAR"), has("CLOB"), has("TEXT"):
		return sqliteCharacters
	case has("BLOB"), declared == "", declared == "ANY":
		return ""
	default:
		return sqliteNumeric
	}
}
