package diag

import "fmt"

// Span is a run of bytes on one line of a source file. Line and Col count from 1, Col in bytes as the
// go command prints it; Width is at least 1 for a known place. The zero Span means "no place known".
type Span struct {
	File  string `json:"file"`
	Line  int    `json:"line"`
	Col   int    `json:"col"`
	Width int    `json:"width"`
}

// String returns file:line:col, or what of it is known.
func (s Span) String() string {
	switch {
	case s.File == "":
		return "-"
	case s.Line == 0:
		return s.File
	default:
		return fmt.Sprintf("%s:%d:%d", s.File, s.Line, s.Col)
	}
}

// Severity tells whether a diagnostic stops the run.
type Severity string

const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Code names a kind of diagnostic for good: tests, suppressions and documentation refer to it.
// Codes are lower-case words joined by hyphens.
type Code string

// Related points at a second place that explains the first.
type Related struct {
	Span    Span   `json:"span"`
	Message string `json:"message"`
}

// Fix is a replacement of one span of source which would solve the problem.
type Fix struct {
	Span Span   `json:"span"`
	Text string `json:"text"`
}

// Diagnostic is one thing to tell the user, complete in itself.
type Diagnostic struct {
	Code     Code      `json:"code"`
	Severity Severity  `json:"severity"`
	Primary  Span      `json:"span"`
	Message  string    `json:"message"`
	Path     []string  `json:"path,omitempty"` // what led here, outermost first
	Related  []Related `json:"related,omitempty"`
	Help     string    `json:"help,omitempty"` // the way out
	Fix      *Fix      `json:"fix,omitempty"`
}

// WithPath says what led to the problem, outermost first ("collection books", "include Authors").
func (d *Diagnostic) WithPath(path ...string) *Diagnostic {
	d.Path = append([]string(nil), path...)
	return d
}

// WithRelated adds a second place and what it has to do with the first.
func (d *Diagnostic) WithRelated(at Span, format string, args ...any) *Diagnostic {
	d.Related = append(d.Related, Related{Span: at, Message: fmt.Sprintf(format, args...)})
	return d
}

// WithHelp says the way out. Several calls give several lines.
func (d *Diagnostic) WithHelp(format string, args ...any) *Diagnostic {
	if d.Help != "" {
		d.Help += "\n"
	}
	d.Help += fmt.Sprintf(format, args...)
	return d
}

// WithFix offers a replacement for the text at a span.
func (d *Diagnostic) WithFix(at Span, text string) *Diagnostic {
	d.Fix = &Fix{Span: at, Text: text}
	return d
}
