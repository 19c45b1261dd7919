package directive

import (
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
)

// isDirective tells whether a comment is a directive to the letter.
func isDirective(text string) bool {
	rest, ok := strings.CutPrefix(text, prefix)
	return ok && rest != "" && spaces(rest) == 0
}

// near is a comment that is almost a directive.
type near struct {
	end  int    // of the verb, in bytes of the comment
	verb string // as written, may be empty
}

// nearMiss recognises // comments that begin like a directive but for spaces and case. Prose that
// happens to begin so is told apart by what follows: `// denorm: x` is a slip only if the line would
// be a right one without the spaces.
func (r lineReader) nearMiss(text string) (near, bool) {
	i := len("//")
	gap := func() int {
		n := spaces(text[i:])
		i += n
		return n
	}
	before := gap()
	n := len("denorm")
	if len(text) < i+n || !strings.EqualFold(text[i:i+n], "denorm") {
		return near{}, false
	}
	i += n
	if rest, ok := strings.CutPrefix(text[i:], "gen"); ok && strings.HasPrefix(rest, ":") {
		i += len("gen")
	}
	after := gap()
	colon := strings.HasPrefix(text[i:], ":")
	if colon {
		i++
		after += gap()
	}
	word := text[i : i+wordLen(text[i:])]
	m := near{end: i + len(word), verb: word}
	_, known := lookupVerb(r.table, strings.ToLower(word))
	switch {
	case !colon:
		return m, before == 0 && after > 0 && known
	case before == 0:
		return m, word != "" || i == len(text)
	case after == 0 && before == 1:
		return m, word != ""
	default:
		return m, known && r.right(prefix+strings.ToLower(word)+text[m.end:])
	}
}

// right tells whether a line is a directive without errors.
func (r lineReader) right(line string) bool {
	trial := lineReader{table: r.table, report: &diag.Report{}}
	d, v, ok := trial.verb(line, diag.Span{Line: 1, Col: 1})
	return ok && trial.args(&d, v, line) && !trial.report.HasErrors()
}

// reportNear reports a near miss that begins at the place start.
func (r lineReader) reportNear(text string, start diag.Span, m near) {
	at := start
	at.Width = max(len("//"), m.end)
	if m.verb == "" {
		r.report.Errorf(CodeNearMiss, at, "a directive without a name").
			WithHelp("the form is %sVERB [argument ...] [key=value ...]", prefix)
		return
	}
	verb := m.verb
	if _, ok := lookupVerb(r.table, strings.ToLower(verb)); ok {
		verb = strings.ToLower(verb)
	}
	r.report.Errorf(CodeNearMiss, at, "%q is not a directive", text[:m.end]).
		WithHelp("a directive begins with %sVERB, in lower case and without spaces", prefix).
		WithFix(at, prefix+verb)
}

// inBlock returns the first line of a /* */ comment that begins with a directive: the line's number
// from 0, and where `denorm:verb` stands in it. Lines that quote a whole directive with its slashes are
// examples or commented out; in a comment of several lines what is not a right directive is prose.
func (r lineReader) inBlock(text string) (line, from, to int, ok bool) {
	lines := strings.Split(strings.TrimSuffix(text, "*/"), "\n")
	for i, l := range lines {
		body := strings.TrimLeft(l, " \t*")
		if i == 0 {
			body = strings.TrimLeft(strings.TrimPrefix(l, "/*"), " \t*")
		}
		rest, found := strings.CutPrefix(body, "denorm:")
		gap := spaces(rest)
		n := wordLen(rest[gap:])
		if !found || n == 0 {
			continue
		}
		if len(lines) == 1 && gap == 0 || r.right(prefix+strings.TrimRight(rest[gap:], " \t\r")) {
			from = len(l) - len(body)
			return i, from, from + len("denorm:") + gap + n, true
		}
	}
	return 0, 0, 0, false
}

func wordLen(s string) int {
	return len(s) - len(strings.TrimLeft(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"))
}
