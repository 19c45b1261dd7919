package denorm

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
)

// Int reads an integer into a signed type. One that is out of its range makes the row fail.
func Int[T ~int | ~int8 | ~int16 | ~int32 | ~int64](row Row, i int) T {
	wide := row.Int64(i)
	narrow := T(wide)
	if int64(narrow) != wide {
		row.Fail(i, fmt.Errorf("%w: an integer is out of the range of %T", ErrValue, narrow))
		return 0
	}
	return narrow
}

// Uint reads an integer into an unsigned type. One that is out of its range makes the row fail.
func Uint[T ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64](row Row, i int) T {
	wide := row.Uint64(i)
	narrow := T(wide)
	if uint64(narrow) != wide {
		row.Fail(i, fmt.Errorf("%w: an integer is out of the range of %T", ErrValue, narrow))
		return 0
	}
	return narrow
}

// Float reads a number. One too large for a float32 makes the row fail; digits beyond its precision are
// rounded off.
func Float[T ~float32 | ~float64](row Row, i int) T {
	wide := row.Float64(i)
	narrow := T(wide)
	if math.IsInf(float64(narrow), 0) && !math.IsInf(wide, 0) {
		row.Fail(i, fmt.Errorf("%w: a number is out of the range of %T", ErrValue, narrow))
		return 0
	}
	return narrow
}

// Bool reads a truth value.
func Bool[T ~bool](row Row, i int) T { return T(row.Bool(i)) }

// Text reads text.
func Text[T ~string](row Row, i int) T { return T(row.Text(i)) }

// Bytes reads a private copy of bytes, nil for NULL.
func Bytes[T ~[]byte](row Row, i int) T { return T(row.Bytes(i)) }

// Raw reads a private copy of JSON, nil for NULL. Invalid JSON makes the row fail.
func Raw[T ~[]byte](row Row, i int) T {
	raw := row.Bytes(i)
	if raw != nil && !json.Valid(raw) {
		row.Fail(i, fmt.Errorf("%w: invalid JSON", ErrValue))
		return nil
	}
	return T(raw)
}

// JSON reads a value from JSON; NULL reads like JSON's null. Invalid JSON makes the row fail.
func JSON[T any](row Row, i int) T {
	var value T
	if row.Null(i) {
		return value
	}
	if err := readJSON(row.Bytes(i), &value); err != nil {
		row.Fail(i, fmt.Errorf("%w: %w", ErrValue, err))
		var zero T
		return zero
	}
	return value
}

// readJSON is json.Unmarshal, with errors that do not quote the text.
func readJSON(text []byte, into any) error {
	err := json.Unmarshal(text, into)
	var syntax *json.SyntaxError
	var misfit *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("invalid JSON at byte %d", syntax.Offset)
	case errors.As(err, &misfit):
		kind, _, _ := strings.Cut(misfit.Value, " ") // of "number 300"
		return fmt.Errorf("a JSON %s at byte %d is not a %s", kind, misfit.Offset, misfit.Type)
	}
	return err
}

// Scan reads a value by the Scan method of *T, which sees what the driver made, NULL included.
func Scan[T any](row Row, i int) T {
	var value T
	scanner, ok := any(&value).(sql.Scanner)
	if !ok {
		row.Fail(i, fmt.Errorf("%w: %T has no Scan method", ErrValue, &value))
		return value
	}
	if err := scanner.Scan(row.Value(i)); err != nil {
		row.Fail(i, fmt.Errorf("scan into %T: %w", value, err))
	}
	return value
}

// Null reads a value by one of the other functions, nil for NULL.
func Null[T any](row Row, i int, read func(Row, int) T) *T {
	if row.Null(i) {
		return nil
	}
	value := read(row, i)
	if _, text := any((*T)(nil)).(*string); text {
		if rows, ok := row.(holder); ok {
			place := any(rows.hold()).(*T)
			*place = value
			return place
		}
	}
	alone := value
	return &alone
}

// holder is a Row that keeps room for the texts of a batch that are pointed to.
type holder interface{ hold() *string }
