package wire

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// both encodes a value and decodes it again.
func both[T any](t *testing.T, value T, write func(*Encoder, *T), read func(*Decoder, *T)) {
	t.Helper()
	data := encode(t, func(e *Encoder) { write(e, &value) })
	var got T
	d := NewDecoder(data)
	read(d, &got)
	if err := d.Finish(); err != nil {
		t.Fatalf("%v: %v", value, err)
	}
	if diff := cmp.Diff(value, got, cmp.AllowUnexported(money{}, anything{}), cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Errorf("%v: %s", value, diff)
	}
	for end := range data {
		var part T
		d.Reset(data[:end])
		read(d, &part)
		if d.Finish() == nil {
			t.Errorf("%v: %d of %d bytes are accepted", value, end, len(data))
		}
	}
}

// money keeps what it holds to itself: only Value and Scan show it.
type money struct{ cents int64 }

func (m money) Value() (driver.Value, error) {
	if m.cents < 0 {
		return nil, errors.New("negative money")
	}
	return fmt.Sprint(m.cents), nil
}

func (m *money) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("a %T is no money", value)
	}
	_, err := fmt.Sscan(text, &m.cents)
	return err
}

// anything is a value of any kind that drivers have.
type anything struct{ value any }

func (a anything) Value() (driver.Value, error) { return a.value, nil }
func (a *anything) Scan(value any) error        { a.value = value; return nil }

// labels has a Scan method and no Value method.
type labels []string

func (l *labels) Scan(any) error { return nil }

type meta struct {
	Labels []string
	Deeper map[string]*meta
}

func TestScanned(t *testing.T) {
	both(t, money{1250}, EncodeScanned, DecodeScanned)
	both(t, labels{"a", "b"}, EncodeScanned, DecodeScanned)
	both(t, sql.NullString{String: "a", Valid: true}, EncodeScanned, DecodeScanned)
	both(t, sql.Null[time.Time]{V: time.Unix(5, 6).UTC(), Valid: true}, EncodeScanned, DecodeScanned)
	for _, value := range []any{nil, int64(-5), 2.5, true, "text", []byte{}, []byte("bytes"), time.Unix(1, 2).UTC()} {
		both(t, anything{value}, EncodeScanned, DecodeScanned)
	}
}

func TestJSON(t *testing.T) {
	both(t, meta{Labels: []string{"a"}, Deeper: map[string]*meta{"b": {}}}, EncodeJSON, DecodeJSON)
	both(t, netip.MustParseAddr("::1"), EncodeJSON, DecodeJSON)
	both(t, any(map[string]any{"a": []any{1.0, "b", nil, true}}), EncodeJSON, DecodeJSON)
	both[error](t, nil, EncodeJSON, DecodeJSON)
}

func TestBinary(t *testing.T) {
	at := time.Date(2024, 2, 3, 4, 5, 6, 7, time.FixedZone("", 3600))
	data := encode(t, func(e *Encoder) { e.Binary(at) })
	var got time.Time
	d := NewDecoder(data)
	d.Binary(&got)
	if err := d.Finish(); err != nil || got.Format(time.RFC3339Nano) != at.Format(time.RFC3339Nano) {
		t.Errorf("%v is read back as %v, %v", at, got, err)
	}
	d.Reset([]byte{3, 1, 2, 3})
	d.Binary(&got)
	if d.Err() == nil {
		t.Error("bytes that are no time are accepted")
	}
}

// What cannot be read back is an error of the encoder.
func TestNotEncodable(t *testing.T) {
	for name, write := range map[string]func(*Encoder){
		"error in an interface": func(e *Encoder) { EncodeJSON(e, new(errors.New("x"))) },
		"int in an interface":   func(e *Encoder) { EncodeJSON(e, new(any(1))) },
		"int in a list":         func(e *Encoder) { EncodeJSON(e, new(any([]any{1}))) },
		"int in a map":          func(e *Encoder) { EncodeJSON(e, new(any(map[string]any{"a": 1}))) },
		"channel":               func(e *Encoder) { EncodeJSON(e, new(chan int)) },
		"failing Value":         func(e *Encoder) { EncodeScanned(e, &money{-1}) },
		"Value of another type": func(e *Encoder) { EncodeScanned(e, &anything{int8(1)}) },
		"failing MarshalBinary": func(e *Encoder) { e.Binary(stubborn{}) },
	} {
		e := NewEncoder(nil)
		if write(e); e.Err() == nil {
			t.Errorf("%s is encoded", name)
		}
	}
}

type stubborn struct{}

func (stubborn) MarshalBinary() ([]byte, error) { return nil, errors.New("no") }

func TestNotDecodable(t *testing.T) {
	for name, test := range map[string]struct {
		data []byte
		read func(*Decoder)
	}{
		"kind":    {[]byte{99}, func(d *Decoder) { DecodeScanned(d, new(money)) }},
		"scan":    {[]byte{byte(kindInt), 2}, func(d *Decoder) { DecodeScanned(d, new(money)) }},
		"no scan": {[]byte{byte(kindInt), 2}, func(d *Decoder) { DecodeScanned(d, new(meta)) }},
		"syntax":  {[]byte{2, '{'}, func(d *Decoder) { DecodeJSON(d, new(meta)) }},
		"type":    {[]byte{2, '1'}, func(d *Decoder) { DecodeJSON(d, new(meta)) }},
	} {
		d := NewDecoder(test.data)
		if test.read(d); d.Err() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
