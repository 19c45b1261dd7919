package keytext_test

import (
	"database/sql/driver"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/keytext"
)

func TestAppend(t *testing.T) {
	tests := []struct {
		key   []driver.Value
		want  string
		parts []string
	}{
		{[]driver.Value{int64(-42)}, "-42", []string{"-42"}},
		{[]driver.Value{uint64(1 << 63)}, "9223372036854775808", []string{"9223372036854775808"}},
		{[]driver.Value{"abc"}, "abc", []string{"abc"}},
		{[]driver.Value{""}, "", []string{""}},
		{[]driver.Value{"a/b", "c%d"}, "a%2Fb/c%25d", []string{"a/b", "c%d"}},
		{[]driver.Value{"a", "b/c"}, "a/b%2Fc", []string{"a", "b/c"}},
		{[]driver.Value{"", ""}, "/", []string{"", ""}},
		{[]driver.Value{"ä {x}\x00"}, "%C3%A4%20%7Bx%7D%00", []string{"ä {x}\x00"}},
		{[]driver.Value{[]byte{0xff, 'a'}}, "%FFa", []string{"\xffa"}},
		{[]driver.Value{true, 1.5}, "true/1.5", []string{"true", "1.5"}},
		{[]driver.Value{time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)}, "2026-01-02T03:04:05.000000006Z", []string{"2026-01-02T03:04:05.000000006Z"}},
	}
	for _, test := range tests {
		got, err := keytext.Append(nil, test.key...)
		if err != nil || string(got) != test.want {
			t.Errorf("%v: %q, %v; want %q", test.key, got, err, test.want)
		}
		parts, err := keytext.Split(string(got))
		if err != nil || !slices.Equal(parts, test.parts) {
			t.Errorf("%q: %q, %v; want %q", got, parts, err, test.parts)
		}
	}
}

func TestWhatIsNoKey(t *testing.T) {
	for _, key := range [][]driver.Value{{nil}, {int64(1), nil}, {struct{}{}}} {
		if got, err := keytext.Append(nil, key...); err == nil {
			t.Errorf("%v: %q without an error", key, got)
		}
	}
	for _, text := range []string{"%", "a%2", "%zz", "a/%"} {
		if parts, err := keytext.Split(text); err == nil {
			t.Errorf("%q: %q without an error", text, parts)
		}
	}
}

func FuzzKeys(f *testing.F) {
	f.Add("a", "b")
	f.Add("a/", "/b")
	f.Add("%2F", "\x00\xff")
	f.Fuzz(func(t *testing.T, a, b string) {
		text, err := keytext.Append(nil, a, b)
		if err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexFunc(string(text), func(c rune) bool { return c <= ' ' || c > '~' }); i >= 0 {
			t.Fatalf("%q holds what is not printable ASCII", text)
		}
		parts, err := keytext.Split(string(text))
		if err != nil || len(parts) != 2 || parts[0] != a || parts[1] != b {
			t.Fatalf("%q, %q became %q and came back as %q, %v", a, b, text, parts, err)
		}
	})
}
