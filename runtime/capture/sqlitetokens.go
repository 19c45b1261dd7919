package capture

import (
	"fmt"
	"slices"
	"strings"
)

// sqliteToken is a piece of a statement that sqlite_master keeps: a word, a quoted name or string, or one
// other character. Comments and spaces are none.
type sqliteToken struct {
	text       string
	start, end int // in the statement
	depth      int // parentheses around it; those count as inside
}

// word tells whether the token is that word, unquoted.
func (t sqliteToken) word(w string) bool { return strings.EqualFold(t.text, w) }

// name is the identifier that the token stands for.
func (t sqliteToken) name() string {
	if len(t.text) < 2 {
		return t.text
	}
	switch quote := t.text[:1]; quote {
	case `"`, "`", "'":
		return strings.ReplaceAll(t.text[1:len(t.text)-1], quote+quote, quote)
	case "[":
		return t.text[1 : len(t.text)-1]
	}
	return t.text
}

// sqliteTokens cuts a statement that SQLite has accepted.
func sqliteTokens(statement string) []sqliteToken {
	var tokens []sqliteToken
	depth := 0
	for i := 0; i < len(statement); {
		start, kept := i, true
		switch c := statement[i]; {
		case strings.HasPrefix(statement[i:], "--"):
			i, kept = after(statement, i, "\n"), false
		case strings.HasPrefix(statement[i:], "/*"):
			i, kept = after(statement, i+2, "*/"), false
		case c == '"' || c == '`' || c == '\'':
			for i = after(statement, i+1, string(c)); i < len(statement) && statement[i] == c; {
				i = after(statement, i+1, string(c))
			}
		case c == '[':
			i = after(statement, i, "]")
		case sqliteWordByte(c):
			for i < len(statement) && sqliteWordByte(statement[i]) {
				i++
			}
		default:
			i++
			kept = !strings.ContainsRune(" \t\r\n\f", rune(c))
		}
		if !kept {
			continue
		}
		if statement[start] == '(' {
			depth++
		}
		tokens = append(tokens, sqliteToken{text: statement[start:i], start: start, end: i, depth: depth})
		if statement[start] == ')' {
			depth--
		}
	}
	return tokens
}

// after is the place behind the next end from i on.
func after(text string, i int, end string) int {
	at := strings.Index(text[i:], end)
	if at < 0 {
		return len(text)
	}
	return i + at + len(end)
}

func sqliteWordByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// sqliteParts cuts what stands in the first parentheses at its commas, and returns what follows them.
func sqliteParts(tokens []sqliteToken) (parts [][]sqliteToken, rest []sqliteToken) {
	open := slices.IndexFunc(tokens, func(t sqliteToken) bool { return t.text == "(" })
	if open < 0 {
		return nil, nil
	}
	var part []sqliteToken
	for i, token := range tokens[open+1:] {
		switch {
		case token.depth == 1 && token.text == ")":
			return append(parts, part), tokens[open+i+2:]
		case token.depth == 1 && token.text == ",":
			parts, part = append(parts, part), nil
		default:
			part = append(part, token)
		}
	}
	return append(parts, part), nil
}

// sqliteIndexText adds to a key what only the text of its CREATE INDEX says: expressions and the condition.
func sqliteIndexText(statement string, key *UniqueKey) error {
	tokens := sqliteTokens(statement)
	parts, rest := sqliteParts(tokens)
	if len(parts) != len(key.Terms) {
		return fmt.Errorf("its definition has %d columns where it has %d", len(parts), len(key.Terms))
	}
	for i, part := range parts {
		if key.Terms[i].Column != "" {
			continue
		}
		for n := len(part); n > 1; n = len(part) { // ASC, DESC and COLLATE end it
			if last := part[n-1]; last.word("ASC") || last.word("DESC") {
				part = part[:n-1]
				continue
			}
			if n > 2 && part[n-2].word("COLLATE") {
				part = part[:n-2]
				continue
			}
			break
		}
		if len(part) == 0 {
			return fmt.Errorf("its definition has an empty column")
		}
		key.Terms[i].Expression = statement[part[0].start:part[len(part)-1].end]
	}
	if len(rest) > 1 && rest[0].word("WHERE") {
		key.Where = statement[rest[1].start:rest[len(rest)-1].end]
	}
	return nil
}

// sqliteCollations reads the collations of columns from the text of a CREATE TABLE, by folded name.
func sqliteCollations(statement string) map[string]string {
	collations := map[string]string{}
	parts, _ := sqliteParts(sqliteTokens(statement))
	for _, part := range parts {
		for i, token := range part {
			if token.depth == 1 && token.word("COLLATE") && i > 0 && i+1 < len(part) {
				collations[sqliteFold(part[0].name())] = part[i+1].name()
			}
		}
	}
	return collations
}
