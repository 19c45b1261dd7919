package model

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/load"
)

// library are the models that the tests of collections use.
const library = `package library

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"time"
)

var _ context.Context

// Money is a decimal.
type Money struct{ cents int64 }

func (m *Money) Scan(src any) error         { return nil }
func (m Money) Value() (driver.Value, error) { return nil, nil }
func (m Money) MarshalText() ([]byte, error) { return nil, nil }
func (m *Money) UnmarshalText([]byte) error  { return nil }

// Publisher makes books. And more.
//
//denorm:table publishers
type Publisher struct {
	ID    int64   ` + "`db:\"id\"`" + `
	Name  string  ` + "`db:\"name\"`" + `
	Books []*Book
	Links []Link
}

//denorm:table links
type Link struct {
	ID          int64  ` + "`db:\"id\"`" + `
	PublisherID int64  ` + "`db:\"publisher_id\"`" + `
	URL         string ` + "`db:\"url\"`" + `
	Lang        string ` + "`db:\"lang\"`" + `
}

// Book is a book. It has pages.
//
//denorm:table books
type Book struct {
	ID          int64     ` + "`db:\"id\"`" + `
	Title       string    ` + "`db:\"title\"`" + `
	Summary     *string   ` + "`db:\"summary\"`" + `
	Secret      string    ` + "`db:\"secret\" json:\"-\"`" + `
	PublisherID *int64    ` + "`db:\"publisher_id\"`" + `
	Publisher   *Publisher
	//denorm:manytomany through=Authorship
	Authors []Author
	Reviews []Review
}

//denorm:computed
func (b *Book) Shout() string { return b.Title + "!" }

//denorm:table authors
type Author struct {
	ID   int64  ` + "`db:\"id\"`" + `
	Name string ` + "`db:\"name\"`" + `
	//denorm:manytomany through=Authorship
	Books []Book
}

//denorm:table authorships
//denorm:key BookID,AuthorID
type Authorship struct {
	BookID   int64  ` + "`db:\"book_id\"`" + `
	AuthorID int64  ` + "`db:\"author_id\"`" + `
	Role     string ` + "`db:\"role\"`" + `
	Position int    ` + "`db:\"position\"`" + `
	Share    float64 ` + "`db:\"share\"`" + `
}

//denorm:table reviews
type Review struct {
	ID        int64           ` + "`db:\"id\"`" + `
	BookID    int64           ` + "`db:\"book_id\"`" + `
	Rating    int32           ` + "`db:\"rating\"`" + `
	Score     *float64        ` + "`db:\"score\"`" + `
	Fee       Money           ` + "`db:\"fee\"`" + `
	Approved  bool            ` + "`db:\"approved\"`" + `
	CreatedAt time.Time       ` + "`db:\"created_at\"`" + `
	Data      json.RawMessage ` + "`db:\"data\"`" + `
	Token     string          ` + "`db:\"token\" json:\"-\"`" + `
	Note      *string         ` + "`db:\"note\"`" + `
}

//denorm:table categories
type Category struct {
	ID       int64  ` + "`db:\"id\"`" + `
	Name     string ` + "`db:\"name\"`" + `
	ParentID *int64 ` + "`db:\"parent_id\"`" + `
	Parent   *Category
	//denorm:hasmany ParentID
	Children []Category
}

//denorm:table shelf_places
//denorm:key Shelf,Place
type ShelfPlace struct {
	Shelf string ` + "`db:\"shelf\"`" + `
	Place int    ` + "`db:\"place\"`" + `
}

type Score struct {
	Points int
	Rank   string ` + "`json:\"rank\"`" + `
}

type hidden struct{ Points int }
type Unexported struct{ points int }
type Encoded struct{ Points int }
type Word string

func (e Encoded) MarshalJSON() ([]byte, error) { return nil, nil }
`

// resolveLibrary resolves the library with more lines behind it. The text after each "//denorm:"
// stands at its place in the source that it returns.
func resolveLibrary(t *testing.T, more string) (*Schema, *diag.Report, string) {
	t.Helper()
	src := library + "\n" + more
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "library.go", src, parser.ParseComments)
	if err != nil {
		t.Fatalf("parsing the fixture: %v", err)
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{},
	}
	conf := types.Config{Importer: importer.ForCompiler(fset, "gc", nil), Error: func(error) {}}
	pkg, _ := conf.Check("example.com/library", fset, []*ast.File{file}, info)
	report := &diag.Report{}
	schema := Resolve([]*load.Package{{
		Path: "example.com/library", Name: "library", Fset: fset, Files: []*ast.File{file}, FileNames: []string{"library.go"},
		Types: pkg, Info: info, ModulePath: "example.com/library", Requested: true,
	}}, report)
	return schema, report, src
}

// under returns the text that a span covers.
func under(src string, at diag.Span) string {
	lines := strings.Split(src, "\n")
	if at.Line < 1 || at.Line > len(lines) || at.Col-1+at.Width > len(lines[at.Line-1]) {
		return at.String()
	}
	return lines[at.Line-1][at.Col-1 : at.Col-1+at.Width]
}
