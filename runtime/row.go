package denorm

import (
	"database/sql/driver"
	"time"
)

// Row is one row of a loader's result, as generated scan functions read it. Columns count from zero.
// A value that does not fit makes the row fail, and the read returns the zero value. A Row is valid until
// the next one is read.
type Row interface {
	// Null tells whether column i is NULL.
	Null(i int) bool
	// Int64 reads an integer, also one that the driver hands over as text or as a whole float.
	Int64(i int) int64
	// Uint64 reads an integer that is not negative.
	Uint64(i int) uint64
	// Float64 reads a number.
	Float64(i int) float64
	// Bool reads a truth value: a bool, 0 or 1, a bit, or text as strconv.ParseBool takes it.
	Bool(i int) bool
	// Text reads text.
	Text(i int) string
	// Bytes reads a private copy of the bytes, nil for NULL.
	Bytes(i int) []byte
	// Time reads a point in time, in UTC.
	Time(i int) time.Time
	// Value returns what the driver made. A []byte is valid until the next row.
	Value(i int) driver.Value
	// Fail records why column i cannot be read. The first failure of a row counts.
	Fail(i int, err error)
}

// cell takes a value from a driver without copying it.
type cell struct{ value driver.Value }

// Scan implements sql.Scanner.
func (c *cell) Scan(value any) error {
	c.value = value
	return nil
}

// sqlRow is a Row over what database/sql scans.
type sqlRow struct {
	cells []cell
	texts slab
	misread
}

// misread is the first failure of a row.
type misread struct {
	failed error // nil for none
	column int   // that failed
}

func (m *misread) Fail(i int, err error) {
	if m.failed == nil {
		m.failed, m.column = err, i
	}
}

func (r *sqlRow) hold() *string            { return r.texts.hold() }
func (r *sqlRow) Null(i int) bool          { return r.cells[i].value == nil }
func (r *sqlRow) Value(i int) driver.Value { return r.cells[i].value }

func (r *sqlRow) Int64(i int) int64 {
	if v, ok := r.cells[i].value.(int64); ok {
		return v
	}
	v, err := toInt64(r.cells[i].value)
	if err != nil {
		r.Fail(i, err)
	}
	return v
}

func (r *sqlRow) Uint64(i int) uint64 {
	v, err := toUint64(r.cells[i].value)
	if err != nil {
		r.Fail(i, err)
	}
	return v
}

func (r *sqlRow) Float64(i int) float64 {
	if v, ok := r.cells[i].value.(float64); ok {
		return v
	}
	v, err := toFloat64(r.cells[i].value)
	if err != nil {
		r.Fail(i, err)
	}
	return v
}

func (r *sqlRow) Bool(i int) bool {
	v, err := toBool(r.cells[i].value)
	if err != nil {
		r.Fail(i, err)
	}
	return v
}

func (r *sqlRow) Text(i int) string {
	switch v := r.cells[i].value.(type) {
	case string:
		return v
	case []byte:
		return r.texts.copy(v)
	}
	v, err := toText(r.cells[i].value)
	if err != nil {
		r.Fail(i, err)
	}
	return v
}

func (r *sqlRow) Bytes(i int) []byte {
	v, err := toBytes(r.cells[i].value)
	if err != nil {
		r.Fail(i, err)
	}
	return v
}

func (r *sqlRow) Time(i int) time.Time {
	v, err := toTime(r.cells[i].value)
	if err != nil {
		r.Fail(i, err)
	}
	return v
}
