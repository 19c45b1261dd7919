package gen

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const models = `// Package shop sells books.
//
//denorm:options dialects=sqlite,mysql
package shop

//denorm:collection books
//denorm:include Author
type Book struct {
	ID       int64  ` + "`db:\"id\"`" + `
	Title    string ` + "`db:\"title\"`" + `
	AuthorID int64  ` + "`db:\"author_id\"`" + `
	Author   *Author
}

//denorm:table authors
type Author struct {
	ID   int64  ` + "`db:\"id\"`" + `
	Name string ` + "`db:\"name\"`" + `
}
`

func folder(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"go.mod": "module example.com/shop\n\ngo 1.26\n", "shop.go": source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func names(r Result) []string {
	var list []string
	for _, file := range r.Files {
		list = append(list, filepath.Base(file.Path))
	}
	return list
}

func TestRun(t *testing.T) {
	dir := folder(t, models)
	first, err := Run(context.Background(), Options{Dir: dir})
	if err != nil || first.Report.HasErrors() {
		t.Fatal(err, first.Report.Sorted())
	}
	want := []string{"denorm.gen.go", "denorm_gen_test.go", "denorm_mysql.gen.go", "denorm_sqlite.gen.go"}
	if got := slices.Sorted(slices.Values(names(first))); !slices.Equal(got, want) {
		t.Errorf("files are %q, want %q", got, want)
	}
	if len(first.Dirs) != 1 || len(first.Plans) != 1 {
		t.Errorf("got %d folders and %d plans", len(first.Dirs), len(first.Plans))
	}
	second, err := Run(context.Background(), Options{Dir: dir, Patterns: []string{"./..."}})
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range first.Files {
		if file.Path != second.Files[i].Path || !bytes.Equal(file.Content, second.Files[i].Content) {
			t.Errorf("%s differs between two runs", file.Path)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("the run has written: %v, %v", entries, err)
	}
}

func TestRunWithOtherDialects(t *testing.T) {
	result, err := Run(context.Background(), Options{Dir: folder(t, models), Dialects: []string{"postgres", "postgres"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"denorm.gen.go", "denorm_gen_test.go", "denorm_postgres.gen.go"}
	if got := slices.Sorted(slices.Values(names(result))); !slices.Equal(got, want) {
		t.Errorf("files are %q, want %q", got, want)
	}
	if _, err := Run(context.Background(), Options{Dir: folder(t, models), Dialects: []string{"oracle"}}); err == nil {
		t.Error("no error for an unknown dialect")
	}
}

func TestRunWithErrors(t *testing.T) {
	result, err := Run(context.Background(), Options{
		Dir: folder(t, string(bytes.ReplaceAll([]byte(models), []byte("include Author"), []byte("include Autor")))),
	})
	if err != nil || !result.Report.HasErrors() || len(result.Files) != 0 || len(result.Plans) != 0 {
		t.Errorf("got %v, %d files, %d plans", err, len(result.Files), len(result.Plans))
	}
}

func TestRunCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, Options{Dir: folder(t, models)}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
