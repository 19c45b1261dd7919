package output

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/aymanbagabas/go-udiff"
)

// Diff writes the changes as unified diffs, with paths relative to dir, which is absolute.
func Diff(w io.Writer, changes []Change, dir string) error {
	for _, change := range changes {
		if change.Kind == Same {
			continue
		}
		name := Relative(dir, change.Path)
		before, after := "a/"+name, "b/"+name
		switch change.Kind {
		case Create:
			before = "/dev/null"
		case Orphan:
			after = "/dev/null"
		}
		text := udiff.Unified(before, after, string(change.Old), string(change.New))
		if _, err := io.WriteString(w, text); err != nil {
			return fmt.Errorf("printing the differences: %w", err)
		}
	}
	return nil
}

// Relative returns path as seen from dir with slashes, or path itself where there is no way.
func Relative(dir, path string) string {
	relative, err := filepath.Rel(dir, path)
	if err != nil {
		relative = path
	}
	return filepath.ToSlash(relative)
}
