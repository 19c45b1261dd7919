package gen

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const shelved = `// Package shop sells books.
package shop

import (
	"context"
	"iter"

	"example.com/shop/deep"
)

//denorm:collection books
type Book struct {
	ID int64 ` + "`db:\"id\"`" + `
}

// Index is a document.
type Index struct {
	Count int64
	Parts []Part // of it
	From  deep.Origin
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

func helper() map[string]*Index {
	sorter{}.sort(nil)
	return map[string]*Index{"": limited(most)}
}

func limited(n int64) *Index { return &Index{Count: n} }

// most is the greatest.
const (
	least = 1 << iota
	most
)

type sorter struct{}

func (sorter) sort([]Part) {}

type other struct{}

func (other) sort([]Part) {}

func unrelated() int { return 1 }
`

// origins is another package of the module.
const origins = `package deep

type Origin struct{ Places []Place }

type Place struct{ Town string }

type Elsewhere struct{ Town string }
`

// TestAggregateShape changes what an aggregate's documents depend on, and what they do not depend on.
func TestAggregateShape(t *testing.T) {
	before := aggregateShape(t, shelved, origins)
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
		"helper":           {old: "sorter{}.sort(nil)", new: "sorter{}.sort([]Part{})"},
		"helper's helper":  {old: "Count: n", new: "Count: n + 1"},
		"constant":         {old: "1 << iota", new: "2 << iota"},
		"method":           {old: "(sorter) sort([]Part) {}", new: "(sorter) sort([]Part) { panic(1) }"},
		"comment beside":   {old: "// most is", new: "// most was", same: true},
		"another method":   {old: "(other) sort([]Part) {}", new: "(other) sort([]Part) { panic(1) }", same: true},
		"another function": {old: "return 1", new: "return 2", same: true},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(shelved, change.old, change.new, 1)
			if changed == shelved {
				t.Fatalf("%q is not there", change.old)
			}
			if change.new == "from=books,books" {
				changed = strings.Replace(changed, "books iter.Seq2[*BookDoc, error]", "books, again iter.Seq2[*BookDoc, error]", 1)
			}
			if after := aggregateShape(t, changed, origins); (after == before) != change.same {
				t.Errorf("shape is %s, was %s", after, before)
			}
		})
	}
}

// TestAggregateShapeOfOtherPackages changes types of a package that the aggregate's own imports.
func TestAggregateShapeOfOtherPackages(t *testing.T) {
	before := aggregateShape(t, shelved, origins)
	for old, same := range map[string]bool{
		"Place struct{ Town string }": false, "Places []Place": false, "Elsewhere struct{ Town string }": true,
	} {
		changed := strings.Replace(origins, old, strings.NewReplacer("Town", "City", "Places", "Spots").Replace(old), 1)
		if changed == origins {
			t.Fatalf("%q is not there", old)
		}
		if after := aggregateShape(t, shelved, changed); (after == before) != same {
			t.Errorf("%s: shape is %s, was %s", old, after, before)
		}
	}
}

func aggregateShape(t *testing.T, source, other string) string {
	t.Helper()
	dir := folder(t, source)
	if err := os.Mkdir(filepath.Join(dir, "deep"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "deep", "deep.go"), []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	result, err := Run(context.Background(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range result.Report.Sorted() {
		t.Fatalf("%s: %s", d.Primary, d.Message)
	}
	return result.Plans[0].Aggregates[0].Shape
}
