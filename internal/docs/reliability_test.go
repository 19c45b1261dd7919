package docs

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReliabilityPage holds that the tests which the page names exist in the folders that it names.
func TestReliabilityPage(t *testing.T) {
	const page = "docs/reliability.md"
	folder := regexp.MustCompile("`([a-z][a-z0-9/]*)`: ")
	name := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`")
	found := 0
	for i, line := range strings.Split(read(t, page), "\n") {
		cells := strings.Split(line, " | ")
		if !strings.HasPrefix(line, "| ") || len(cells) < 3 {
			continue
		}
		for _, part := range strings.Split(cells[1], "; ") {
			in := folder.FindStringSubmatch(part)
			if in == nil {
				continue
			}
			tests := testsOf(t, in[1])
			for _, match := range name.FindAllStringSubmatch(part, -1) {
				found++
				if !tests[match[1]] {
					t.Errorf("%s:%d: %s has no test %s", page, i+1, in[1], match[1])
				}
			}
		}
	}
	if found < 60 {
		t.Errorf("only %d tests were found", found)
	}
}

// testsOf are the names of the tests in a folder.
func testsOf(t *testing.T, folder string) map[string]bool {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root(t), filepath.FromSlash(folder), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	names := map[string]bool{}
	for _, path := range paths {
		for _, match := range function.FindAllStringSubmatch(read(t, folder+"/"+filepath.Base(path)), -1) {
			names[match[1]] = true
		}
	}
	return names
}
