package capture

import (
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Parse reads integers as int64 or uint64, BIT as uint64, FLOAT and DOUBLE as float64, binary types as bytes and all
// others as text, a TIMESTAMP's in UTC. Without a catalog every value is text.
func (mysqlBackend) Parse(layout *Layout, catalog *Catalog, row Row) (Change, error) {
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
		return change, nil
	default:
		return Change{}, fmt.Errorf("reading change %d: operation %q is not known", row.ID, row.Op)
	}
	if row.Changed != nil {
		changed, err := parseBits(row.Changed, len(layout.Tracked))
		if err != nil {
			return Change{}, fmt.Errorf("reading change %d: the changed columns: %w", row.ID, err)
		}
		change.Changed = changed
	}
	var info *TableInfo
	if catalog != nil {
		info = catalog.Tables[layout.Table]
	}
	values := func(text string) ([]driver.Value, error) { return mysqlValues(layout, info, text) }
	var err error
	if before {
		if change.Old, err = mysqlSide(layout, row.OldIn, row.Old, values); err != nil {
			return Change{}, fmt.Errorf("reading change %d: the old row: %w", row.ID, err)
		}
	}
	if after {
		if change.New, err = mysqlSide(layout, row.NewIn, row.New, values); err != nil {
			return Change{}, fmt.Errorf("reading change %d: the new row: %w", row.ID, err)
		}
	}
	return change, nil
}

// mysqlSide reads a side that has to be there. It is NULL where its text exceeded the server's max_allowed_packet.
func mysqlSide(layout *Layout, holds, text []byte, values func(string) ([]driver.Value, error)) (*Side, error) {
	if holds == nil || text == nil {
		return nil, fmt.Errorf("it was not logged")
	}
	return parseSide(layout, holds, text, values)
}

func mysqlValues(layout *Layout, info *TableInfo, text string) ([]driver.Value, error) {
	parts := strings.Split(text, ",")
	if len(parts) != len(layout.Values) {
		return nil, fmt.Errorf("%d values where the layout has %d", len(parts), len(layout.Values))
	}
	values := make([]driver.Value, len(parts))
	for i, part := range parts {
		if part == "NULL" {
			continue
		}
		raw, err := hex.DecodeString(part)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", layout.Values[i], err)
		}
		var column *ColumnInfo
		if info != nil {
			column = info.Column(layout.Values[i])
		}
		if values[i], err = mysqlValue(column, raw); err != nil {
			return nil, fmt.Errorf("column %s: %w", layout.Values[i], err)
		}
	}
	return values, nil
}

// mysqlValue reads one value by the type of its column.
func mysqlValue(column *ColumnInfo, raw []byte) (driver.Value, error) {
	switch mysqlKindOf(column) {
	case mysqlSigned:
		return strconv.ParseInt(string(raw), 10, 64)
	case mysqlUnsigned:
		return strconv.ParseUint(string(raw), 10, 64)
	case mysqlFloat, mysqlDouble:
		return strconv.ParseFloat(string(raw), 64)
	case mysqlBit:
		if len(raw) > 8 {
			return nil, fmt.Errorf("%d bytes are too many for BIT", len(raw))
		}
		var bits uint64
		for _, b := range raw {
			bits = bits<<8 | uint64(b)
		}
		return bits, nil
	case mysqlBinary:
		return raw, nil
	default:
		return string(raw), nil
	}
}
