package denormtest

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/aymanbagabas/go-udiff"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// diff says how a document differs from the one that was built afresh, whose JSON is text; "" if it does not.
func diff[D any](how string, got, fresh *D, text []byte) string {
	shown, err := json.Marshal(got)
	if err != nil {
		return how + " returns what is no JSON: " + err.Error()
	}
	if difference := diffText(how, shown, text); difference != "" {
		return difference
	}
	// What JSON leaves out: nil and empty slices, fields that are not exported or not shown.
	all := cmp.Exporter(func(reflect.Type) bool { return true })
	if difference := cmp.Diff(fresh, got, all, cmpopts.EquateNaNs()); difference != "" {
		return how + " differs from a fresh build, though not in JSON (-fresh +" + how + "):\n" + difference
	}
	return ""
}

// diffText compares documents as JSON, "null" where there is none.
func diffText(how string, got, fresh []byte) string {
	switch {
	case bytes.Equal(got, fresh):
		return ""
	case string(fresh) == "null":
		return how + " returns a document, and there is none any more:\n" + lines(got)
	case string(got) == "null":
		return how + " returns no document, and there is one:\n" + lines(fresh)
	}
	if difference := udiff.Unified("a fresh build", how, lines(fresh), lines(got)); difference != "" {
		return how + " differs from a fresh build:\n" + difference
	}
	return how + " differs from a fresh build: " + string(got) + " is not " + string(fresh)
}

// lines spreads JSON over lines.
func lines(text []byte) string {
	var spread bytes.Buffer
	if err := json.Indent(&spread, text, "", "  "); err != nil {
		return string(text) + "\n"
	}
	spread.WriteByte('\n')
	return spread.String()
}
