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

// valueRow is a Row over values as drivers make them for database/sql.
type valueRow struct {
	values []driver.Value
	texts  slab
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

func (r *valueRow) hold() *string            { return r.texts.hold() }
func (r *valueRow) Null(i int) bool          { return r.values[i] == nil }
func (r *valueRow) Value(i int) driver.Value { return r.values[i] }

func (r *valueRow) Int64(i int) int64 {
	if v, ok := r.values[i].(int64); ok {
		return v
	}
	v, err := toInt64(r.values[i])
	if err != nil {
		r.Fail(i, err)
	}
	return v
}

func (r *valueRow) Uint64(i int) uint64 {
	v, err := toUint64(r.values[i])
	if err != nil {
		r.Fail(i, err)
	}
	return v
}

func (r *valueRow) Float64(i int) float64 {
	if v, ok := r.values[i].(float64); ok {
		return v
	}
	v, err := toFloat64(r.values[i])
	if err != nil {
		r.Fail(i, err)
	}
	return v
}

func (r *valueRow) Bool(i int) bool {
	v, err := toBool(r.values[i])
	if err != nil {
		r.Fail(i, err)
	}
	return v
}

func (r *valueRow) Text(i int) string {
	switch v := r.values[i].(type) {
	case string:
		return v
	case []byte:
		return r.texts.copy(v)
	}
	v, err := toText(r.values[i])
	if err != nil {
		r.Fail(i, err)
	}
	return v
}

func (r *valueRow) Bytes(i int) []byte {
	v, err := toBytes(r.values[i])
	if err != nil {
		r.Fail(i, err)
	}
	return v
}

func (r *valueRow) Time(i int) time.Time {
	v, err := toTime(r.values[i])
	if err != nil {
		r.Fail(i, err)
	}
	return v
}
