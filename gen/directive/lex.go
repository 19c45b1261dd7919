package directive

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/denormgen/denormgen/gen/diag"
)

// lexeme is one argument as written, not yet held against a verb.
type lexeme struct {
	Arg
	whole diag.Span // key, quotes and all
}

// lexer cuts a directive's arguments into lexemes. Offsets are bytes of the line.
type lexer struct {
	text   string
	start  diag.Span // place of the line's first byte
	pos    int
	report *diag.Report
}

// span is the place of the bytes from..to of the line.
func (l *lexer) span(from, to int) diag.Span {
	at := l.start
	at.Col += from
	at.Width = max(1, to-from)
	return at
}

// all reads the rest of the line. A word that begins with // ends it: what follows is a remark.
func (l *lexer) all() (list []lexeme, ok bool) {
	ok = true
	for {
		l.pos += spaces(l.text[l.pos:])
		rest := l.text[l.pos:]
		if rest == "" || strings.HasPrefix(rest, "//") {
			return list, ok
		}
		t, good := l.next()
		if good {
			list = append(list, t)
		}
		ok = ok && good
	}
}

func (l *lexer) next() (lexeme, bool) {
	from := l.pos
	if isQuote(l.text[from]) {
		arg, ok := l.quoted()
		whole := l.span(from, l.pos)
		if !ok {
			return lexeme{}, false
		}
		if arg.Value == "" {
			arg.Span = whole
		}
		arg.KeySpan = whole
		return lexeme{Arg: splitQuoted(arg), whole: whole}, true
	}
	n := keyLen(l.text[from:])
	if n == 0 {
		arg, ok := l.bare()
		arg.KeySpan = arg.Span
		return lexeme{Arg: arg, whole: l.span(from, l.pos)}, ok
	}
	l.pos += n + 1
	arg, ok := Arg{}, true
	if l.pos < len(l.text) && isQuote(l.text[l.pos]) {
		arg, ok = l.quoted()
	} else {
		arg, ok = l.bare()
	}
	arg.Key, arg.KeySpan = l.text[from:from+n], l.span(from, from+n)
	if arg.Value == "" {
		arg.Span = arg.KeySpan
	}
	return lexeme{Arg: arg, whole: l.span(from, l.pos)}, ok
}

// bare reads a word up to the next space.
func (l *lexer) bare() (Arg, bool) {
	from := l.pos
	l.skipWord()
	value := l.text[from:l.pos]
	if i := strings.IndexAny(value, "\"`"); i >= 0 {
		l.report.Errorf(CodeBadQuote, l.span(from+i, from+i+1), "quote inside of an unquoted value").
			WithHelp("put the whole value in quotes: %s", quote(value))
		l.skipQuotes(from + i)
		return Arg{}, false
	}
	return Arg{Value: value, Span: l.span(from, l.pos)}, true
}

// quoted reads a Go string and what may follow it.
func (l *lexer) quoted() (Arg, bool) {
	from := l.pos
	arg, ok := l.goString()
	if !ok {
		return Arg{}, false
	}
	if end := l.pos; end < len(l.text) && spaces(l.text[end:]) == 0 {
		l.skipWord()
		l.report.Errorf(CodeBadQuote, l.span(end, l.pos), "%q follows a closing quote without a space", l.text[end:l.pos]).
			WithHelp("put the whole value in quotes; a value that holds \" stands in backquotes")
		l.skipQuotes(from)
		return Arg{}, false
	}
	return arg, true
}

// goString reads a quoted or backquoted string and leaves pos behind it.
func (l *lexer) goString() (Arg, bool) {
	from := l.pos
	mark := l.text[from]
	inner := from + 1
	if mark == '`' {
		n := strings.IndexByte(l.text[inner:], '`')
		if n < 0 {
			return l.unclosed(from)
		}
		l.pos = inner + n + 1
		return Arg{Value: l.text[inner : inner+n], Quoted: true, Span: l.span(inner, inner+n)}, true
	}
	var value []byte
	var escapes []int
	ok := true
	i := inner
	for i < len(l.text) && l.text[i] != mark {
		r, multibyte, tail, err := strconv.UnquoteChar(l.text[i:], mark)
		if err != nil {
			end := min(i+2, len(l.text))
			l.report.Errorf(CodeBadQuote, l.span(i, end), "unknown escape %q in a string", l.text[i:end]).
				WithHelp("write a backslash twice, or put the value in backquotes")
			ok = false
			i = end
			continue
		}
		before := len(value)
		if multibyte {
			value = utf8.AppendRune(value, r)
		} else {
			value = append(value, byte(r))
		}
		for range len(value) - before {
			escapes = append(escapes, i-inner)
		}
		i = len(l.text) - len(tail)
	}
	if i >= len(l.text) {
		return l.unclosed(from)
	}
	l.pos = i + 1
	escapes = append(escapes, i-inner)
	return Arg{Value: string(value), Quoted: true, Span: l.span(inner, i), escapes: escapes}, ok
}

func (l *lexer) unclosed(from int) (Arg, bool) {
	l.report.Errorf(CodeBadQuote, l.span(from, len(l.text)), "quote is not closed").
		WithHelp("close it with %c on the same line", l.text[from])
	l.pos = len(l.text)
	return Arg{}, false
}

// skipQuotes goes on behind the last quote of the line after from, so that one slip is one message.
func (l *lexer) skipQuotes(from int) {
	if i := strings.LastIndexAny(l.text[from:], "\"`"); i >= 0 {
		l.pos = max(l.pos, from+i+1)
	}
	l.skipWord()
}

func (l *lexer) skipWord() {
	for l.pos < len(l.text) && spaces(l.text[l.pos:]) == 0 {
		l.pos++
	}
}

// splitQuoted finds the key in a token that is quoted as a whole: "where=Approved && Rating >= 3".
func splitQuoted(a Arg) Arg {
	n := keyLen(a.Value)
	if n == 0 {
		return a
	}
	value := a.Value[n+1:]
	split := Arg{Key: a.Value[:n], Value: value, Quoted: true, KeySpan: a.At(0, n), Span: a.At(n+1, len(value))}
	if a.escapes != nil {
		split.escapes = make([]int, 0, len(value)+1)
		for _, e := range a.escapes[n+1:] {
			split.escapes = append(split.escapes, e-a.escapes[n+1])
		}
	}
	if value == "" {
		split.Span = split.KeySpan
	}
	return split
}

// keyLen returns the length of the key in `key=value`, 0 if the word has none: `a==b` is an expression.
func keyLen(word string) int {
	for i, r := range word {
		switch {
		case r == '_' || unicode.IsLetter(r) || i > 0 && unicode.IsDigit(r):
		case r == '=' && i > 0 && !strings.HasPrefix(word[i:], "=="):
			return i
		default:
			return 0
		}
	}
	return 0
}

// spaces returns the length of the white space at the start of s.
func spaces(s string) int { return len(s) - len(strings.TrimLeftFunc(s, unicode.IsSpace)) }

func isQuote(b byte) bool { return b == '"' || b == '`' }

// quote puts a value in those quotes that need no escapes, if there are such.
func quote(value string) string {
	if strings.Contains(value, `"`) && strconv.CanBackquote(value) {
		return "`" + value + "`"
	}
	return strconv.Quote(value)
}
