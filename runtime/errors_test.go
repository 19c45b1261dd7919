package denorm

import (
	"errors"
	"strings"
	"testing"
)

type slug string

func TestKeyText(t *testing.T) {
	type pair struct {
		Tenant string
		ID     int
	}
	long := strings.Repeat("é", 1<<20)
	for _, test := range []struct{ got, want string }{
		{keyText(int64(-7)), "-7"},
		{keyText("a\nb"), `"a\nb"`},
		{keyText(slug("a\nb\xff")), `"a\nb\xff"`},
		{keyText(pair{"a", 1}), "{a 1}"},
		{keyText(pair{"a\nlevel=INFO", 1}), `"{a\nlevel=INFO 1}"`},
		{keyText(pair{"\xff", 1}), `"{\xff 1}"`},
		{keyText(long), `"` + long[:100] + `"...`},
		{keyText("x" + long), `"x` + long[:98] + `"...`},
		{keyText(pair{long, 1}), "{" + long[:98] + "..."},
	} {
		if test.got != test.want {
			t.Errorf("got %s, want %s", test.got, test.want)
		}
	}
}

// Errors of JSON tell what is wrong without the document's content.
func TestJSONErrorsHoldNoContent(t *testing.T) {
	for _, text := range []string{`{"a":31337}`, `{"a":"31337"}`, `{"a":31337`, `31337`, `"31337"`, `§{"a":1}`} {
		row := one(text)
		JSON[map[string]int8](row, 0)
		list := one(strings.ReplaceAll(strings.ReplaceAll(text, `{"a":`, "["), "}", "]"))
		Array[[]int8](list, 0)
		for _, err := range []error{row.failed, list.failed} {
			if !errors.Is(err, ErrValue) || strings.Contains(err.Error(), "31337") || strings.Contains(err.Error(), "§") {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
}
