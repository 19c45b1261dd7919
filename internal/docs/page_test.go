package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// block is a fenced part of a page.
type block struct {
	page  string // path from the root
	line  int    // of the opening fence
	info  string // language
	kind  string // of the mark before it: "from", "run in", "quick start", "commands", "" for none
	arg   string // of the mark
	lines []string
}

// root is the repository's folder.
func root(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// pages are the paths of all pages, from the root.
func pages(t testing.TB) []string {
	t.Helper()
	list := []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"}
	top := root(t)
	err := filepath.WalkDir(filepath.Join(top, "docs"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".md" {
			return err
		}
		relative, err := filepath.Rel(top, path)
		list = append(list, filepath.ToSlash(relative))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func read(t testing.TB, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root(t), filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(content), "\r\n", "\n")
}

// blocks are the fenced blocks of a page.
func blocks(t testing.TB, page string) []block {
	t.Helper()
	var list []block
	var open *block
	mark := ""
	for i, line := range strings.Split(read(t, page), "\n") {
		switch {
		case open != nil && line == "```":
			list = append(list, *open)
			open = nil
		case open != nil:
			open.lines = append(open.lines, line)
		case strings.HasPrefix(line, "```"):
			open = &block{page: page, line: i + 1, info: strings.TrimPrefix(line, "```")}
			open.kind, open.arg, _ = strings.Cut(mark, ":")
			open.kind, open.arg = strings.TrimSpace(open.kind), strings.TrimSpace(open.arg)
			mark = ""
		case strings.HasPrefix(strings.TrimSpace(line), "```"):
			t.Errorf("%s:%d: an indented block is not checked; begin it in the first column", page, i+1)
		case strings.HasPrefix(line, "<!--") && strings.HasSuffix(line, "-->"):
			mark = strings.TrimSuffix(strings.TrimPrefix(line, "<!--"), "-->")
		case strings.TrimSpace(line) != "":
			mark = ""
		}
	}
	if open != nil {
		t.Errorf("%s:%d: the block does not end", page, open.line)
	}
	return list
}
