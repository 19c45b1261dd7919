package explain

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// shop is the plan of books with authors, each with the name of a country, a number, and a tree of tags.
func shop() []Source {
	integer, text := model.Type{Kind: model.Basic, Name: "int64"}, model.Type{Kind: model.Basic, Name: "string"}
	entity := func(name, table string, columns ...string) *model.Entity {
		e := &model.Entity{Name: name, Table: model.Table{Name: table}}
		for _, c := range columns {
			e.Columns = append(e.Columns, &model.Column{Field: strings.ToUpper(c[:1]) + c[1:], Name: c})
		}
		return e
	}
	book := entity("Book", "books", "id", "title", "secret")
	author := entity("Author", "authors", "id", "name", "countryID")
	author.Computed = []*model.Computed{{Name: "Label", Needs: author.Columns[1:2]}}
	country := entity("Country", "countries", "id", "name")
	country.Table.Schema = "geo"
	value := func(name, tag, source string, t model.Type) *plan.Field {
		return &plan.Field{Name: name, Tag: tag, Source: source, Type: plan.FieldType{Cardinality: plan.Value, Go: &t}}
	}
	tags := &plan.Struct{Name: "BookDocTags", Path: "Tags", Fields: []*plan.Field{value("Name", "name", "tags.name", text)}}
	tags.Fields = append(tags.Fields, &plan.Field{
		Name: "Children", Tag: "children,omitzero", Source: "Tags.Children", Type: plan.FieldType{Cardinality: plan.List, Struct: tags},
	})
	home := model.PointerTo(text)
	authors := &plan.Struct{Name: "BookDocAuthors", Path: "Authors", Entity: author, Fields: []*plan.Field{
		value("ID", "id", "authors.id", integer),
		value("Name", "-", "authors.name", text),
		value("Label", "label", "Author.Label", text),
		{Name: "Home", Tag: "home", Source: "Authors.Country.Name", Type: plan.FieldType{Cardinality: plan.One, Go: &home}},
		value("BookCount", "book_count", "count of Books", integer),
	}}
	root := &plan.Struct{Name: "BookDoc", Entity: book, Fields: []*plan.Field{
		value("ID", "id", "books.id", integer),
		value("Title", "", "books.title", text),
		{Name: "Writers", Tag: "writers", Source: "Authors", Type: plan.FieldType{Cardinality: plan.List, Struct: authors}},
		{Name: "Tags", Tag: "tags", Source: "Tags", Type: plan.FieldType{Cardinality: plan.Dict, Struct: tags, By: &text}},
	}}
	link := model.Table{Name: "book_authors"}
	toBook := plan.Hop{From: link, FromColumns: []string{"book_id"}, To: book.Table, ToColumns: []string{"id"}}
	toLink := plan.Hop{From: author.Table, FromColumns: []string{"id"}, To: link, ToColumns: []string{"author_id"}}
	toWatched := []plan.Hop{toLink, toBook}
	toWatched[0].Filter = &expr.Column{Field: "Signed"}
	toWatched[1].Pair = &expr.Column{Field: "Agreed"}
	toAuthor := plan.Hop{From: country.Table, FromColumns: []string{"id"}, To: author.Table, ToColumns: []string{"countryID"}}
	tagElement := &plan.Element{}
	c := &plan.Collection{
		Declared: &model.Collection{Name: "books", Doc: "BookDoc", Accessor: "Books", Root: book},
		Roots:    plan.Roots{Table: book.Table, Key: []string{"id"}},
		Structs:  []*plan.Struct{root, authors, tags},
		Loaders: []*plan.Loader{
			{}, {Index: 1, Path: "Authors", Element: &plan.Element{}},
			{Index: 2, Path: "Tags", Element: tagElement}, {Index: 3, Path: "Tags.Children", Element: tagElement},
		},
		Depends: []*plan.Dependency{
			{Table: book.Table, Columns: []string{"id"}, Reason: plan.Linked},
			{Table: book.Table, Columns: []string{"id", "title"}, Reason: plan.Shown},
			{Table: link, Columns: []string{"author_id", "book_id"}, Path: "Authors (link)", Reason: plan.Linked, Hops: []plan.Hop{toBook}},
			{Table: author.Table, Columns: []string{"id", "name"}, Path: "Authors", Reason: plan.Shown, Hops: []plan.Hop{toLink, toBook}},
			{Table: link, Columns: []string{"author_id"}, Path: "Authors: count of Books as BookCount (link)", Reason: plan.Linked,
				Hops: []plan.Hop{toBook}},
			{Table: author.Table, Columns: []string{"alive"}, Path: "Living", Reason: plan.Filter, From: []string{"id"},
				Guard: &expr.Column{Field: "Alive"}, Hops: toWatched},
			{Table: model.Table{Name: "facts"}, Columns: []string{"fact"}, Path: "Facts", Reason: plan.Shown, View: true, Hops: []plan.Hop{toBook}},
			{Table: country.Table, Columns: []string{"name"}, Path: "Authors.Country", Reason: plan.Shown,
				Hops: []plan.Hop{toAuthor, toLink, toBook}},
		},
	}
	number := model.Type{Kind: model.Map, Key: &text, Elem: &integer}
	loans := &plan.Collection{Declared: &model.Collection{Name: "loans"}}
	index := &plan.Aggregate{
		Declared: &model.Aggregate{Name: "book_tags", Func: "BookTagIndex", Keys: []string{"all", "open"}, Result: number},
		From:     []*plan.Collection{c, loans, c}, Shape: "abc",
	}
	due := &plan.Aggregate{
		Declared: &model.Aggregate{Name: "due", Func: "LoansDue", Keys: []string{"default"}, Result: integer},
		From:     []*plan.Collection{loans}, Shape: "def",
	}
	return []Source{{
		Plan: &plan.Plan{
			Package:     &model.Package{Path: "example.com/shop", Entities: []*model.Entity{book, author, country}},
			Collections: []*plan.Collection{c},
			Aggregates:  []*plan.Aggregate{index, due},
		},
		Dialect: "sqlite",
		SQL: func(*plan.Collection) SQL {
			return SQL{
				Roots:   "SELECT t.* FROM books AS t",
				Changes: []string{"SELECT of authors", "SELECT of living"},
				Loaders: []string{"SELECT books", "SELECT authors\nFROM denorm_roots AS t", "SELECT tags", "SELECT tags of tags"},
			}
		},
	}}
}

