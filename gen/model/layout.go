package model

import (
	"fmt"
	"go/types"
	"strings"
)

// layout describes what the cached form of a type's values depends on: what its fields and elements are, as far as
// encoding/json sees them, and which types speak for themselves. What those say is their own affair.
func layout(t types.Type) string {
	w := layoutWriter{seen: map[*types.Named]bool{}}
	w.add(t)
	return w.text.String()
}

type layoutWriter struct {
	text strings.Builder
	seen map[*types.Named]bool
}

func (w *layoutWriter) add(t types.Type) {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		w.named(t)
	case *types.Pointer:
		w.text.WriteByte('*')
		w.add(t.Elem())
	case *types.Slice:
		w.text.WriteString("[]")
		w.add(t.Elem())
	case *types.Array:
		fmt.Fprintf(&w.text, "[%d]", t.Len())
		w.add(t.Elem())
	case *types.Map:
		w.text.WriteString("map[")
		w.add(t.Key())
		w.text.WriteByte(']')
		w.add(t.Elem())
	case *types.Struct:
		w.fields(t)
	default:
		w.text.WriteString(types.TypeString(t, nil))
	}
}

func (w *layoutWriter) named(t *types.Named) {
	w.text.WriteString(types.TypeString(t, nil))
	switch {
	case w.seen[t]:
		return
	case isBinary(t):
		w.text.WriteString(" binary")
		return
	case !isPlain(t):
		w.text.WriteString(" by method")
		return
	}
	w.seen[t] = true
	w.text.WriteByte(' ')
	w.add(t.Underlying())
}

// fields adds the fields that encoding/json may see. The others are nobody's affair: those of other modules may
// change with every version.
func (w *layoutWriter) fields(t *types.Struct) {
	w.text.WriteByte('{')
	for i := range t.NumFields() {
		f := t.Field(i)
		if !f.Exported() && !f.Embedded() {
			continue
		}
		fmt.Fprintf(&w.text, "%s %q ", f.Name(), t.Tag(i))
		w.add(f.Type())
		w.text.WriteByte(';')
	}
	w.text.WriteByte('}')
}
