package denorm

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// one makes a row of one value.
func one(value driver.Value) *valueRow { return &valueRow{values: []driver.Value{value}} }

func TestConversions(t *testing.T) {
	noon := time.Date(2024, 2, 29, 12, 0, 0, 500_000_000, time.UTC)
	read := func(f func(Row) any) func(Row) any { return f }
	asInt := read(func(r Row) any { return r.Int64(0) })
	asInt8 := read(func(r Row) any { return Int[int8](r, 0) })
	asUint := read(func(r Row) any { return r.Uint64(0) })
	asUint16 := read(func(r Row) any { return Uint[uint16](r, 0) })
	asFloat := read(func(r Row) any { return r.Float64(0) })
	asFloat32 := read(func(r Row) any { return Float[float32](r, 0) })
	asBool := read(func(r Row) any { return r.Bool(0) })
	asString := read(func(r Row) any { return r.Text(0) })
	asByteSlice := read(func(r Row) any { return r.Bytes(0) })
	asRaw := read(func(r Row) any { return Raw[json.RawMessage](r, 0) })
	asTime := read(func(r Row) any { return r.Time(0) })
	asMap := read(func(r Row) any { return JSON[map[string]int](r, 0) })
	asNull := read(func(r Row) any { return Scan[sql.NullString](r, 0) })
	asPointer := read(func(r Row) any { return Null(r, 0, Row.Int64) })
	asSum := read(func(r Row) any { return SumFloat(r, 0) })

	for i, test := range []struct {
		value driver.Value
		read  func(Row) any
		want  any // nil for an error
		err   error
	}{
		{int64(-7), asInt, int64(-7), nil},
		{uint64(7), asInt, int64(7), nil},
		{uint64(math.MaxUint64), asInt, nil, ErrValue},
		{"-9223372036854775808", asInt, int64(math.MinInt64), nil},
		{[]byte("12"), asInt, int64(12), nil},
		{"12.00", asInt, int64(12), nil},
		{"12.50", asInt, nil, ErrValue},
		{"", asInt, nil, ErrValue},
		{".0", asInt, nil, ErrValue},
		{"9223372036854775808", asInt, nil, ErrValue},
		{3.0, asInt, int64(3), nil},
		{float32(3), asInt, int64(3), nil},
		{3.5, asInt, nil, ErrValue},
		{math.NaN(), asInt, nil, ErrValue},
		{math.Inf(1), asInt, nil, ErrValue},
		{9223372036854775808.0, asInt, nil, ErrValue},
		{-9223372036854775808.0, asInt, int64(math.MinInt64), nil},
		{true, asInt, int64(1), nil},
		{false, asInt, int64(0), nil},
		{noon, asInt, nil, ErrValue},
		{nil, asInt, nil, ErrNull},
		{int64(127), asInt8, int8(127), nil},
		{int64(128), asInt8, nil, ErrValue},
		{int64(-129), asInt8, nil, ErrValue},
		{int64(-1), asUint, nil, ErrValue},
		{uint64(math.MaxUint64), asUint, uint64(math.MaxUint64), nil},
		{"18446744073709551615", asUint, uint64(math.MaxUint64), nil},
		{[]byte("18446744073709551616"), asUint, nil, ErrValue},
		{4.0, asUint, uint64(4), nil},
		{-4.0, asUint, nil, ErrValue},
		{true, asUint, uint64(1), nil},
		{nil, asUint, nil, ErrNull},
		{int64(65536), asUint16, nil, ErrValue},
		{int64(65535), asUint16, uint16(65535), nil},
		{1.5, asFloat, 1.5, nil},
		{float32(0.1), asFloat, 0.1, nil},
		{int64(2), asFloat, 2.0, nil},
		{uint64(2), asFloat, 2.0, nil},
		{"2.5e3", asFloat, 2500.0, nil},
		{[]byte("0.1"), asFloat, 0.1, nil},
		{"secret", asFloat, nil, ErrValue},
		{nil, asFloat, nil, ErrNull},
		{1e300, asFloat32, nil, ErrValue},
		{1.5, asFloat32, float32(1.5), nil},
		{true, asBool, true, nil},
		{int64(1), asBool, true, nil},
		{int64(0), asBool, false, nil},
		{int64(2), asBool, nil, ErrValue},
		{uint64(1), asBool, true, nil},
		{1.0, asBool, true, nil},
		{[]byte{1}, asBool, true, nil},
		{[]byte{0}, asBool, false, nil},
		{"t", asBool, true, nil},
		{"false", asBool, false, nil},
		{[]byte("1"), asBool, true, nil},
		{"yes", asBool, nil, ErrValue},
		{nil, asBool, nil, ErrNull},
		{"x", asString, "x", nil},
		{[]byte("x"), asString, "x", nil},
		{int64(5), asString, "5", nil},
		{uint64(5), asString, "5", nil},
		{2.5, asString, "2.5", nil},
		{float32(2.5), asString, "2.5", nil},
		{true, asString, "true", nil},
		{noon, asString, "2024-02-29T12:00:00.5Z", nil},
		{nil, asString, nil, ErrNull},
		{[]byte{0, 1}, asByteSlice, []byte{0, 1}, nil},
		{[]byte{}, asByteSlice, []byte{}, nil},
		{"ab", asByteSlice, []byte("ab"), nil},
		{nil, asByteSlice, []byte(nil), nil},
		{`{"a":1}`, asRaw, json.RawMessage(`{"a":1}`), nil},
		{`{"a":`, asRaw, nil, ErrValue},
		{nil, asRaw, json.RawMessage(nil), nil},
		{noon.In(time.FixedZone("", 3600)), asTime, noon, nil},
		{int64(1709208000), asTime, noon.Truncate(time.Second), nil},
		{int64(1709208000500), asTime, noon, nil},
		{"1709208000", asTime, noon.Truncate(time.Second), nil},
		{[]byte("2024-02-29 12:00:00.500000"), asTime, noon, nil},
		{"never", asTime, nil, ErrValue},
		{1.5, asTime, nil, ErrValue},
		{nil, asTime, nil, ErrNull},
		{[]byte(`{"a":1}`), asMap, map[string]int{"a": 1}, nil},
		{`{"a":"secret"}`, asMap, nil, ErrValue},
		{nil, asMap, map[string]int(nil), nil},
		{"x", asNull, sql.NullString{String: "x", Valid: true}, nil},
		{nil, asNull, sql.NullString{}, nil},
		{nil, asPointer, (*int64)(nil), nil},
		{0.1 + 0.2, asSum, 0.3, nil},
		{math.MaxFloat64, asSum, math.MaxFloat64, nil},
	} {
		row := one(test.value)
		got := test.read(row)
		if test.err != nil {
			if !errors.Is(row.failed, test.err) {
				t.Errorf("%d: %T %v: error %v, want %v", i, test.value, test.value, row.failed, test.err)
			} else if strings.Contains(row.failed.Error(), "secret") {
				t.Errorf("%d: the error holds the value: %v", i, row.failed)
			}
			continue
		}
		if row.failed != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%d: %T %v: got %v (%v), want %v", i, test.value, test.value, got, row.failed, test.want)
		}
	}
}

