package sqltext

import "strings"

// lineWidth is where lines are broken, not counting the indentation of subqueries.
const lineWidth = 100

const step = "    "

// indent moves every line of s one step to the right. No literal contains a line break.
func indent(s string) string { return step + continued(s) }

// continued moves every line but the first one step to the right.
func continued(s string) string { return strings.ReplaceAll(s, "\n", "\n"+step) }

// list joins items by commas and wraps them; the first line begins behind a prefix of that width. What
// takes several lines stands alone.
func list(prefix int, items []string) string {
	var b strings.Builder
	column, alone := prefix, false
	for i, item := range items {
		several := strings.Contains(item, "\n")
		switch {
		case i == 0 && !several:
		case i == 0:
			b.WriteString("\n" + step)
			column = len(step)
		case several || alone || column+len(", ")+len(item)+len(",") > lineWidth:
			b.WriteString(",\n" + step)
			column = len(step)
		default:
			b.WriteString(", ")
			column += len(", ")
		}
		b.WriteString(continued(item))
		column += len(item)
		alone = several
	}
	return b.String()
}

// chain joins operands by AND or OR, one a line if they are long together.
func chain(prefix int, operator string, operands []string) string {
	line := strings.Join(operands, " "+operator+" ")
	if prefix+len(line) <= lineWidth && !strings.Contains(line, "\n") {
		return line
	}
	return strings.Join(operands, "\n"+operator+" ")
}

// parentheses encloses s, in lines of their own if s has several.
func parentheses(s string) string {
	if strings.Contains(s, "\n") {
		return "(\n" + indent(s) + "\n)"
	}
	return "(" + s + ")"
}

// function renders a call, one argument a line if they are long together.
func function(name string, arguments ...string) string {
	line := name + "(" + strings.Join(arguments, ", ") + ")"
	if len(line) <= lineWidth && !strings.Contains(line, "\n") {
		return line
	}
	return name + "(\n" + indent(strings.Join(arguments, ",\n")) + "\n)"
}
