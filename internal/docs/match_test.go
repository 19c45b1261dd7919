package docs

import (
	"slices"
	"strings"
	"testing"
)

// occurs tells whether the lines stand in the text, moved to the right by one indentation, with left-out
// lines where a line of dots is.
func occurs(lines, text []string) bool {
	parts := split(lines)
	for at := range text {
		indent, ok := begins(parts[0], text[at:])
		if !ok {
			continue
		}
		at += len(parts[0])
		found := true
		for _, part := range parts[1:] {
			next := find(part, text[at:], indent)
			if next < 0 {
				found = false
				break
			}
			at += next + len(part)
		}
		if found {
			return true
		}
	}
	return false
}

// matches tells whether the lines are the whole text, with left-out lines where a line of dots is.
func matches(lines, text []string) bool {
	parts := split(lines)
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return slices.Equal(first, text)
	}
	if len(text) < len(first)+len(last) || !slices.Equal(first, text[:len(first)]) ||
		!slices.Equal(last, text[len(text)-len(last):]) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		at := find(part, text, "")
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return true
}

// split cuts lines at those that stand for left-out ones.
func split(lines []string) [][]string {
	parts := [][]string{nil}
	for _, line := range lines {
		switch strings.TrimSpace(line) {
		case "...", "// ...", "-- ...", "# ...":
			parts = append(parts, nil)
		default:
			parts[len(parts)-1] = append(parts[len(parts)-1], line)
		}
	}
	return parts
}

// begins tells whether the text begins with the lines, and how far they are moved to the right there.
func begins(lines, text []string) (indent string, ok bool) {
	for i, line := range lines {
		if i >= len(text) {
			return "", false
		}
		if line == "" {
			if text[i] != "" {
				return "", false
			}
			continue
		}
		before, found := strings.CutSuffix(text[i], line)
		if !found || strings.TrimSpace(before) != "" || ok && before != indent {
			return "", false
		}
		indent, ok = before, true
	}
	return indent, ok || len(lines) == 0
}

// find returns where the lines stand in the text with that indentation, or -1.
func find(lines, text []string, indent string) int {
	for at := range len(text) - len(lines) + 1 {
		if got, ok := begins(lines, text[at:]); ok && (got == indent || len(lines) == 0) {
			return at
		}
	}
	return -1
}

func TestMatching(t *testing.T) {
	text := strings.Split("func f() {\n\ta()\n\n\tif b {\n\t\tc()\n\t}\n}", "\n")
	for _, test := range []struct {
		block         string
		occurs, whole bool
	}{
		{"a()\n\nif b {\n\tc()\n}", true, false},
		{"\ta()", true, false},
		{"a()\n// ...\n}", true, false},
		{"a()\n// ...\n\tc()", true, false},
		{"a()\n// ...\nc()", false, false},
		{"a()\nif b {", false, false},
		{"func f() {\n// ...\n}", true, true},
		{"func f() {\n// ...\n\t\tc()\n// ...\n}", true, true},
		{"func f() {\n// ...\n\td()\n// ...\n}", false, false},
		{"b {", false, false},
		{strings.Join(text, "\n"), true, true},
	} {
		lines := strings.Split(test.block, "\n")
		if got := occurs(lines, text); got != test.occurs {
			t.Errorf("%q occurs: %t", test.block, got)
		}
		if got := matches(lines, text); got != test.whole {
			t.Errorf("%q is the whole: %t", test.block, got)
		}
	}
}
