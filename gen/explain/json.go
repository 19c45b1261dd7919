package explain

import (
	"encoding/json"
	"io"
)

// JSON writes the explanation as one indented object. The error is that of writing.
func (e *Explanation) JSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(e)
}
