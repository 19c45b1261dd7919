package directive

import (
	"fmt"
	"strings"
	"testing"
)

func TestAt(t *testing.T) {
	for _, c := range []struct {
		line          string // a where line
		offset, width int
		want          string // the bytes of the source that are meant
	}{
		{`"A == nil"`, 0, 1, "A"},
		{`"A == nil"`, 5, 3, "nil"},
		{"`A == \"x\"`", 5, 3, `"x"`},
		{`"A == \"x\" && B"`, 5, 3, `\"x\"`},
		{`"A == \"x\" && B"`, 12, 1, "B"},
		{`"\u00e9 == B"`, 0, 2, `\u00e9`},
		{`"\u00e9 == B"`, 6, 1, "B"},
		{`"é == B"`, 6, 1, "B"},
		{`"A"`, 1, 1, `"`},
		{`"A"`, 9, 9, `"`},
		{`A==B`, 3, 1, "B"},
	} {
		t.Run(fmt.Sprintf("%s %d+%d", c.line, c.offset, c.width), func(t *testing.T) {
			text := "//denorm:where " + c.line
			list, reported := scan(t, "package m\n"+text+"\ntype T struct{}\n")
			if len(list) != 1 || len(reported) != 0 {
				t.Fatalf("got %d directives, %d diagnostics", len(list), len(reported))
			}
			at := list[0].Pos[0].At(c.offset, c.width)
			if got := text[at.Col-1 : at.Col-1+at.Width]; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`include P fields=Name,through.Role`, "Name@27+4 through.Role@32+12"},
		{`include P order="CreatedAt desc,  ID"`, "CreatedAt desc@27+14 ID@44+2"},
		{`include P "order=A\u0020desc, B"`, "A desc@27+11 B@40+1"},
	} {
		t.Run(c.line, func(t *testing.T) {
			list, _ := scan(t, "package m\n//denorm:collection c\n//denorm:"+c.line+"\ntype T struct{}\n")
			if len(list) != 2 {
				t.Fatalf("got %d directives, want 2", len(list))
			}
			var got []string
			for _, w := range list[1].Keyed[0].Words() {
				got = append(got, fmt.Sprintf("%s@%d+%d", w.Text, w.Span.Col, w.Span.Width))
			}
			if g := strings.Join(got, " "); g != c.want {
				t.Errorf("got %s, want %s", g, c.want)
			}
		})
	}
}
