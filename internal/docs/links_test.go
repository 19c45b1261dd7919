package docs

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestLinks follows the links of all pages within the repository, to their headings too.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, page := range pages(t) {
		for i, line := range prose(read(t, page)) {
			for _, found := range link.FindAllStringSubmatch(line, -1) {
				target, anchor, _ := strings.Cut(found[1], "#")
				if strings.Contains(target, "://") {
					continue
				}
				to := page
				if target != "" {
					to = path.Join(path.Dir(page), target)
				}
				info, err := os.Stat(filepath.Join(root(t), filepath.FromSlash(to)))
				if err != nil {
					t.Errorf("%s:%d: %s does not exist", page, i+1, to)
					continue
				}
				if anchor != "" && (info.IsDir() || !headings(read(t, to))[anchor]) {
					t.Errorf("%s:%d: %s has no heading #%s", page, i+1, to, anchor)
				}
			}
		}
	}
}

// prose empties the lines of fenced blocks.
func prose(text string) []string {
	lines := strings.Split(text, "\n")
	fenced := false
	for i, line := range lines {
		fence := strings.HasPrefix(line, "```")
		if fence {
			fenced = !fenced
		}
		if fence || fenced {
			lines[i] = ""
		}
	}
	return lines
}

// headings are the anchors that GitHub makes of a page's headings.
func headings(text string) map[string]bool {
	punctuation := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	anchors := map[string]bool{}
	for _, line := range prose(text) {
		hashes, heading, found := strings.Cut(line, " ")
		if !found || hashes == "" || strings.Trim(hashes, "#") != "" {
			continue
		}
		anchor := punctuation.ReplaceAllString(strings.ToLower(heading), "")
		anchors[strings.ReplaceAll(anchor, " ", "-")] = true
	}
	return anchors
}
