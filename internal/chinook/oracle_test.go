package chinook_test

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jmoiron/sqlx"
)

// object is a JSON object as the oracle builds it.
type object map[string]any

// oracle reads the shop with hand-written SQL, one row at a time. It shares no code with the product.
type oracle struct {
	t  *testing.T
	db *sqlx.DB
}

// rows runs a query whose names are in double quotes, with its arguments, numbers all of them, put in by
// fmt. It returns the rows by column name.
func (o oracle) rows(format string, args ...any) []object {
	o.t.Helper()
	query := fmt.Sprintf(format, args...)
	if o.db.DriverName() == "mysql" {
		query = strings.ReplaceAll(query, `"`, "`")
	}
	var mode []any
	if o.db.DriverName() == "pgx" {
		mode = append(mode, pgx.QueryExecModeSimpleProtocol) // no statement is sent twice
	}
	rows, err := o.db.Queryx(query, mode...)
	if err != nil {
		o.t.Fatalf("oracle: %v in\n%s", err, query)
	}
	defer rows.Close()
	list := []object{}
	for rows.Next() {
		row := map[string]any{}
		if err := rows.MapScan(row); err != nil {
			o.t.Fatalf("oracle: %v in\n%s", err, query)
		}
		for column, value := range row {
			if row[column], err = convert(column, value); err != nil {
				o.t.Fatalf("oracle: column %s: %v in\n%s", column, err, query)
			}
		}
		list = append(list, row)
	}
	if err := rows.Err(); err != nil {
		o.t.Fatalf("oracle: %v in\n%s", err, query)
	}
	return list
}

// row is the only row of a query, or nil.
func (o oracle) row(format string, args ...any) object {
	o.t.Helper()
	switch list := o.rows(format, args...); len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	default:
		o.t.Fatalf("oracle: %d rows, want one, of\n%s", len(list), fmt.Sprintf(format, args...))
		return nil
	}
}

// value is the only column of the only row of a query.
func (o oracle) value(format string, args ...any) any {
	o.t.Helper()
	row := o.row(format, args...)
	if len(row) != 1 {
		o.t.Fatalf("oracle: %d columns, want one, of\n%s", len(row), fmt.Sprintf(format, args...))
	}
	for _, value := range row {
		return value
	}
	return nil
}

// keys are the values of a query's column.
func (o oracle) keys(column, query string) []int64 {
	o.t.Helper()
	var keys []int64
	for _, row := range o.rows("%s", query) {
		keys = append(keys, row[column].(int64))
	}
	return keys
}

// convert brings what the drivers return to one Go type for each column of the shop, which the column's
// name tells.
func convert(column string, value driver.Value) (any, error) {
	if value == nil {
		return nil, nil
	}
	if text, ok := value.([]byte); ok {
		value = string(text)
	}
	switch {
	case strings.HasSuffix(column, "Id"), column == "ReportsTo", column == "Quantity", column == "Milliseconds",
		column == "Bytes", column == "Count":
		switch value := value.(type) {
		case int64:
			return value, nil
		case string:
			return strconv.ParseInt(value, 10, 64)
		}
	case column == "UnitPrice", column == "Total", column == "Sum":
		switch value := value.(type) {
		case float64:
			return value, nil
		case int64:
			return float64(value), nil
		case string:
			return strconv.ParseFloat(value, 64)
		}
	case strings.HasSuffix(column, "Date"):
		switch value := value.(type) {
		case time.Time:
			return value.UTC(), nil
		case string:
			return time.Parse(time.DateTime, value)
		}
	default:
		if value, ok := value.(string); ok {
			return value, nil
		}
	}
	return nil, fmt.Errorf("a %T was not expected: %v", value, value)
}

// sum rounds a sum of money to 15 significant digits, for databases add in different orders and number
// systems. The sum of no rows is zero.
func sum(value any) float64 {
	x, _ := value.(float64)
	if x == 0 {
		return 0
	}
	digits := 14 - int(math.Floor(math.Log10(math.Abs(x))))
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'f', digits, 64), 64)
	if err != nil {
		return x
	}
	return rounded
}

// without takes members out of the object and returns it.
func (o object) without(members ...string) object {
	for _, member := range members {
		delete(o, member)
	}
	return o
}

// canonical is the JSON with its members sorted, numbers as they were written.
func canonical(t *testing.T, text []byte) string {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return encode(t, value)
}

func encode(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
