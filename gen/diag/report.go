package diag

import (
	"cmp"
	"fmt"
	"slices"
)

// Report collects the diagnostics of one run. Every stage adds to it and goes on, so that one run
// reports everything. The zero Report is ready; it is not safe for concurrent use.
type Report struct {
	list []*Diagnostic
}

// Errorf adds an error and returns it, to be completed with WithHelp and the like.
func (r *Report) Errorf(code Code, at Span, format string, args ...any) *Diagnostic {
	return r.add(Error, code, at, format, args)
}

// Warnf adds a warning, which does not stop the run.
func (r *Report) Warnf(code Code, at Span, format string, args ...any) *Diagnostic {
	return r.add(Warning, code, at, format, args)
}

func (r *Report) add(severity Severity, code Code, at Span, format string, args []any) *Diagnostic {
	d := &Diagnostic{Code: code, Severity: severity, Primary: at, Message: fmt.Sprintf(format, args...)}
	r.list = append(r.list, d)
	return d
}

// HasErrors tells whether anything but warnings has been reported.
func (r *Report) HasErrors() bool {
	return slices.ContainsFunc(r.list, func(d *Diagnostic) bool { return d.Severity == Error })
}

// Sorted returns what has been reported by place, then code, each distinct message once.
func (r *Report) Sorted() []*Diagnostic {
	list := slices.Clone(r.list)
	slices.SortStableFunc(list, func(a, b *Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Primary.File, b.Primary.File),
			cmp.Compare(a.Primary.Line, b.Primary.Line),
			cmp.Compare(a.Primary.Col, b.Primary.Col),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(list, func(a, b *Diagnostic) bool {
		return a.Primary == b.Primary && a.Code == b.Code && a.Message == b.Message
	})
}
