package output

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Kind says what has to happen to a file.
type Kind string

const (
	Create Kind = "create" // wanted, and not there
	Update Kind = "update" // there, with other content
	Orphan Kind = "orphan" // output of an earlier run that is no longer wanted
	Same   Kind = "same"   // there, with the wanted content
)

// Change is the way of one file from what is on disk to what is wanted.
type Change struct {
	Kind Kind
	Path string // absolute; for a link the link itself
	Old  []byte // nil for Create
	New  []byte // nil for Orphan
}

// Changes compares the wanted files with the disk, sorted by path. Orphans are looked for in dirs,
// the folders of the packages that the run was asked for.
//
// A file that has a wanted name but is not output of denormgen is an error: it is the user's own.
func Changes(wanted []File, dirs []string) ([]Change, error) {
	changes := make([]Change, 0, len(wanted))
	seen := make(map[string]bool, len(wanted))
	var problems []error
	for _, file := range wanted {
		path := filepath.Clean(file.Path)
		if seen[path] {
			return nil, fmt.Errorf("two generated files have the same name %s", path)
		}
		seen[path] = true
		change, err := compare(path, file.Content)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		changes = append(changes, change)
	}
	dirs = slices.Clone(dirs)
	slices.Sort(dirs)
	for _, dir := range slices.Compact(dirs) {
		orphans, err := orphans(dir, seen)
		if err != nil {
			problems = append(problems, err)
		}
		changes = append(changes, orphans...)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return changes, nil
}

// Stale returns the changes that are not Same.
func Stale(changes []Change) []Change {
	return slices.DeleteFunc(slices.Clone(changes), func(c Change) bool { return c.Kind == Same })
}

func compare(path string, content []byte) (Change, error) {
	old, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Change{Kind: Create, Path: path, New: content}, nil
	case err != nil:
		if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
			return Change{}, fmt.Errorf("%s is a folder, but generated code is to be written there: move it away", path)
		}
		return Change{}, fmt.Errorf("reading the generated file that is to be replaced: %w", err)
	case bytes.Equal(old, content):
		return Change{Kind: Same, Path: path, Old: old, New: content}, nil
	case !Owned(old):
		return Change{}, fmt.Errorf("%s is not output of denormgen (the line %q is missing) and would be overwritten: "+
			"rename or remove it", path, Header)
	default:
		return Change{Kind: Update, Path: path, Old: old, New: content}, nil
	}
}

func orphans(dir string, wanted map[string]bool) ([]Change, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("looking for output of earlier runs: %w", err)
	}
	var list []Change
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		if wanted[path] || !OwnName(entry.Name()) || entry.IsDir() {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			// A link to nowhere or an unreadable file is nothing that a run has written.
			continue
		}
		if Owned(content) {
			list = append(list, Change{Kind: Orphan, Path: path, Old: content})
		}
	}
	return list, nil
}
