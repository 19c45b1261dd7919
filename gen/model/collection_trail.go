package model

import (
	"slices"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/directive"
)

// trail reports problems together with what led to them ("collection books", "include Authors").
type trail struct {
	report *diag.Report
	path   []string
	// failed tells that a field exists and was reported as wrong, so that it need not be called unknown.
	failed func(e *Entity, name string) bool
}

// below is the trail one step further down.
func (t trail) below(step string) trail {
	t.path = append(slices.Clone(t.path), step)
	return t
}

func (t trail) errorf(code diag.Code, at diag.Span, format string, args ...any) *diag.Diagnostic {
	return t.report.Errorf(code, at, format, args...).WithPath(t.path...)
}

// adopt takes over what another stage reported, but what drop says, so that it carries this trail's path.
func (t trail) adopt(from *diag.Report, drop func(*diag.Diagnostic) bool) {
	for _, d := range from.Sorted() {
		if drop(d) {
			continue
		}
		into := t.report.Errorf(d.Code, d.Primary, "%s", d.Message)
		*into = *d
		into.Path = append(slices.Clone(t.path), d.Path...)
	}
}

// suggest helps with the name that is closest to an unknown one, or else with all there are.
func suggest(d *diag.Diagnostic, w directive.Word, names []string) {
	d.WithSuggestion(w.Text, names)
	if near := diag.Suggest(w.Text, names); near != "" {
		d.WithFix(w.Span, near)
	}
}
