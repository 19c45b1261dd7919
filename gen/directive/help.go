package directive

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/denormgen/denormgen/gen/diag"
)

const planned = "not available yet"

// Help prints an overview of the annotations, as `denormgen help annotations` does. The error is that
// of writing.
func Help(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, `Annotations are comments above Go declarations, one directive a line:

  %sVERB [argument ...] [key=value ...]

A value is one word, a list with commas and no spaces, or a Go string in "..." or %[2]s...%[2]s.
A list that is quoted may have spaces. What follows a lone // is a remark.
`, prefix, "`")
	section := Section("")
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, v := range Verbs() {
		if v.Section != section {
			section = v.Section
			table.Flush()
			fmt.Fprintf(&b, "\n%s\n", section)
		}
		fmt.Fprintf(table, "  %s\t%s\n", v.Name, note(v.Summary, v.Planned))
	}
	table.Flush()
	b.WriteString("\nDetails of one: denormgen help annotations VERB\n")
	_, err := w.Write(b.Bytes())
	return err
}

// HelpVerb prints everything about one verb. An unknown verb is an error which suggests another.
func HelpVerb(w io.Writer, verb string) error {
	name := strings.TrimPrefix(strings.TrimPrefix(verb, "//"), "denorm:")
	all := Verbs()
	v, ok := lookupVerb(all, name)
	if !ok {
		names := make([]string, len(all))
		for i, v := range all {
			names[i] = v.Name
		}
		if near := diag.Suggest(name, names); near != "" {
			return fmt.Errorf("unknown annotation %q: did you mean %q?", verb, near)
		}
		return fmt.Errorf("unknown annotation %q: denormgen help annotations lists all of them", verb)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s%s\n\n%s.\n", prefix, v.Usage(), sentence(note(v.Summary, v.Planned)))
	fmt.Fprintf(&b, "It stands %s.\n", v.where())
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	if len(v.Params) > 0 {
		b.WriteString("\nArguments\n")
		for _, p := range v.Params {
			fmt.Fprintf(table, "  %s\t%s\n", p.Name, p.describe())
		}
		table.Flush()
	}
	if len(v.Keys) > 0 {
		b.WriteString("\nKeys\n")
		for _, k := range v.Keys {
			fmt.Fprintf(table, "  %s\t%s\n", k.usage(), k.describe())
		}
		table.Flush()
	}
	b.WriteString("\nExample\n")
	for line := range strings.SplitSeq(v.Example, "\n") {
		b.WriteString("  " + line + "\n")
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (p Param) describe() string {
	s := choices(p.Summary, p.Choices)
	if p.Optional {
		s += " (may be left out)"
	}
	return s
}

func (k Key) describe() string { return note(choices(k.Summary, k.Choices), k.Planned) }

func choices(summary string, list []string) string {
	if len(list) == 0 {
		return summary
	}
	return summary + ": " + strings.Join(list, ", ")
}

func note(summary string, isPlanned bool) string {
	if isPlanned {
		return summary + " (" + planned + ")"
	}
	return summary
}

func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
