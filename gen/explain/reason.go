package explain

import (
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/plan"
)

// because says reasons in words.
func because(reasons []string) string {
	words := make([]string, len(reasons))
	for i, reason := range reasons {
		words[i] = reasonWords(reason)
	}
	return strings.Join(words, "; ")
}

func reasonWords(reason string) string {
	switch plan.Reason(reason) {
	case plan.Shown:
		return "shown"
	case plan.Linked:
		return "linked by old and new value"
	case plan.Filter:
		return "filtered by it"
	case plan.Sorted:
		return "ordered by it"
	case plan.Counted:
		return "computed from it"
	case plan.Viewed:
		return "a view reads it"
	default:
		return reason
	}
}

// reasoned are dependencies of one document on one table by one path, whatever the reasons.
type reasoned struct {
	Document string
	Dependency
	Reasons []string
}

// grouped puts together what differs in columns and reason only, in order of first appearance.
func grouped(list []Touched) []reasoned {
	var groups []reasoned
	for _, t := range list {
		at := slices.IndexFunc(groups, func(g reasoned) bool {
			return g.Document == t.Document && g.Table == t.Table && g.Path == t.Path && g.Guard == t.Guard && g.View == t.View
		})
		if at < 0 {
			at = len(groups)
			groups = append(groups, reasoned{Document: t.Document, Dependency: t.Dependency})
			groups[at].Columns = nil
		}
		g := &groups[at]
		g.Reasons = append(g.Reasons, t.Reason)
		g.Columns = append(g.Columns, t.Columns...)
		slices.Sort(g.Columns)
		g.Columns = slices.Compact(g.Columns)
	}
	return groups
}

// ofOne makes touches of one collection's dependencies, so that they can be grouped too.
func ofOne(list []Dependency) []Touched {
	out := make([]Touched, len(list))
	for i, d := range list {
		out[i].Dependency = d
	}
	return out
}
