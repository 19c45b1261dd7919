package capture

import (
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// errPostgresArray says that text is not an array. It does not quote it.
var errPostgresArray = errors.New("malformed array")

// Parse reads a row of the log. Integers become int64 and bytea []byte where the catalog knows the column;
// all else stays the text from which a cast makes the value again.
func (postgresBackend) Parse(layout *Layout, catalog *Catalog, row Row) (Change, error) {
	change := Change{ID: row.ID, Layout: layout, Op: Op(row.Op)}
	var before, after bool
	switch change.Op {
	case Insert:
		after = true
	case Update:
		before, after = true, true
	case Delete:
		before = true
	case Truncate:
	default:
		return Change{}, fmt.Errorf("change %d: operation %q is unknown", row.ID, row.Op)
	}
	if (row.Old != nil) != before || (row.New != nil) != after {
		return Change{}, fmt.Errorf("change %d: the sides are not those of operation %q", row.ID, row.Op)
	}
	var err error
	if row.Changed != nil {
		if change.Changed, err = parseBits(row.Changed, len(layout.Tracked)); err != nil {
			return Change{}, fmt.Errorf("change %d: reading what changed: %w", row.ID, err)
		}
	}
	values := func(text string) ([]driver.Value, error) { return postgresValues(layout, catalog, text) }
	if change.Old, err = parseSide(layout, row.OldIn, row.Old, values); err != nil {
		return Change{}, fmt.Errorf("change %d: reading the old row: %w", row.ID, err)
	}
	if change.New, err = parseSide(layout, row.NewIn, row.New, values); err != nil {
		return Change{}, fmt.Errorf("change %d: reading the new row: %w", row.ID, err)
	}
	return change, nil
}

// postgresValues reads the values of one side.
func postgresValues(layout *Layout, catalog *Catalog, text string) ([]driver.Value, error) {
	values, err := postgresElements(text)
	if err != nil {
		return nil, err
	}
	if catalog == nil || len(values) != len(layout.Values) {
		return values, nil
	}
	info := catalog.Tables[layout.Table]
	if info == nil {
		return values, nil
	}
	for i, name := range layout.Values {
		text, ok := values[i].(string)
		column := info.Column(name)
		if !ok || column == nil {
			continue
		}
		switch column.Type {
		case "smallint", "integer", "bigint":
			// Text remains where the column was of another type when it was logged.
			if n, err := strconv.ParseInt(text, 10, 64); err == nil {
				values[i] = n
			}
		case "bytea":
			if digits, ok := strings.CutPrefix(text, `\x`); ok {
				if bytes, err := hex.DecodeString(digits); err == nil {
					values[i] = bytes
				}
			}
		}
	}
	return values, nil
}

// postgresElements reads an array of one dimension in text form: {a,"b c",NULL}.
func postgresElements(text string) ([]driver.Value, error) {
	text, open := strings.CutPrefix(text, "{")
	text, closed := strings.CutSuffix(text, "}")
	if !open || !closed {
		return nil, errPostgresArray
	}
	if text == "" {
		return nil, nil
	}
	var values []driver.Value
	for {
		value, rest, err := postgresElement(text)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
		if rest == "" {
			return values, nil
		}
		if rest[0] != ',' {
			return nil, errPostgresArray
		}
		text = rest[1:]
	}
}

// postgresElement reads the first element and returns what follows it.
func postgresElement(text string) (driver.Value, string, error) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexByte(text, ',')
		if end < 0 {
			end = len(text)
		}
		plain := text[:end]
		switch {
		case plain == "NULL":
			return nil, text[end:], nil
		case plain == "" || strings.ContainsAny(plain, `{}"\`):
			return nil, "", errPostgresArray
		}
		return plain, text[end:], nil
	}
	var content strings.Builder
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return content.String(), text[i+1:], nil
		case '\\':
			if i++; i == len(text) {
				return nil, "", errPostgresArray
			}
		}
		content.WriteByte(text[i])
	}
	return nil, "", errPostgresArray
}
