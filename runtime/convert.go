package denorm

import (
	"database/sql/driver"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// misfit is the error for a value that cannot become what is wanted. It never holds the value.
func misfit(value driver.Value, wanted string) error {
	if value == nil {
		return ErrNull
	}
	return fmt.Errorf("%w: %s from the driver is not %s", ErrValue, kindOf(value), wanted)
}

// kindOf names a driver's type as people do.
func kindOf(value driver.Value) string {
	switch value.(type) {
	case string, []byte:
		return "text"
	case int64, uint64:
		return "an integer"
	case float64, float32:
		return "a float"
	case bool:
		return "a bool"
	case time.Time:
		return "a time"
	}
	return fmt.Sprintf("a %T", value)
}

// asText returns the value if it is text in either form. The second form is not copied.
func asText(value driver.Value) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case []byte:
		return string(v), true
	}
	return "", false
}

func toInt64(value driver.Value) (int64, error) {
	const wanted = "an integer of 64 bits"
	switch v := value.(type) {
	case int64:
		return v, nil
	case uint64:
		if v <= math.MaxInt64 {
			return int64(v), nil
		}
	case float64:
		// -2^63 and 2^63 are exact floats; the upper one is out of range.
		if v == math.Trunc(v) && v >= -(1<<63) && v < 1<<63 {
			return int64(v), nil
		}
	case float32:
		return toInt64(float64(v))
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case string, []byte:
		text, _ := asText(v)
		if i, err := strconv.ParseInt(wholeText(text), 10, 64); err == nil {
			return i, nil
		}
	}
	return 0, misfit(value, wanted)
}

// wholeText cuts the zeros behind the point from a decimal like 12.00.
func wholeText(text string) string {
	whole, fraction, found := strings.Cut(text, ".")
	if !found || whole == "" || strings.Trim(fraction, "0") != "" {
		return text
	}
	return whole
}

func toUint64(value driver.Value) (uint64, error) {
	const wanted = "an unsigned integer of 64 bits"
	switch v := value.(type) {
	case uint64:
		return v, nil
	case float64:
		if v == math.Trunc(v) && v >= 0 && v < 1<<64 {
			return uint64(v), nil
		}
	case string, []byte:
		text, _ := asText(v)
		if u, err := strconv.ParseUint(wholeText(text), 10, 64); err == nil {
			return u, nil
		}
	default:
		if i, err := toInt64(v); err == nil && i >= 0 {
			return uint64(i), nil
		}
	}
	return 0, misfit(value, wanted)
}

func toFloat64(value driver.Value) (float64, error) {
	switch v := value.(type) {
	case float64:
		return v, nil
	case float32:
		// The shortest decimal, as database/sql does: 0.1 stays 0.1.
		return strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
	case int64:
		return float64(v), nil
	case uint64:
		return float64(v), nil
	case string, []byte:
		text, _ := asText(v)
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return f, nil
		}
	}
	return 0, misfit(value, "a number")
}

func toBool(value driver.Value) (bool, error) {
	switch v := value.(type) {
	case bool:
		return v, nil
	case int64:
		if v == 0 || v == 1 {
			return v == 1, nil
		}
	case uint64:
		if v <= 1 {
			return v == 1, nil
		}
	case float64:
		if v == 0 || v == 1 {
			return v == 1, nil
		}
	case string, []byte:
		text, _ := asText(v)
		if text == "\x00" || text == "\x01" { // a BIT
			return text == "\x01", nil
		}
		if b, err := strconv.ParseBool(text); err == nil {
			return b, nil
		}
	}
	return false, misfit(value, "a truth value")
}

// toText prints what is not text as database/sql does.
func toText(value driver.Value) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case []byte:
		return string(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case uint64:
		return strconv.FormatUint(v, 10), nil
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	case float32:
		return strconv.FormatFloat(float64(v), 'g', -1, 32), nil
	case bool:
		return strconv.FormatBool(v), nil
	case time.Time:
		return v.Format(time.RFC3339Nano), nil
	}
	return "", misfit(value, "text")
}

// toBytes returns a private copy, nil for NULL, and never nil for empty bytes.
func toBytes(value driver.Value) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case []byte:
		return append(make([]byte, 0, len(v)), v...), nil
	}
	text, err := toText(value)
	return []byte(text), err
}

func toTime(value driver.Value) (time.Time, error) {
	switch v := value.(type) {
	case time.Time:
		return v.Round(0).UTC(), nil
	case int64:
		return unixTime(v), nil
	case string, []byte:
		text, _ := asText(v)
		if t, ok := parseTime(text); ok {
			return t, nil
		}
	}
	return time.Time{}, misfit(value, "a time")
}

// unixTime reads seconds, or milliseconds if they would lie beyond the year 33658.
func unixTime(n int64) time.Time {
	const lastSecond = 1_000_000_000_000
	if n > lastSecond || n < -lastSecond {
		return time.UnixMilli(n).UTC()
	}
	return time.Unix(n, 0).UTC()
}
