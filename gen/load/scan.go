package load

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// scanned is what a quick look at the source tree tells before the go command is asked: asking once,
// for everything, is what keeps a run short.
type scanned struct {
	// named are the patterns to load: the user's own, those with wildcards narrowed to directories
	// which have annotations.
	named []string
	// widened are the directories that stand for a wildcard.
	widened map[string]bool
	// extra are the import paths of other packages of the module that may hold models.
	extra map[string]bool
}

func (s *scanned) patterns() []string {
	list := make([]string, 0, len(s.named)+len(s.extra))
	list = append(list, s.named...)
	for p := range s.extra {
		list = append(list, p)
	}
	slices.Sort(list[len(s.named):])
	return list
}

// module is where a scan happens.
type module struct {
	root string // directory of go.mod
	path string
}

// scan never fails: what it does not understand it leaves to the go command.
func scan(dir string, patterns []string) *scanned {
	s := &scanned{widened: map[string]bool{}, extra: map[string]bool{}}
	mod, ok := findModule(dir)
	if !ok {
		s.named = patterns
		return s
	}
	requested := map[string]bool{}
	var queue []string
	for _, pattern := range patterns {
		base, wild, ok := mod.resolve(dir, pattern)
		switch {
		case !ok:
			s.named = append(s.named, pattern)
		case !wild:
			s.named = append(s.named, pattern)
			requested[base] = true
			queue = append(queue, base)
		default:
			found := annotatedBelow(base)
			if len(found) == 0 {
				s.named = append(s.named, pattern)
				continue
			}
			for _, d := range found {
				if requested[d] {
					continue
				}
				requested[d], s.widened[d] = true, true
				s.named = append(s.named, d)
				queue = append(queue, d)
			}
		}
	}
	mod.follow(queue, requested, s.extra)
	return s
}

// findModule reads the go.mod that rules a directory.
func findModule(dir string) (module, bool) {
	for {
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil {
			return module{root: dir, path: modulePath(data)}, modulePath(data) != ""
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return module{}, false
		}
		dir = parent
	}
}

func modulePath(gomod []byte) string {
	for line := range bytes.Lines(gomod) {
		fields := strings.Fields(string(line))
		if len(fields) < 2 || fields[0] != "module" {
			continue
		}
		if unquoted, err := strconv.Unquote(fields[1]); err == nil {
			return unquoted
		}
		return fields[1]
	}
	return ""
}

// resolve turns a pattern into a directory, and tells whether everything below it is meant.
func (m module) resolve(dir, pattern string) (base string, wild, ok bool) {
	base, wild = strings.CutSuffix(pattern, "...")
	if strings.Contains(base, "...") || strings.Contains(base, "@") || wild && !strings.HasSuffix(base, "/") {
		return "", false, false
	}
	base = strings.TrimSuffix(base, "/")
	switch rel, inside := strings.CutPrefix(base+"/", m.path+"/"); {
	case filepath.IsAbs(base):
		base = filepath.Clean(base)
	case base == "." || base == ".." || strings.HasPrefix(base, "./") || strings.HasPrefix(base, "../"):
		base = filepath.Join(dir, base)
	case inside:
		base = filepath.Join(m.root, filepath.FromSlash(rel))
	default:
		return "", false, false
	}
	return base, wild, true
}

// annotatedBelow finds the directories whose Go files have annotations.
func annotatedBelow(base string) []string {
	var list []string
	_ = filepath.WalkDir(base, func(name string, entry fs.DirEntry, err error) error { // unreadable: the go command tells
		if err != nil || !entry.IsDir() {
			return nil
		}
		if name != base {
			n := entry.Name()
			if n[0] == '.' || n[0] == '_' || n == "testdata" || n == "vendor" || exists(filepath.Join(name, "go.mod")) {
				return fs.SkipDir
			}
		}
		if look(name).annotated {
			list = append(list, name)
		}
		return nil
	})
	return list
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// glance is what a directory's Go files show at first sight.
type glance struct {
	annotated bool // has denorm: comments
	tagged    bool // or struct tags that name columns
	imports   []string
}

func look(dir string) glance {
	var g glance
	entries, err := os.ReadDir(dir)
	if err != nil {
		return g
	}
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || isOwnName(name) {
			continue
		}
		src, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			continue
		}
		g.annotated = g.annotated || hasAnnotation(src)
		g.tagged = g.tagged || hasColumnTag(src)
		f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
		if f == nil || err != nil {
			continue
		}
		for _, spec := range f.Imports {
			if p, err := strconv.Unquote(spec.Path.Value); err == nil {
				g.imports = append(g.imports, p)
			}
		}
	}
	return g
}

// hasAnnotation also finds misspelled ones: they are to be reported.
func hasAnnotation(src []byte) bool {
	return bytes.Contains(src, []byte("denorm:")) || bytes.Contains(src, []byte("Denorm:"))
}

func hasColumnTag(src []byte) bool {
	for _, tag := range []string{`db:"`, `bun:"`, `gorm:"`} {
		if bytes.Contains(src, []byte(tag)) {
			return true
		}
	}
	return false
}

// follow adds the packages of the module that those in queue import and that may hold models, and
// goes on from there.
func (m module) follow(queue []string, requested, extra map[string]bool) {
	seen := map[string]bool{}
	for len(queue) > 0 {
		dir := queue[0]
		queue = queue[1:]
		if seen[dir] {
			continue
		}
		seen[dir] = true
		g := look(dir)
		if !requested[dir] {
			if !g.annotated && !g.tagged {
				continue
			}
			if rel, err := filepath.Rel(m.root, dir); err == nil {
				extra[path.Join(m.path, filepath.ToSlash(rel))] = true
			}
		} else if !g.annotated {
			continue
		}
		for _, p := range g.imports {
			if rel, ok := strings.CutPrefix(p+"/", m.path+"/"); ok {
				queue = append(queue, filepath.Join(m.root, filepath.FromSlash(rel)))
			}
		}
	}
}
