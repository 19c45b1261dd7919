package directive

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Markdown prints the reference page of the annotations. The error is that of writing.
func Markdown(w io.Writer) error {
	var b bytes.Buffer
	b.WriteString("# Annotations\n\n")
	b.WriteString("<!-- Made from gen/directive; do not edit. -->\n\n")
	b.WriteString("An annotation is one line in the comment directly above a Go declaration:\n\n")
	fmt.Fprintf(&b, "    %sVERB [argument ...] [key=value ...]\n\n", prefix)
	b.WriteString("A value is one word, a comma-separated list without spaces, or a Go string (`\"...\"` or backquoted)\n" +
		"around a whole token or around the part after `=`. A quoted list may have spaces. What follows a lone\n" +
		"`//` is a remark. Nothing that begins with `denorm:` is ever ignored.\n")
	section := Section("")
	for _, v := range Verbs() {
		if v.Section != section {
			section = v.Section
			fmt.Fprintf(&b, "\n## %s\n", section)
		}
		v.markdown(&b)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (v Verb) markdown(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n### %s\n\n", v.Name)
	fmt.Fprintf(b, "%s. Stands %s.\n\n", sentence(cell(v.Summary)), v.where())
	if v.Planned {
		b.WriteString("*Not available yet.*\n\n")
	}
	for line := range strings.SplitSeq(v.Example, "\n") {
		b.WriteString("    " + line + "\n")
	}
	if len(v.Params)+len(v.Keys) == 0 {
		return
	}
	b.WriteString("\n| argument | meaning |\n|---|---|\n")
	for _, p := range v.Params {
		fmt.Fprintf(b, "| `%s` | %s |\n", cell(p.Name), cell(p.describe()))
	}
	for _, k := range v.Keys {
		fmt.Fprintf(b, "| `%s` | %s |\n", cell(k.usage()), cell(k.describe()))
	}
}

// cell keeps text from being read as markup.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*float64", `\*float64`).Replace(s)
}
