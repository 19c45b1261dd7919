package cli

import (
	"fmt"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
)

// unknown says that there is no such word, and what there is.
func unknown(what, word string, known []string) error {
	if near := diag.Suggest(word, known); near != "" {
		return fmt.Errorf("unknown %s %q: did you mean %q?", what, word, near)
	}
	return fmt.Errorf("unknown %s %q: there are %s", what, word, strings.Join(known, ", "))
}