func textOf(t *testing.T, e *Explanation) string {
	t.Helper()
	var b strings.Builder
	if err := e.Text(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAll(t *testing.T) {
	want := `collection books: one BookDoc for every row of books
  key id

  document BookDoc: field, type, name in JSON, source
    ID           int64                   id          books.id
    Title        string                  Title       books.title
    Writers      []BookDocAuthors        writers     Authors
      ID         int64                   id          authors.id
      Name       string                  -           authors.name
      Label      string                  label       Author.Label
      Home       *string                 home        Authors.Country.Name
      BookCount  int64                   book_count  count of Books
    Tags         map[string]BookDocTags  tags        Tags
      Name       string                  name        tags.name
      Children   []BookDocTags           children    Tags.Children (as above)

  4 queries per batch, whether it is of one document or of 1,000 (SQL of sqlite)
    denorm_roots, the rows of the batch, are
         SELECT t.* FROM books AS t
    1. the documents themselves
         SELECT books
    2. Authors
         SELECT authors
         FROM denorm_roots AS t
    3. Tags
         SELECT tags
    4. Tags.Children
         SELECT tags of tags

  it changes with: table, columns, place, how they matter
    books          id, title           its own row                                  linked by old and new value; shown
    book_authors   author_id, book_id  Authors (link)                               linked by old and new value
    authors        id, name            Authors                                      shown
    book_authors   author_id           Authors: count of Books as BookCount (link)  linked by old and new value
    authors        alive               Living                                       filtered by it
    facts          fact                Facts                                        shown
    geo.countries  name                Authors.Country                              shown

aggregate book_tags: one map[string]int64 for every key, made by BookTagIndex
  keys all, open

  it is made of, and changes with
    all documents of books
    all documents of loans

aggregate due: one int64 for every key, made by LoansDue
  keys default

  it is made of, and changes with
    all documents of loans
`
	if got := textOf(t, All(shop())); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestName(t *testing.T) {
	for _, test := range []struct {
		name string
		want []string
		not  string
	}{
		{"books", []string{"collection books"}, "touches"},
		{"book_tags", []string{"aggregate book_tags", "all documents of loans"}, "collection"},
		{"BookDoc", []string{"collection books"}, ""},
		{"authors.name", []string{"authors.name (Author.Name): a change of it touches documents of books",
			"1. rows of book_authors where book_authors.author_id = authors.id\n",
			"2. rows of books where books.id = book_authors.book_id: the documents\n",
			"\n  aggregate book_tags: made of books\n"}, "countries"},
		{"Author.Name", []string{"authors.name (Author.Name): a change of it"}, ""},
		{"Author.Label", []string{"authors.name (Author.Name): a change of it"}, "authors.id ("},
		{"geo.countries.name", []string{"3. rows of books"}, ""},
		{"countries.name", []string{"geo.countries.name (Country.Name)"}, ""},
		{"books.title", []string{"the changed row of books is the document's own"}, ""},
		{"books.secret", []string{"books.secret (Book.Secret): no document depends on it"}, "aggregate"},
		{"authors.alive", []string{"if the row satisfies Alive", "book_authors.author_id = authors.id and Signed\n",
			"books.id = book_authors.book_id and Agreed: the documents", "in SQL of sqlite, denorm_changed being the old and new values of id\n         SELECT of living"}, "view"},
		{"facts.fact", []string{"facts is a view: it changes with what it reads"}, "in SQL"},
		{"book_authors.book_id", []string{"Authors (link)"}, "count of"},
		{"book_authors", []string{"a change of a row", "(author_id, book_id)", "BookCount"}, ""},
		{"Authors", []string{"Authors in collection books: []BookDocAuthors", "SELECT authors", "geo.countries (name)",
			"book_authors (author_id, book_id)"}, "title"},
		{"books.Writers", []string{"Writers in collection books: []BookDocAuthors"}, ""},
		{"Authors.Country", []string{"*string", "SELECT authors", "geo.countries (name)"}, "authors (id, name)"},
		{"books.Authors.Name", []string{"Authors.Name in collection books: string", "authors (name), Authors: shown"}, "countries"},
		{"Authors.Label", []string{"authors (name)"}, "countries"},
		{"Authors.BookCount", []string{"int64", "book_authors (author_id), "}, "book_id), "},
		{"Tags", []string{"loaded by 2 queries", "SELECT tags of tags", "nothing that the database announces"}, "SELECT books"},
		{"Title", []string{"SELECT books", "books (title)"}, "authors"},
	} {
		e, err := Name(shop(), test.name)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		got := textOf(t, e)
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", test.name, want, got)
			}
		}
		if test.not != "" && strings.Contains(got, test.not) {
			t.Errorf("%s: %q in\n%s", test.name, test.not, got)
		}
	}
}

func TestUnknownName(t *testing.T) {
	for name, want := range map[string]string{
		"authors.nam": "authors.name", "bookss": "books", "book_tag": "book_tags", "Authors.Contry": "Authors.Country", "zzzzzzzzzz": "",
	} {
		_, err := Name(shop(), name)
		var unknown *UnknownError
		if !errors.As(err, &unknown) || unknown.Suggestion != want {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestJSON(t *testing.T) {
	e, err := Name(shop(), "Author.Name")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := e.JSON(&b); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Changes []struct {
			Table, Column, Model, Field string
			Touches                     []struct {
				Collection, Path, Reason string
				Hops                     []struct {
					From        string   `json:"from"`
					FromColumns []string `json:"from_columns"`
				}
			}
			Aggregates []Remade
		}
	}
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Changes) != 1 || len(back.Changes[0].Touches) != 1 {
		t.Fatalf("got %s", b.String())
	}
	touched := back.Changes[0].Touches[0]
	if remade := back.Changes[0].Aggregates; len(remade) != 1 || remade[0].Aggregate != "book_tags" ||
		remade[0].Document != "map[string]int64" || !slices.Equal(remade[0].From, []string{"books"}) {
		t.Errorf("made again is %+v", remade)
	}
	if touched.Collection != "books" || touched.Reason != "shown" || len(touched.Hops) != 2 || touched.Hops[0].FromColumns[0] != "id" {
		t.Errorf("got %s", b.String())
	}
}
