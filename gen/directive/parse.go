package directive

import (
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
)

// prefix begins every directive.
const prefix = "//denorm:"

// lineReader reads single lines.
type lineReader struct {
	table  []Verb
	report *diag.Report
}

// verb reads `//denorm:VERB` at the start of a line that begins at the place start.
func (r lineReader) verb(line string, start diag.Span) (Directive, Verb, bool) {
	l := lexer{text: line, start: start, pos: len(prefix)}
	l.skipWord()
	name := line[len(prefix):l.pos]
	d := Directive{Verb: name, Span: l.span(0, len(line)), VerbSpan: l.span(2, l.pos)}
	v, ok := lookupVerb(r.table, name)
	if !ok {
		r.unknownVerb(name, l.span(len(prefix), l.pos))
	}
	return d, v, ok
}

func (r lineReader) unknownVerb(name string, at diag.Span) {
	e := r.report.Errorf(CodeUnknownVerb, at, "unknown directive %q", name)
	names := make([]string, len(r.table))
	for i, v := range r.table {
		names[i] = v.Name
	}
	if near := diag.Suggest(name, names); near != "" {
		e.WithSuggestion(name, names).WithFix(at, near)
		return
	}
	e.WithHelp("denormgen help annotations lists all of them")
}

// args reads what follows the verb into d. It returns false if the directive is of no use.
func (r lineReader) args(d *Directive, v Verb, line string) bool {
	l := lexer{text: line, start: d.Span, pos: d.VerbSpan.Col - d.Span.Col + d.VerbSpan.Width, report: r.report}
	list, ok := l.all()
	if !ok {
		return false
	}
	b := binder{lineReader: r, verb: v, d: d, line: line}
	for len(list) > 0 {
		n := b.split(list)
		if n == 0 {
			b.bind(list[0])
			n = 1
		}
		list = list[n:]
	}
	if len(d.Pos) < v.required() && !b.lost {
		missing := v.Params[len(d.Pos)]
		r.report.Errorf(CodeMissingArgument, verbOf(d), "%q has no %s", d.Verb, missing.Name).
			WithHelp("%s: %s", missing.Name, missing.Summary).
			WithHelp("%s", v.formHelp())
	}
	return len(d.Pos) >= v.required() && !b.lost
}

// verbOf is the place of the verb alone.
func verbOf(d *Directive) diag.Span {
	at := d.VerbSpan
	n := len(prefix) - len("//")
	at.Col, at.Width = at.Col+n, at.Width-n
	return at
}

// binder holds lexemes against the arguments of one verb.
type binder struct {
	lineReader
	verb Verb
	d    *Directive
	line string
	lost bool // a positional argument was reported and left out
}

// kind is what a lexeme's value should be if it is the next one to be bound.
func (b *binder) kind(t lexeme) Kind {
	if t.Key != "" {
		k, _ := b.verb.key(t.Key)
		return k.Kind
	}
	if n := len(b.d.Pos); n < len(b.verb.Params) {
		return b.verb.Params[n].Kind
	}
	return ""
}

// split reports a list or an expression that falls apart at its spaces, and returns the number of
// arguments it takes up, or 0 if the first lexeme is whole.
func (b *binder) split(list []lexeme) int {
	first := list[0]
	kind := b.kind(first)
	if first.Key != "" && first.Value == "" && !first.Quoted {
		return b.gap(list, first.Key, 1)
	}
	if _, ok := b.verb.key(first.Value); ok && first.Key == "" && !first.Quoted && len(list) > 1 && list[1].Key == "" && !list[1].Quoted {
		switch value := list[1].Value; {
		case value == "=":
			return b.gap(list, first.Value, 2)
		case strings.HasPrefix(value, "=") && !strings.HasPrefix(value, "=="):
			return b.gap(list, first.Value, 1)
		}
	}
	if first.Quoted || !kind.list() && !kind.spaced() {
		return 0
	}
	room := len(b.verb.Params) - len(b.d.Pos)
	if first.Key == "" {
		room--
	}
	n := 1
	for n < len(list) {
		last, t := list[n-1], list[n]
		comma := !last.Quoted && strings.HasSuffix(last.Value, ",") || !t.Quoted && strings.HasPrefix(t.Value, ",")
		if t.Key != "" || b.isFlag(t) || !comma && (!kind.spaced() || room > 0) {
			break
		}
		n++
	}
	if n == 1 {
		return 0
	}
	at := first.Span
	if first.Key == "" {
		at = first.whole
	}
	end := list[n-1].whole
	at.Width = end.Col + end.Width - at.Col
	from := at.Col - b.d.Span.Col
	value := b.line[from : from+at.Width]
	e := b.report.Errorf(CodeUnquotedSpace, at, "%s with a space stands without quotes", article(kind))
	if kind == List {
		joined := strings.Join(strings.Fields(value), "")
		e.WithHelp("write it without spaces: %s", joined).WithFix(at, joined)
	} else {
		e.WithHelp("put it in quotes: %s", quote(value)).WithFix(at, quote(value))
	}
	if first.Key == "" {
		b.lost = true
	}
	b.d.Partial = true
	return n
}

// gap reports a space beside the equals sign of a key, as in `limit= 3`, and returns the number of
// lexemes that it takes up, or 0 if no value follows. The value begins with the lexeme first.
func (b *binder) gap(list []lexeme, key string, first int) int {
	n := first
	k, _ := b.verb.key(key)
	for n < len(list) && list[n].Key == "" && (n == first || k.Kind.spaced()) {
		if _, ok := b.verb.key(list[n].Value); ok && !list[n].Quoted {
			break
		}
		n++
	}
	if n == first {
		return 0
	}
	at, end := list[0].whole, list[n-1].whole
	from := at.Col + at.Width - b.d.Span.Col
	value := strings.TrimSpace(b.line[from : end.Col+end.Width-b.d.Span.Col])
	value = strings.TrimSpace(strings.TrimPrefix(value, "="))
	if n > first+1 {
		value = quote(value)
	}
	at.Width = end.Col + end.Width - at.Col
	b.report.Errorf(CodeUnquotedSpace, at, "a space stands beside the = of %s", key).
		WithHelp("write %s=%s", key, value).WithFix(at, key+"="+value)
	b.d.Partial = true
	return n
}

