package gocode

import (
	"bytes"
	"go/doc"
	"go/token"
	"strings"
	"unicode"
)

// importPackage chooses the name of an import: any name is right as long as it is written out, for only
// of the standard library's packages is it certain what they call themselves.
func (f *file) importPackage(path string) {
	guess := packageName(path)
	name := guess
	for !f.freeImport(name) {
		name += "pkg"
	}
	f.imports[path] = name
	if name == guess && (isStandard(path) || path == testPath || path == wirePath || path == jsonPath) {
		f.out.ImportName(path, name)
	} else {
		f.out.ImportAlias(path, name)
	}
}

func (f *file) freeImport(name string) bool {
	if len(name) < 2 || f.names.used[name] || f.names.reserved[name] || token.IsKeyword(name) || doc.IsPredeclared(name) {
		return false
	}
	for _, other := range f.imports {
		if other == name {
			return false
		}
	}
	return true
}

// packageName guesses what a package calls itself, without version and decoration of its path.
func packageName(path string) string {
	switch path {
	case runtimePath:
		return "denorm"
	case testPath:
		return "denormtest"
	}
	elements := strings.Split(path, "/")
	name := elements[len(elements)-1]
	if len(elements) > 1 && isVersion(name) {
		name = elements[len(elements)-2]
	}
	if base, version, found := strings.Cut(name, ".v"); found && isVersion("v"+version) {
		name = base
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "go-"), "-go")
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
	if name == "" || unicode.IsDigit(rune(name[0])) {
		return "pkg" + name
	}
	return name
}

func isVersion(s string) bool {
	digits, found := strings.CutPrefix(s, "v")
	return found && digits != "" && strings.Trim(digits, "0123456789") == ""
}

func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// groupImports puts the standard library's imports first, as goimports does: jennifer sorts all of them
// by path.
func groupImports(source []byte) []byte {
	const open, end = "\nimport (\n", ")\n"
	before, rest, found := bytes.Cut(source, []byte(open))
	block, after, closed := bytes.Cut(rest, []byte(end))
	if !found || !closed {
		return source
	}
	var standard, others []byte
	for line := range bytes.Lines(block) {
		if _, path, _ := strings.Cut(string(line), `"`); isStandard(path) {
			standard = append(standard, line...)
		} else {
			others = append(others, line...)
		}
	}
	if len(standard) > 0 && len(others) > 0 {
		standard = append(standard, '\n')
	}
	return bytes.Join([][]byte{before, []byte(open), standard, others, []byte(end), after}, nil)
}
