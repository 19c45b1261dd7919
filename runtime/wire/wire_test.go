package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// encode returns what a function appends.
func encode(t testing.TB, write func(e *Encoder)) []byte {
	t.Helper()
	e := NewEncoder(nil)
	write(e)
	if e.Err() != nil {
		t.Fatalf("encoding: %v", e.Err())
	}
	return e.Bytes()
}

// roundTrip holds that a value is read back as it was, and that no part of its bytes will do.
func roundTrip[T any](t *testing.T, value T, write func(*Encoder, T), read func(*Decoder) T) {
	t.Helper()
	data := encode(t, func(e *Encoder) { write(e, value) })
	d := NewDecoder(data)
	got := read(d)
	if err := d.Finish(); err != nil {
		t.Fatalf("%v: %v", value, err)
	}
	if diff := cmp.Diff(value, got, cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })); diff != "" {
		t.Errorf("%v: %s", value, diff)
	}
	for end := range data {
		d.Reset(data[:end])
		read(d)
		if !errors.Is(d.Finish(), ErrCorrupt) {
			t.Errorf("%v: %d of %d bytes are accepted", value, end, len(data))
		}
	}
	d.Reset(append(bytes.Clone(data), 0))
	read(d)
	if !errors.Is(d.Finish(), ErrCorrupt) {
		t.Errorf("%v: bytes left over are accepted", value)
	}
}

func TestValues(t *testing.T) {
	for _, v := range []int64{0, 1, -1, 63, 64, -64, -65, 1 << 40, math.MaxInt64, math.MinInt64} {
		roundTrip(t, v, (*Encoder).Int, (*Decoder).Int)
	}
	for _, v := range []uint64{0, 127, 128, math.MaxUint64} {
		roundTrip(t, v, (*Encoder).Uint, (*Decoder).Uint)
	}
	for _, v := range []float64{0, math.Copysign(0, -1), 1.5, math.Inf(-1), math.NaN(), math.SmallestNonzeroFloat64} {
		roundTrip(t, v, (*Encoder).Float, (*Decoder).Float)
	}
	for _, v := range []bool{false, true} {
		roundTrip(t, v, (*Encoder).Bool, (*Decoder).Bool)
	}
	for _, v := range []string{"", "a", "\xff\x00é", strings.Repeat("long ", 100)} {
		roundTrip(t, v, (*Encoder).Text, (*Decoder).Text)
	}
	for _, v := range [][]byte{nil, {}, {0}, bytes.Repeat([]byte{1}, 200)} {
		roundTrip(t, v, (*Encoder).Blob, (*Decoder).Blob)
	}
	for _, v := range []time.Time{
		{}, time.Unix(0, 0).UTC(), time.Unix(1, 999_999_999).UTC(), time.Date(-5000, 1, 1, 0, 0, 0, 1, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC), time.Unix(math.MaxInt64, 0).UTC(), time.Unix(math.MinInt64, 0).UTC(),
	} {
		roundTrip(t, v, (*Encoder).Time, (*Decoder).Time)
	}
}

func TestTimeIsUTC(t *testing.T) {
	local := time.Now().In(time.FixedZone("", 7200))
	data := encode(t, func(e *Encoder) { e.Time(local) })
	if got := NewDecoder(data).Time(); got != local.Round(0).UTC() {
		t.Errorf("%v is read back as %v", local, got)
	}
}

func TestCorrupt(t *testing.T) {
	huge := binary.AppendUvarint(nil, math.MaxUint64)
	for name, test := range map[string]struct {
		data []byte
		read func(*Decoder)
	}{
		"bool of 2":      {[]byte{2}, func(d *Decoder) { d.Bool() }},
		"65 bits":        {bytes.Repeat([]byte{0xff}, 11), func(d *Decoder) { d.Uint() }},
		"int8 of 128":    {encode(t, func(e *Encoder) { e.Int(128) }), func(d *Decoder) { Int[int8](d) }},
		"uint8 of 256":   {encode(t, func(e *Encoder) { e.Uint(256) }), func(d *Decoder) { Uint[uint8](d) }},
		"huge text":      {huge, func(d *Decoder) { d.Text() }},
		"huge blob":      {huge, func(d *Decoder) { d.Blob() }},
		"huge list":      {huge, func(d *Decoder) { d.List(1) }},
		"two seconds":    {encode(t, func(e *Encoder) { e.Int(0); e.Uint(2_000_000_000) }), func(d *Decoder) { d.Time() }},
		"list of 3 in 5": {[]byte{4, 0, 0, 0, 0, 0}, func(d *Decoder) { d.List(2) }},
		"nested too deep": {nil, func(d *Decoder) {
			for d.Enter() {
				continue
			}
		}},
	} {
		d := NewDecoder(test.data)
		test.read(d)
		if !errors.Is(d.Err(), ErrCorrupt) {
			t.Errorf("%s: %v", name, d.Err())
		}
	}
}

// Nested lists cannot claim the same bytes twice.
func TestListsShareWhatIsLeft(t *testing.T) {
	d := NewDecoder(append([]byte{11, 11}, make([]byte, 15)...))
	if n, ok := d.List(1); n != 10 || !ok {
		t.Fatalf("the first list has %d elements, %v", n, ok)
	}
	if _, ok := d.List(1); ok || !errors.Is(d.Err(), ErrCorrupt) {
		t.Errorf("two lists of 10 in 17 bytes: %v", d.Err())
	}
}

func TestFirstErrorStays(t *testing.T) {
	d := NewDecoder([]byte{2, 1})
	d.Bool()
	first := d.Err()
	if d.Int() != 0 || d.Text() != "" || d.Blob() != nil || d.Float() != 0 || !d.Time().IsZero() || d.Present() {
		t.Error("values after an error are not zero")
	}
	if n, ok := d.List(1); n != 0 || ok {
		t.Error("a list after an error is not nil")
	}
	if d.Finish() != first || first == nil {
		t.Errorf("the error becomes %v", d.Finish())
	}
}

// Texts and bytes alias the input, and appending to bytes leaves the rest alone.
func TestAliases(t *testing.T) {
	data := encode(t, func(e *Encoder) { e.Text("text"); e.Blob([]byte("blob")); e.Text("rest") })
	if n := testing.AllocsPerRun(100, func() {
		d := Decoder{buf: data}
		_, _, _ = d.Text(), d.Blob(), d.Text()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	d := NewDecoder(data)
	_, blob := d.Text(), d.Blob()
	_ = append(blob, '!')
	if got := d.Text(); got != "rest" {
		t.Errorf("the rest is %q", got)
	}
}

func TestResetForgets(t *testing.T) {
	e := NewEncoder(nil)
	e.Fail(errors.New("first"))
	e.Fail(errors.New("second"))
	if e.Err() == nil || !strings.Contains(e.Err().Error(), "first") {
		t.Errorf("the error is %v", e.Err())
	}
	e.Reset([]byte("x"))
	e.Bool(true)
	if string(e.Bytes()) != "x\x01" || e.Err() != nil {
		t.Errorf("%q, %v", e.Bytes(), e.Err())
	}
}
