package capture

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"text/template"
)

// ddl holds the SQL that capture installs: ddl/<dialect>/<name>.sql.
//
//go:embed ddl
var ddl embed.FS

// templateText executes the template ddl/<dialect>/<file>.sql. In it, name quotes an identifier, text a
// string, and join is strings.Join.
func templateText(dialect Dialect, file string, data any) (string, error) {
	path := "ddl/" + string(dialect) + "/" + file + ".sql"
	functions := template.FuncMap{
		"name": func(s string) string { return quoteName(dialect, s) },
		"text": func(s string) string { return quoteText(dialect, s) },
		"join": strings.Join,
	}
	parsed, err := template.New(file+".sql").Funcs(functions).Option("missingkey=error").ParseFS(ddl, path)
	if err != nil {
		return "", fmt.Errorf("reading the template %s: %w", path, err)
	}
	var out strings.Builder
	if err := parsed.Execute(&out, data); err != nil {
		return "", fmt.Errorf("rendering %s: %w", path, err)
	}
	return strings.TrimSpace(out.String()), nil
}

// statementsOf cuts a text into its statements, at lines that hold nothing but "--".
func statementsOf(text string) []string {
	var list []string
	for part := range strings.SplitSeq(text, "\n--\n") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// hashOf is a short hash of texts: 16 hexadecimal digits.
func hashOf(parts ...string) string {
	sum := sha256.New()
	for _, part := range parts {
		sum.Write(strconv.AppendInt(nil, int64(len(part)), 10))
		sum.Write([]byte{':'})
		sum.Write([]byte(part))
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// quoteName quotes an identifier.
func quoteName(dialect Dialect, name string) string {
	quote := `"`
	if dialect == MySQL {
		quote = "`"
	}
	return quote + strings.ReplaceAll(name, quote, quote+quote) + quote
}

// quoteTable quotes a table's name, with its schema if it has one.
func quoteTable(dialect Dialect, table Table) string {
	if table.Schema == "" {
		return quoteName(dialect, table.Name)
	}
	return quoteName(dialect, table.Schema) + "." + quoteName(dialect, table.Name)
}

// quoteNames quotes identifiers and separates them by commas.
func quoteNames(dialect Dialect, names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quoteName(dialect, name)
	}
	return strings.Join(quoted, ", ")
}

// quoteText writes a string literal. On PostgreSQL it takes standard_conforming_strings to be on, on MySQL
// NO_BACKSLASH_ESCAPES to be off.
func quoteText(dialect Dialect, s string) string {
	if dialect == MySQL {
		s = strings.ReplaceAll(s, `\`, `\\`)
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// placeholder is the n-th bound value of a statement, from 1.
func placeholder(dialect Dialect, n int) string {
	if dialect == Postgres {
		return "$" + strconv.Itoa(n)
	}
	return "?"
}

// placeholders are the first n of a statement, separated by commas.
func placeholders(dialect Dialect, n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = placeholder(dialect, i+1)
	}
	return strings.Join(list, ", ")
}

// joinBalanced joins SQL expressions by an operator that may be applied in any grouping. It nests long lists
// in parentheses, because databases limit the depth of an expression.
func joinBalanced(parts []string, operator string) string {
	const width = 32
	if len(parts) <= width {
		return strings.Join(parts, operator)
	}
	var groups []string
	for len(parts) > 0 {
		n := min(width, len(parts))
		groups = append(groups, "("+strings.Join(parts[:n], operator)+")")
		parts = parts[n:]
	}
	return joinBalanced(groups, operator)
}

// parseBits reads verdicts: '1' is true, '0' is false. There have to be n of them.
func parseBits(text []byte, n int) ([]bool, error) {
	if len(text) != n {
		return nil, fmt.Errorf("%d verdicts where the layout has %d", len(text), n)
	}
	bits := make([]bool, n)
	for i, c := range text {
		if c != '0' && c != '1' {
			return nil, fmt.Errorf("verdict %q is neither 0 nor 1", c)
		}
		bits[i] = c == '1'
	}
	return bits, nil
}
