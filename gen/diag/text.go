package diag

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Text prints diagnostics for people, in the order given, a blank line between them:
//
//	models/book.go:14:26: error: "include" has no key "ordr" [unknown-key]
//	  14 | //denorm:include Reviews ordr=Title
//	     |                          ^^^^
//	  in collection books
//	  help: did you mean "order"?
//	  fix:
//	  14 | //denorm:include Reviews order=Title
//
// The error is that of writing.
func Text(w io.Writer, list []*Diagnostic, sources Sources) error {
	p := printer{sources: sources, files: map[string][]string{}}
	for i, d := range list {
		if i > 0 {
			p.buf.WriteByte('\n')
		}
		p.diagnostic(d)
	}
	_, err := w.Write(p.buf.Bytes())
	return err
}

type printer struct {
	buf     bytes.Buffer
	sources Sources
	files   map[string][]string
}

func (p *printer) diagnostic(d *Diagnostic) {
	gutter := gutterWidth(d)
	if at := p.place(d.Primary); at != "" {
		p.buf.WriteString(at + ": ")
	}
	first, rest, more := strings.Cut(d.Message, "\n")
	fmt.Fprintf(&p.buf, "%s: %s", d.Severity, printable(first))
	if d.Code != "" {
		fmt.Fprintf(&p.buf, " [%s]", d.Code)
	}
	p.buf.WriteByte('\n')
	if more {
		for line := range strings.Lines(rest) {
			p.buf.WriteString("    " + printable(strings.TrimRight(line, "\r\n")) + "\n")
		}
	}
	p.snippet(d.Primary, gutter, '^')
	if len(d.Path) > 0 {
		p.buf.WriteString("  in " + printable(strings.Join(d.Path, " > ")) + "\n")
	}
	for _, r := range d.Related {
		p.buf.WriteString("  ")
		if at := p.place(r.Span); at != "" {
			p.buf.WriteString(at + ": ")
		}
		p.buf.WriteString(printable(r.Message) + "\n")
		p.snippet(r.Span, gutter, '-')
	}
	if d.Help != "" {
		for line := range strings.SplitSeq(d.Help, "\n") {
			p.buf.WriteString("  help: " + printable(line) + "\n")
		}
	}
	if d.Fix != nil {
		p.fix(d.Fix, gutter)
	}
}

// place returns file:line:col, or what of it is known.
func (p *printer) place(s Span) string {
	if s.File == "" {
		return ""
	}
	s.File = p.sources.Name(s.File)
	return s.String()
}

// snippet prints the line of a span with marks below it, or nothing if the line cannot be had.
func (p *printer) snippet(s Span, gutter int, mark rune) {
	line, ok := p.line(s)
	if !ok {
		return
	}
	from, to := s.bounds(line)
	text, marks := draw(line, from, to, mark)
	fmt.Fprintf(&p.buf, "%*d | %s\n", gutter, s.Line, text)
	fmt.Fprintf(&p.buf, "%*s | %s\n", gutter, "", marks)
}

func (p *printer) fix(f *Fix, gutter int) {
	line, ok := p.line(f.Span)
	if !ok {
		p.buf.WriteString("  fix: replace by " + strconv.Quote(f.Text) + "\n")
		return
	}
	from, to := f.Span.bounds(line)
	fixed := line[:from] + f.Text + line[to:]
	if strings.TrimSpace(fixed) == "" {
		p.buf.WriteString("  fix: remove the line\n")
		return
	}
	p.buf.WriteString("  fix:\n")
	number := f.Span.Line
	for l := range strings.SplitSeq(fixed, "\n") {
		start := min(from, len(l))
		text, _ := draw(l, start, min(from+len(f.Text), len(l)), ' ')
		fmt.Fprintf(&p.buf, "%*d | %s\n", gutter, number, text)
		number++
	}
}

func (p *printer) line(s Span) (string, bool) {
	if s.File == "" || s.Line < 1 || s.Col < 1 {
		return "", false
	}
	lines, seen := p.files[s.File]
	if !seen {
		if content, err := p.sources.ReadFile(s.File); err == nil {
			lines = strings.Split(string(content), "\n")
		}
		p.files[s.File] = lines
	}
	if s.Line > len(lines) {
		return "", false
	}
	return strings.TrimSuffix(lines[s.Line-1], "\r"), true
}

// bounds returns the bytes of line that the span covers, cut to the line.
func (s Span) bounds(line string) (from, to int) {
	from = min(max(s.Col-1, 0), len(line))
	return from, min(from+max(s.Width, 0), len(line))
}

func gutterWidth(d *Diagnostic) int {
	last := d.Primary.Line
	for _, r := range d.Related {
		last = max(last, r.Span.Line)
	}
	if d.Fix != nil {
		last = max(last, d.Fix.Span.Line+strings.Count(d.Fix.Text, "\n"))
	}
	return max(4, len(strconv.Itoa(last)))
}