func TestBytesAreCopied(t *testing.T) {
	buffer := []byte("abc")
	row := one(buffer)
	bytes, text := row.Bytes(0), row.Text(0)
	raw := Bytes[json.RawMessage](row, 0)
	copy(buffer, "xyz")
	if string(bytes) != "abc" || text != "abc" || string(raw) != "abc" {
		t.Error("a value shares the driver's buffer")
	}
}

func TestAverage(t *testing.T) {
	for _, test := range []struct {
		sum   driver.Value
		count int64
		want  string
	}{
		{nil, 0, "nil"}, {int64(5), 0, "nil"}, {int64(5), 2, "2.5"}, {[]byte("5"), 2, "2.5"}, {"5.00", 2, "2.5"},
		{5.0, 2, "2.5"}, {0.1 + 0.2, 1, "0.3"}, {int64(1<<53 - 1), 1, "9.007199254740991e+15"},
	} {
		got := Average(&valueRow{values: []driver.Value{test.sum, test.count}}, 0, 1)
		text := "nil"
		if got != nil {
			text = strconv.FormatFloat(*got, 'g', -1, 64)
		}
		if text != test.want {
			t.Errorf("%v by %d: %s, want %s", test.sum, test.count, text, test.want)
		}
	}
}

func TestDict(t *testing.T) {
	dict := Dict([]Entry[string, int]{{"a", 1}, {"b", 2}, {"a", 3}})
	if fmt.Sprint(dict) != "map[a:1 b:2]" || Dict[string, int](nil) == nil {
		t.Errorf("got %v", dict)
	}
}

