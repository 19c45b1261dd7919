package diag

import (
	"encoding/json"
	"io"
)

// JSON prints the diagnostics as one indented array, file names as they stand in the spans (see
// Relative). An empty list is `[]`. The error is that of writing.
func JSON(w io.Writer, list []*Diagnostic) error {
	if list == nil {
		list = []*Diagnostic{}
	}
	return encode(w, list)
}

func encode[T any](w io.Writer, value T) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}