// chosen reports a value that is none of those that there are.
func (b *binder) chosen(t lexeme, choices []string) bool {
	if len(choices) == 0 {
		return true
	}
	ok := true
	for _, w := range t.Words() {
		if slices.Contains(choices, w.Text) {
			continue
		}
		ok = false
		e := b.report.Errorf(CodeUnknownValue, w.Span, "%q has no %q", b.d.Verb, w.Text).WithSuggestion(w.Text, choices)
		if near := diag.Suggest(w.Text, choices); near != "" {
			e.WithFix(w.Span, near)
		}
		if e.Help == "" {
			e.WithHelp("%s", b.verb.formHelp())
		}
	}
	return ok
}

func article(k Kind) string {
	if k == Expr || k == Order {
		return "an " + string(k)
	}
	return "a " + string(k)
}

func (b *binder) isFlag(t lexeme) bool {
	k, ok := b.verb.key(t.Value)
	return ok && k.Kind == Flag && t.Key == "" && !t.Quoted
}

func (b *binder) bind(t lexeme) {
	if t.Key != "" {
		b.keyed(t)
		return
	}
	if k, ok := b.verb.key(t.Value); ok && !t.Quoted && len(b.d.Pos) >= b.verb.required() {
		t.Arg = Arg{Key: t.Value, KeySpan: t.Span, Span: t.Span}
		if k.Kind != Flag {
			b.missingValue(t, k)
			return
		}
		b.add(t, k)
		return
	}
	n := len(b.d.Pos)
	if n >= len(b.verb.Params) {
		b.d.Partial = true
		e := b.report.Errorf(CodeExtraArgument, t.whole, "unexpected argument %q", t.Value)
		if near := diag.Suggest(t.Value, b.verb.keyNames()); near != "" {
			e.WithSuggestion(t.Value, b.verb.keyNames())
		}
		e.WithHelp("%s", b.verb.formHelp())
		return
	}
	switch {
	case t.Value == "":
		b.report.Errorf(CodeMissingValue, t.whole, "%s of %q is empty", b.verb.Params[n].Name, b.d.Verb).
			WithHelp("%s", b.verb.formHelp())
		b.lost = true
	case !b.elements(t, b.verb.Params[n].Kind), !b.chosen(t, b.verb.Params[n].Choices):
		b.lost = true
	default:
		b.d.Pos = append(b.d.Pos, t.Arg)
	}
}

func (b *binder) keyed(t lexeme) {
	k, ok := b.verb.key(t.Key)
	if !ok {
		b.d.Partial = true
		e := b.report.Errorf(CodeUnknownKey, t.KeySpan, "%q has no key %q", b.d.Verb, t.Key)
		if near := diag.Suggest(t.Key, b.verb.keyNames()); near != "" {
			e.WithHelp("did you mean %q?", near).WithFix(t.KeySpan, near)
		} else if e.WithSuggestion(t.Key, b.verb.available()); e.Help == "" {
			e.WithHelp("%s", b.verb.formHelp())
		}
		return
	}
	switch {
	case k.Kind == Flag:
		b.d.Partial = true
		b.report.Errorf(CodeFlagValue, t.whole, "%q takes no value", t.Key).
			WithHelp("write %s alone, or leave it out", t.Key).WithFix(t.whole, t.Key)
	case t.Value == "":
		b.missingValue(t, k)
	case !b.elements(t, k.Kind), !b.chosen(t, k.Choices):
		b.d.Partial = true
	default:
		b.add(t, k)
	}
}

func (b *binder) missingValue(t lexeme, k Key) {
	b.d.Partial = true
	b.report.Errorf(CodeMissingValue, t.KeySpan, "key %q has no value", t.Key).
		WithHelp("write %s: %s", k.usage(), k.Summary)
}

// add keeps a keyed argument or a flag, each once.
func (b *binder) add(t lexeme, k Key) {
	i := slices.IndexFunc(b.d.Keyed, func(a Arg) bool { return a.Key == t.Key })
	switch {
	case k.Planned:
		b.d.Partial = true
		b.report.Errorf(CodeNotAvailable, t.KeySpan, "key %q is not available yet", t.Key).
			WithHelp("remove it until a release has it")
	case i >= 0:
		b.d.Partial = true
		b.report.Errorf(CodeDuplicateKey, t.KeySpan, "key %q is given twice", t.Key).
			WithRelated(b.d.Keyed[i].KeySpan, "the first is here").
			WithHelp("remove one of them")
	default:
		b.d.Keyed = append(b.d.Keyed, t.Arg)
	}
}

// elements reports the empty elements of a list.
func (b *binder) elements(t lexeme, kind Kind) bool {
	if !kind.list() {
		return true
	}
	ok := true
	offset := 0
	for i, part := range strings.Split(t.Value, ",") {
		if strings.TrimSpace(part) == "" {
			at := t.At(max(0, offset-1), 1) // the comma before it
			if i == 0 {
				at = t.At(0, 1)
			}
			b.report.Errorf(CodeEmptyElement, at, "empty element in the list %q", t.Value).
				WithHelp("remove the comma")
			ok = false
		}
		offset += len(part) + 1
	}
	return ok
}
