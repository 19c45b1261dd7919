package diag

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Sources gives Text the source lines that diagnostics point at.
type Sources interface {
	// ReadFile returns the content of a file as named in a Span. After an error the place is printed
	// without its line.
	ReadFile(file string) ([]byte, error)
	// Name returns how to print a file's name.
	Name(file string) string
}

// Disk reads files from disk and prints their names relative to base where that is shorter. An empty
// base prints names as they are.
func Disk(base string) Sources { return disk{base: base} }

type disk struct{ base string }

func (d disk) ReadFile(file string) ([]byte, error) { return os.ReadFile(file) }
func (d disk) Name(file string) string              { return relative(d.base, file) }

// Memory serves files from a map of names to contents, names relative to base as for Disk.
func Memory(base string, files map[string]string) Sources {
	return memory{base: base, files: files}
}

type memory struct {
	base  string
	files map[string]string
}

func (m memory) ReadFile(file string) ([]byte, error) {
	content, ok := m.files[file]
	if !ok {
		return nil, fmt.Errorf("reading %s: %w", file, fs.ErrNotExist)
	}
	return []byte(content), nil
}

func (m memory) Name(file string) string { return relative(m.base, file) }

// Relative returns copies of the diagnostics with all file names relative to base where that is
// shorter, for JSON and SARIF.
func Relative(base string, list []*Diagnostic) []*Diagnostic {
	out := make([]*Diagnostic, len(list))
	for i, d := range list {
		c := *d
		c.Primary.File = relative(base, c.Primary.File)
		c.Related = append([]Related(nil), c.Related...)
		for j := range c.Related {
			c.Related[j].Span.File = relative(base, c.Related[j].Span.File)
		}
		if c.Fix != nil {
			fix := *c.Fix
			fix.Span.File = relative(base, fix.Span.File)
			c.Fix = &fix
		}
		out[i] = &c
	}
	return out
}

func relative(base, file string) string {
	if base == "" || file == "" {
		return file
	}
	rel, err := filepath.Rel(base, file)
	if err != nil || len(rel) >= len(file) && strings.HasPrefix(rel, "..") {
		return file
	}
	return rel
}
