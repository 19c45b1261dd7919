package capture

import (
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
)

// sqliteReplaced is the operation of a row that REPLACE is about to remove.
const sqliteReplaced = "R"

// Parse reads a row of the log: the triggers write what quote() does, but for text.
func (sqliteBackend) Parse(layout *Layout, _ *Catalog, row Row) (Change, error) {
	change := Change{ID: row.ID, Layout: layout, Op: Op(row.Op)}
	switch change.Op {
	case Insert, Update, Delete:
	case sqliteReplaced:
		change.Op, change.Perhaps = Delete, true
	default:
		return Change{}, fmt.Errorf("change %d: operation %q is unknown", row.ID, row.Op)
	}
	var err error
	if row.Changed != nil {
		if change.Changed, err = parseBits(row.Changed, len(layout.Tracked)); err != nil {
			return Change{}, fmt.Errorf("change %d: reading what changed: %w", row.ID, err)
		}
	}
	if change.Old, err = parseSide(layout, row.OldIn, row.Old, sqliteValues); err != nil {
		return Change{}, fmt.Errorf("change %d: reading the old row: %w", row.ID, err)
	}
	if change.New, err = parseSide(layout, row.NewIn, row.New, sqliteValues); err != nil {
		return Change{}, fmt.Errorf("change %d: reading the new row: %w", row.ID, err)
	}
	return change, nil
}

// sqliteValues reads the values of one side.
func sqliteValues(text string) ([]driver.Value, error) {
	var values []driver.Value
	for part := range strings.SplitSeq(text, ",") {
		value, err := sqliteValue(part)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, nil
}

func sqliteValue(text string) (driver.Value, error) {
	switch {
	case text == "NULL":
		return nil, nil
	case text == "":
		return nil, fmt.Errorf("an empty value")
	case text[0] == 't' || text[0] == 'l' || text[0] == 'b':
		return sqliteText(text[0], text[1:])
	case len(text) >= 3 && text[0] == 'X' && text[1] == '\'' && text[len(text)-1] == '\'':
		blob, err := hex.DecodeString(text[2 : len(text)-1])
		if err != nil {
			return nil, fmt.Errorf("a blob: %w", err)
		}
		return blob, nil
	case text == "Inf" || text == "-Inf":
		return infinity(text[0] == '-'), nil
	case strings.ContainsAny(text, ".eE"):
		number, err := strconv.ParseFloat(text, 64)
		if err != nil && !math.IsInf(number, 0) { // infinity is written 9.0e+999
			return nil, fmt.Errorf("a number: %w", err)
		}
		return number, nil
	}
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("an integer: %w", err)
	}
	return number, nil
}

// sqliteText reads the bytes of a text in the encoding of the database: t is UTF-8, l and b are UTF-16.
func sqliteText(encoding byte, text string) (driver.Value, error) {
	content, err := hex.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("a text: %w", err)
	}
	if encoding == 't' {
		return string(content), nil
	}
	if len(content)%2 != 0 {
		return nil, fmt.Errorf("a text in UTF-16 has an odd number of bytes")
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if encoding == 'b' {
		order = binary.BigEndian
	}
	units := make([]uint16, len(content)/2)
	for i := range units {
		units[i] = order.Uint16(content[2*i:])
	}
	return string(utf16.Decode(units)), nil
}

func infinity(negative bool) float64 {
	if negative {
		return math.Inf(-1)
	}
	return math.Inf(1)
}
