package cli

import (
	"encoding/json"
	"testing"
)

func TestExplain(t *testing.T) {
	dir := module(t, map[string]string{"shop.go": shop})
	for _, test := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{nil, 0, "collection publishers: one PublisherDoc for every row of publishers", ""},
		{nil, 0, "2 queries per batch", ""},
		{[]string{"books"}, 0, "document BookDoc", ""},
		{[]string{"Authors"}, 0, "Authors in collection books: []BookDocAuthors", ""},
		{[]string{"books.Publisher"}, 0, "Publisher in collection books: *BookDocPublisher", ""},
		{[]string{"authors.name"}, 0, "a change of it touches documents of books", ""},
		{[]string{"Author.Name"}, 0, "rows of books where books.id = book_authors.book_id: the documents", ""},
		{[]string{"books.publisher_id"}, 0, "documents of books, publishers", ""},
		{[]string{"publishers.BookCount"}, 0, "int64", ""},
		{[]string{"book_authors.book_id"}, 0, "Authors (link)", ""},
		{[]string{"publishers.secret"}, 0, "documents of books\n", ""},
		{[]string{"--sql", "authors.name"}, 0, "in SQL of sqlite, denorm_changed being the old and new values of id", ""},
		{[]string{"--dialect", "mysql", "Author.Name"}, 0, "JOIN `book_authors` AS h1 ON h1.`author_id` = c.v1", ""},
		{[]string{"authors.nam"}, 2, "", `did you mean "authors.name"?`},
		{[]string{"quantum"}, 2, "", "is no collection"},
		{[]string{"--dialect", "mysql", "books"}, 0, "`books`", ""},
	} {
		denormgen(t, dir, append([]string{"explain"}, test.args...)...).wants(t, test.code, test.stdout, test.stderr)
	}
	if got := generated(t, dir); len(got) != 0 {
		t.Errorf("explain wrote %q", got)
	}
}

const tagIndex = `package shop

import (
	"context"
	"iter"
)

//denorm:aggregate book_tags from=books
func BookTagIndex(ctx context.Context, key string, books iter.Seq2[*BookDoc, error]) (map[string][]int64, error) {
	return nil, nil
}
`

func TestExplainAggregate(t *testing.T) {
	dir := module(t, map[string]string{"index.go": tagIndex, "shop.go": shop})
	denormgen(t, dir, "explain", "book_tags").wants(t, 0, "it is made of, and changes with\n    all documents of books", "")
	denormgen(t, dir, "explain").wants(t, 0, "made by BookTagIndex", "")
	denormgen(t, dir, "explain", "books.title").wants(t, 0, "aggregate book_tags: made of books\n", "")
	denormgen(t, dir, "explain", "--json", "books.title").wants(t, 0, `"aggregate": "book_tags"`, "")
	denormgen(t, dir, "explain", "--json", "book_tags").wants(t, 0, `"document": "map[string][]int64"`, "")
	denormgen(t, dir, "explain", "book_tag").wants(t, 2, "", `did you mean "book_tags"?`)
}

func TestExplainJSON(t *testing.T) {
	dir := module(t, map[string]string{"shop.go": shop})
	var got struct {
		Dialect     string
		Collections []struct {
			Name            string
			QueriesPerBatch int `json:"queries_per_batch"`
			Fields          []struct {
				Name, Type, JSON string
				Fields           []struct{ Name string }
			}
			Queries []struct{ Path, SQL string }
		}
	}
	out := denormgen(t, dir, "explain", "--json")
	if err := json.Unmarshal([]byte(out.stdout), &got); err != nil {
		t.Fatalf("%v in %s", err, out.stdout)
	}
	if got.Dialect != "sqlite" || len(got.Collections) != 2 {
		t.Fatalf("got %+v", got)
	}
	books := got.Collections[0]
	if books.Name != "books" || books.QueriesPerBatch != 2 || len(books.Queries) != 2 || books.Queries[1].Path != "Authors" || books.Queries[1].SQL == "" {
		t.Errorf("got %+v", books)
	}
	if len(books.Fields) != 5 || books.Fields[0].Type != "int64" || len(books.Fields[3].Fields) == 0 {
		t.Errorf("fields are %+v", books.Fields)
	}
}
