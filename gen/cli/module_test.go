package cli

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// shop is a package with two collections.
const shop = `// Package shop sells books.
//
//denorm:options dialects=sqlite
package shop

//denorm:collection books
//denorm:include Authors
//denorm:include Publisher
type Book struct {
	ID          int64  ` + "`db:\"id\"`" + `
	Title       string ` + "`db:\"title\"`" + `
	PublisherID *int64 ` + "`db:\"publisher_id\"`" + `
	Publisher   *Publisher
	//denorm:manytomany book_authors
	Authors []Author
}

//denorm:collection publishers
//denorm:omit Secret
//denorm:count Books as=BookCount
type Publisher struct {
	ID     int64  ` + "`db:\"id\"`" + `
	Name   string ` + "`db:\"name\"`" + `
	Secret string ` + "`db:\"secret\"`" + `
	Books  []Book
}

//denorm:table authors
type Author struct {
	ID   int64  ` + "`db:\"id\"`" + `
	Name string ` + "`db:\"name\"`" + `
}
`

// module makes a module in a folder of its own whose imports of denormgen lead to this repository.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	mod := regexp.MustCompile(`(?m)^module .*$`).ReplaceAllString(read("go.mod"), "module example.com/shop")
	mod += "\nrequire github.com/denormgen/denormgen v0.0.0\n\nreplace github.com/denormgen/denormgen => " + root +
		"\n\ntool github.com/denormgen/denormgen/cmd/denormgen\n"
	write(t, dir, "go.mod", mod)
	write(t, dir, "go.sum", read("go.sum"))
	for name, content := range files {
		write(t, dir, name, content)
	}
	return dir
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// generated returns the contents of the files in dir that denormgen has written or left behind.
func generated(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]string)
	for _, entry := range entries {
		if !strings.Contains(entry.Name(), "denorm") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found[entry.Name()] = string(content)
	}
	return found
}

// outcome is what a run came to.
type outcome struct {
	code           int
	stdout, stderr string
}

func denormgen(t *testing.T, dir string, args ...string) outcome {
	t.Helper()
	var stdout, stderr strings.Builder
	code := Run(context.Background(), append([]string{"-C", dir}, args...), strings.NewReader(""), &stdout, &stderr)
	return outcome{code, stdout.String(), stderr.String()}
}

// wants checks the exit code and what stdout and stderr contain; an empty string means nothing at all.
func (o outcome) wants(t *testing.T, code int, stdout, stderr string) {
	t.Helper()
	ok := func(have, want string) bool {
		return want == "" && have == "" || want != "" && strings.Contains(have, want)
	}
	if o.code != code || !ok(o.stdout, stdout) || !ok(o.stderr, stderr) {
		t.Fatalf("got exit code %d, want %d\nstdout, want %q:\n%s\nstderr, want %q:\n%s",
			o.code, code, stdout, o.stdout, stderr, o.stderr)
	}
}
