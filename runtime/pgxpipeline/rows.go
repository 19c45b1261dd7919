package pgxpipeline

import (
	"database/sql/driver"
	"encoding/binary"
	"math"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// formatOf is the form in which a type is asked for: binary for those that pgx's driver asks for so, too, else text. So values of
// types that only an extension knows, and of those without a binary form, are what database/sql would get.
func formatOf(oid uint32) int16 {
	switch oid {
	case pgtype.BoolOID, pgtype.ByteaOID, pgtype.CIDOID, pgtype.DateOID, pgtype.Float4OID, pgtype.Float8OID, pgtype.Int2OID, pgtype.Int4OID,
		pgtype.Int8OID, pgtype.OIDOID, pgtype.TimestampOID, pgtype.TimestamptzOID, pgtype.XIDOID:
		return pgtype.BinaryFormatCode
	}
	return pgtype.TextFormatCode
}

// rows are the rows of one result.
type rows struct {
	results *results
	reader  *pgconn.ResultReader
	types   *pgtype.Map
	values  [][]byte
	err     error
	ended   bool
}

// NextRow implements denorm.PipelineRows.
func (r *rows) NextRow() bool {
	if r.reader.NextRow() {
		r.values = r.reader.Values()
		return true
	}
	return false
}

// Err implements denorm.PipelineRows.
func (r *rows) Err() error {
	if !r.ended {
		r.ended = true
		_, err := r.reader.Close()
		r.err = r.results.failed(err)
	}
	return r.err
}

// Column implements denorm.PipelineRows.
func (r *rows) Column(i int) string { return r.reader.FieldDescriptions()[i].Name }

// Null implements denorm.PipelineRows.
func (r *rows) Null(i int) bool { return r.values[i] == nil }

func (r *rows) oid(i int) uint32 { return r.reader.FieldDescriptions()[i].DataTypeOID }

// Int64 implements denorm.PipelineRows.
func (r *rows) Int64(i int) (int64, bool) {
	raw := r.values[i]
	switch oid := r.oid(i); {
	case oid == pgtype.Int8OID && len(raw) == 8:
		return int64(binary.BigEndian.Uint64(raw)), true
	case oid == pgtype.Int4OID && len(raw) == 4:
		return int64(int32(binary.BigEndian.Uint32(raw))), true
	case oid == pgtype.Int2OID && len(raw) == 2:
		return int64(int16(binary.BigEndian.Uint16(raw))), true
	}
	return 0, false
}

// Float64 implements denorm.PipelineRows.
func (r *rows) Float64(i int) (float64, bool) {
	raw := r.values[i]
	if r.oid(i) != pgtype.Float8OID || len(raw) != 8 {
		return 0, false
	}
	return math.Float64frombits(binary.BigEndian.Uint64(raw)), true
}

// Text implements denorm.PipelineRows.
func (r *rows) Text(i int) ([]byte, bool) {
	raw := r.values[i]
	if raw == nil || r.reader.FieldDescriptions()[i].Format != pgtype.TextFormatCode {
		return nil, false
	}
	return raw, true
}

// Time implements denorm.PipelineRows.
func (r *rows) Time(i int) (time.Time, bool) {
	raw := r.values[i]
	if oid := r.oid(i); oid != pgtype.TimestampOID && oid != pgtype.TimestamptzOID || len(raw) != 8 {
		return time.Time{}, false
	}
	micros := int64(binary.BigEndian.Uint64(raw))
	if micros == math.MinInt64 || micros == math.MaxInt64 {
		return time.Time{}, false // infinity
	}
	return time.Unix(epoch+micros/1e6, micros%1e6*1e3).UTC(), true
}

// epoch is 2000-01-01, from which PostgreSQL counts, in seconds from that of Unix.
const epoch = 946_684_800

// Value implements denorm.PipelineRows.
func (r *rows) Value(i int) (driver.Value, error) {
	raw := r.values[i]
	if raw == nil {
		return nil, nil
	}
	switch oid := r.oid(i); oid {
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID:
		if v, ok := r.Int64(i); ok {
			return v, nil
		}
	case pgtype.Float8OID:
		if v, ok := r.Float64(i); ok {
			return v, nil
		}
	case pgtype.JSONOID, pgtype.JSONBOID, pgtype.XMLOID, pgtype.ByteaOID:
		return raw, nil
	case pgtype.BoolOID:
		return scanned[pgtype.Bool](r, i)
	case pgtype.Float4OID:
		return scanned[pgtype.Float4](r, i)
	case pgtype.DateOID:
		return scanned[pgtype.Date](r, i)
	case pgtype.TimestampOID:
		return scanned[pgtype.Timestamp](r, i)
	case pgtype.TimestamptzOID:
		return scanned[pgtype.Timestamptz](r, i)
	case pgtype.CIDOID, pgtype.OIDOID, pgtype.XIDOID:
		return scanned[pgtype.Uint32](r, i)
	}
	return string(raw), nil
}

// scanned has pgx read a value, as its driver does.
func scanned[T driver.Valuer](r *rows, i int) (driver.Value, error) {
	var v T
	field := r.reader.FieldDescriptions()[i]
	if err := r.types.Scan(field.DataTypeOID, field.Format, r.values[i], &v); err != nil {
		return nil, err
	}
	return v.Value()
}
