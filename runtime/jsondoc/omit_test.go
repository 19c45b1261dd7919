package jsondoc

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
)

type valueZero struct{ N int }

func (v valueZero) IsZero() bool { return v.N == 7 }

type pointerZero struct{ N int }

func (v *pointerZero) IsZero() bool { return v.N == 7 }

func TestOmit(t *testing.T) {
	omit(t, 0, 1)
	omit(t, math.Copysign(0, -1), 0)
	omit(t, "", "a")
	omit(t, nil, []int{}, []int{0})
	omit(t, nil, map[string]int{}, map[string]int{"": 0})
	omit(t, [0]int{})
	omit(t, [1]int{}, [1]int{1})
	omit(t, nil, new(int))
	omit(t, time.Time{}, time.Unix(0, 0))
	omit(t, nil, new(time.Time), new(time.Unix(0, 0)))
	omit(t, valueZero{}, valueZero{7})
	omit(t, nil, &valueZero{}, &valueZero{7})
	omit(t, pointerZero{}, pointerZero{7})
	omit(t, nil, &pointerZero{}, &pointerZero{7})
	omit[any](t, nil, 0, (*valueZero)(nil), valueZero{7})
	omit[zeroer](t, nil, valueZero{7}, valueZero{}, (*valueZero)(nil), &pointerZero{7})
	omit(t, struct{ A int }{}, struct{ A int }{1})
	omit(t, false, true)
}

func omit[T any](t *testing.T, values ...T) {
	t.Helper()
	for _, v := range values {
		empty, zero := omitted(t, &struct {
			V T `json:",omitempty"`
		}{v}), omitted(t, &struct {
			V T `json:",omitzero"`
		}{v})
		if got := IsEmpty(&v); got != empty {
			t.Errorf("IsEmpty of %T %v is %v", v, v, got)
		}
		if got := IsZero(&v); got != zero {
			t.Errorf("IsZero of %T %v is %v", v, v, got)
		}
	}
}

func omitted(t *testing.T, v any) bool {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return !strings.Contains(string(text), `"V":`)
}
