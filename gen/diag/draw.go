package diag

import (
	"strings"
	"unicode"
)

const (
	lineWidth = 100 // columns of source that are shown
	lead      = 20  // columns kept before the span when a line is cut
	tabWidth  = 4
	ellipsis  = "..."
)

// draw returns a source line as a terminal shows it and a line of marks that stand exactly under the
// bytes from..to, at least one. A line too wide is cut around the marks.
func draw(line string, from, to int, mark rune) (text, marks string) {
	cells, start, end := layout(line, from, to)
	end = max(end, start+1)
	lo, hi := 0, len(cells)
	if len(cells) > lineWidth {
		if end > lineWidth {
			lo = max(0, min(start-lead, len(cells)-lineWidth))
		}
		hi = min(len(cells), lo+lineWidth)
		end = min(end, max(hi, start+1))
	}
	var before, after string
	if lo > 0 {
		before = ellipsis
	}
	if hi < len(cells) {
		after = ellipsis
	}
	text = strings.TrimRight(before+strings.Join(cells[lo:hi], "")+after, " ")
	return text, strings.Repeat(" ", len(before)+start-lo) + strings.Repeat(string(mark), end-start)
}

// layout spreads a line over terminal columns, one cell each; the second cell of a wide character is
// empty. It returns the columns at which the bytes from and to begin.
func layout(line string, from, to int) (cells []string, start, end int) {
	start, end = -1, -1
	for i, r := range line {
		if start < 0 && i >= from {
			start = len(cells)
		}
		if end < 0 && i >= to {
			end = len(cells)
		}
		switch {
		case r == '\t':
			cells = append(cells, " ")
			for len(cells)%tabWidth != 0 {
				cells = append(cells, " ")
			}
		case unicode.In(r, unicode.Mn, unicode.Me) && len(cells) > 0:
			cells[len(cells)-1] += string(r)
		case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana):
			cells = append(cells, string(r), "")
		default:
			cells = append(cells, string(visible(r)))
		}
	}
	if start < 0 {
		start = len(cells)
	}
	if end < 0 {
		end = len(cells)
	}
	return cells, start, end
}

// printable keeps control characters, which could drive the terminal, out of messages.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return visible(r)
	}, s)
}

func visible(r rune) rune {
	if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
		return unicode.ReplacementChar
	}
	return r
}
