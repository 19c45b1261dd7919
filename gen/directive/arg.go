package directive

import (
	"strconv"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
)

// At returns the place in the source of the width bytes of Value that begin at offset, escapes of a
// quoted value counted. An offset at or behind the end of Value yields the column behind its last byte.
func (a Arg) At(offset, width int) diag.Span {
	from := a.column(offset)
	at := a.Span
	at.Col += from
	at.Width = max(1, a.column(offset+max(width, 0))-from)
	return at
}

// Escape returns text as it is written within the value, in the quotes that it has; false if these
// cannot hold it.
func (a Arg) Escape(text string) (string, bool) {
	switch {
	case a.escapes != nil:
		quoted := strconv.Quote(text)
		return quoted[1 : len(quoted)-1], true
	case a.Quoted:
		return text, !strings.Contains(text, "`")
	default:
		return text, !strings.ContainsAny(text, "\"` ")
	}
}

// column maps an offset in Value to one in the source, from where Value begins.
func (a Arg) column(offset int) int {
	offset = min(max(offset, 0), len(a.Value))
	if a.escapes == nil {
		return offset
	}
	return a.escapes[offset]
}

// Words splits a comma-separated list, spaces around its elements dropped. Directives that Scan has
// returned have no empty elements.
func (a Arg) Words() []Word {
	if a.Value == "" {
		return nil
	}
	var words []Word
	offset := 0
	for part := range strings.SplitSeq(a.Value, ",") {
		text := strings.TrimSpace(part)
		start := offset + strings.Index(part, text)
		words = append(words, Word{Text: text, Span: a.At(start, len(text))})
		offset += len(part) + 1
	}
	return words
}
