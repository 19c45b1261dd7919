package sqltext

import "strings"

// pattern is what a LIKE matches, free of escapes.
type pattern []part

type part struct {
	char rune
	wild bool // % or _ as a wildcard
}

// parsePattern reads a pattern in which a backslash takes the next character as itself.
func parsePattern(s string) pattern {
	var p pattern
	escaped := false
	for _, r := range s {
		switch {
		case escaped:
			p, escaped = append(p, part{char: r}), false
		case r == '\\':
			escaped = true
		default:
			p = append(p, part{char: r, wild: r == '%' || r == '_'})
		}
	}
	if escaped {
		p = append(p, part{char: '\\'})
	}
	return p
}

// standard renders LIKE and the pattern. The escape character is named where one is needed, and is not
// a backslash, whose meaning depends on settings both in patterns and in literals.
func (p pattern) standard(d Dialect, negated bool) string {
	const escape = '|'
	special := false
	for _, part := range p {
		special = special || !part.wild && strings.ContainsRune(`%_\`, part.char)
	}
	var b strings.Builder
	for _, part := range p {
		if special && !part.wild && (part.char == '%' || part.char == '_' || part.char == escape) {
			b.WriteRune(escape)
		}
		b.WriteRune(part.char)
	}
	sql := not(negated, "LIKE") + " " + d.Text(b.String())
	if special {
		sql += " ESCAPE '" + string(escape) + "'"
	}
	return sql
}