func TestParseTime(t *testing.T) {
	for text, want := range map[string]string{
		"2024-02-29":                               "2024-02-29T00:00:00Z",
		"2024-02-29 01:02":                         "2024-02-29T01:02:00Z",
		"2024-02-29T01:02:03":                      "2024-02-29T01:02:03Z",
		"2024-02-29 01:02:03.000001":               "2024-02-29T01:02:03.000001Z",
		"2024-02-29 01:02:03.123456789Z":           "2024-02-29T01:02:03.123456789Z",
		"2024-02-29 01:02:03+01:00":                "2024-02-29T00:02:03Z",
		"2024-02-29 01:02:03-01":                   "2024-02-29T02:02:03Z",
		"2024-02-29 01:02:03.5+0530":               "2024-02-28T19:32:03.5Z",
		"2024-02-29 01:02:03+00:19:32":             "2024-02-29T00:42:31Z",
		"2024-02-29 01:02:03 +0100 CET":            "2024-02-29T00:02:03Z",
		"2024-02-29 01:02:03 +0000 UTC":            "2024-02-29T01:02:03Z",
		"2024-02-29 01:02:03.5 +0100 CET m=+0.002": "2024-02-29T00:02:03.5Z",
		"2024-02-29 01:02:03 UTC":                  "2024-02-29T01:02:03Z",
		"0000-00-00 00:00:00":                      "0001-01-01T00:00:00Z",
		"9999-12-31 23:59:59":                      "9999-12-31T23:59:59Z",
		"0":                                        "1970-01-01T00:00:00Z",
		"-1":                                       "1969-12-31T23:59:59Z",
	} {
		if got, ok := parseTime(text); !ok || got.Format(time.RFC3339Nano) != want || got.Location() != time.UTC {
			t.Errorf("%q: %v, %v; want %s", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "x", "2024", "2024-2-29x", "2024-02-30", "2024-13-01", "2024-00-10", "2024-02-29 24:00:00",
		"2024-02-29 01", "2024-02-29 01:60", "2024-02-29 01:02:03 CET", "2024-02-29 01:02:03+1", "infinity",
		"2024-02-29x", "2024-02-29 01:02:03+01:", "2024-02-29 01:02:03 ", "2024-02-29 01:02:03+",
	} {
		if got, ok := parseTime(text); ok && text != "2024" {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	f.Add("2024-02-29 01:02:03.5 +0100 CET m=+0.002")
	f.Add("2024-02-29T01:02:03Z")
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := parseTime(text)
		// What Go accepts beyond the standard, such as an hour of one digit, no database writes.
		want, err := time.Parse(time.RFC3339Nano, text)
		if err == nil && want.Year() > 0 && want.Format(time.RFC3339Nano) == text {
			if !ok || !got.Equal(want) {
				t.Errorf("%q: %v, %v; want %v", text, got, ok, want)
			}
		}
	})
}
