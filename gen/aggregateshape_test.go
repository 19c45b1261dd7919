package gen

import (
	"context"
	"strings"
	"testing"
)

const shelved = `// Package shop sells books.
package shop

import (
	"context"
	"iter"
)

//denorm:collection books
type Book struct {
	ID int64 ` + "`db:\"id\"`" + `
}

// Index is a document.
type Index struct {
	Count int64
	Parts []Part // of it
}

type Part struct {
	Whole *Index
	Name  string
}

type Other struct{ Name string }

//denorm:aggregate shelf from=books
func shelf(ctx context.Context, key string, books iter.Seq2[*BookDoc, error]) (map[string]*Index, error) {
	return helper(), nil // nothing
}

func helper() map[string]*Index { return nil }
`

// TestAggregateShape changes what an aggregate's documents depend on, and what they do not depend on.
func TestAggregateShape(t *testing.T) {
	before := aggregateShape(t, shelved)
	for name, change := range map[string]struct {
		old, new string
		same     bool
	}{
		"body":             {old: "return helper(), nil", new: "return nil, nil"},
		"result":           {old: "map[string]*Index, error) {", new: "map[string][]Index, error) {"},
		"declared type":    {old: "Count int64", new: "Count int32"},
		"tag":              {old: "Count int64", new: "Count int64 `json:\"count\"`"},
		"nested type":      {old: "Name  string", new: "Title string"},
		"source":           {old: "from=books", new: "from=books,books"},
		"document":         {old: "ID int64", new: "ID int32"},
		"keys":             {old: "from=books", new: "from=books keys=all"},
		"comment":          {old: "// of it", new: "// of them", same: true},
		"doc comment":      {old: "// Index is", new: "// Index was", same: true},
		"layout":           {old: "Count int64\n", new: "Count int64\n\n", same: true},
		"default key":      {old: "from=books", new: "from=books keys=default", same: true},
		"another type":     {old: "Other struct{ Name", new: "Other struct{ Title", same: true},
		"another function": {old: "Index { return nil }", new: "Index { panic(1) }", same: true},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(shelved, change.old, change.new, 1)
			if changed == shelved {
				t.Fatalf("%q is not there", change.old)
			}
			if change.new == "from=books,books" {
				changed = strings.Replace(changed, "books iter.Seq2[*BookDoc, error]", "books, again iter.Seq2[*BookDoc, error]", 1)
			}
			if after := aggregateShape(t, changed); (after == before) != change.same {
				t.Errorf("shape is %s, was %s", after, before)
			}
		})
	}
}

func aggregateShape(t *testing.T, source string) string {
	t.Helper()
	result, err := Run(context.Background(), Options{Dir: folder(t, source)})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range result.Report.Sorted() {
		t.Fatalf("%s: %s", d.Primary, d.Message)
	}
	return result.Plans[0].Aggregates[0].Shape
}
