package model

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/load"
)

// A key that is not called ID is pointed at by its own name, or by <Name>ID.
func TestRelationsToANamedKey(t *testing.T) {
	models := mustResolve(t, `package m

//denorm:key Slug
//denorm:collection films
type Film struct {
	Slug       string  `+"`db:\"slug\"`"+`
	OriginalID *string `+"`db:\"original_id\"`"+`
	Shows      []Show
	Posters    []Poster
	Original   *Film
}

type Show struct {
	ID       int64  `+"`db:\"id\"`"+`
	FilmID   string `+"`db:\"film_id\"`"+`
	FilmSlug string `+"`db:\"film_slug\"`"+`
	Film     *Film
}

type Poster struct {
	ID     int64  `+"`db:\"id\"`"+`
	FilmID string `+"`db:\"film_id\"`"+`
}
`)
	expect(t, models["Film"], `
	table .films key Slug
	Slug slug text string json=slug
	OriginalID original_id text *string null json=original_id
	Shows hasmany Show Slug->FilmSlug json=shows
	Posters hasmany Poster Slug->FilmID json=posters
	Original belongsto Film OriginalID->Slug json=original`)
	expect(t, models["Show"], `
	table .shows key ID
	ID id int int64 json=id
	FilmID film_id text string json=film_id
	FilmSlug film_slug text string json=film_slug
	Film belongsto Film FilmSlug->Slug json=film`)
}

func TestRelations(t *testing.T) {
	models := mustResolve(t, `package m

//denorm:collection books
type Book struct {
	ID          int64  `+"`db:\"id\"`"+`
	Title       string `+"`db:\"title\"`"+`
	PublisherID *int64 `+"`db:\"publisher_id\"`"+`
	SequelOf    *int64 `+"`db:\"sequel_of\"`"+`

	Publisher *Publisher
	Cover     *Cover
	Reviews   []Review
	//denorm:belongsto SequelOf
	Original  *Book
	//denorm:hasmany SequelOf
	Sequels   []*Book
	//denorm:manytomany book_tags
	Tags      []Tag
	//denorm:manytomany through=Authorship when="Role == \"author\""
	Authors   []Author `+"`json:\"writers\"`"+`
	//denorm:hasmany via=Authors.Awards
	Awards    []Award
	//denorm:manytomany similar local=a foreign=b
	Similar   []Book
	//denorm:hasmany SubjectID when="SubjectType == \"book\""
	Notes     []Note
}

type Publisher struct {
	ID int64 `+"`db:\"id\"`"+`
	Books []Book
	//denorm:hasmany via=Books.Reviews
	Reviews []Review
}
type Cover struct {
	BookID int64 `+"`db:\"book_id\"`"+`
	Path string `+"`db:\"path\"`"+`
	CoverID int64 `+"`db:\"cover_id\"`"+`
}
type Review struct {
	ID int64 `+"`db:\"id\"`"+`
	BookID int64 `+"`db:\"book_id\"`"+`
}
type Tag struct {
	ID int64 `+"`db:\"id\"`"+`
}
type Author struct {
	ID int64 `+"`db:\"id\"`"+`
	Awards []Award
}
type Award struct {
	ID int64 `+"`db:\"id\"`"+`
	AuthorID int64 `+"`db:\"author_id\"`"+`
}
//denorm:key BookID,AuthorID
type Authorship struct {
	BookID int64 `+"`db:\"book_id\"`"+`
	AuthorID int64 `+"`db:\"author_id\"`"+`
	Role string `+"`db:\"role\"`"+`
}
type Note struct {
	ID int64 `+"`db:\"id\"`"+`
	SubjectType string `+"`db:\"subject_type\"`"+`
	SubjectID int64 `+"`db:\"subject_id\"`"+`
}
`)
	expect(t, models["Book"], `
	table .books key ID
	ID id int int64 json=id
	Title title text string json=title
	PublisherID publisher_id int *int64 null json=publisher_id
	SequelOf sequel_of int *int64 null json=sequel_of
	Publisher belongsto Publisher PublisherID->ID json=publisher
	Cover hasone Cover ID->BookID json=cover
	Reviews hasmany Review ID->BookID json=reviews
	Original belongsto Book SequelOf->ID json=original
	Sequels hasmany Book ID->SequelOf json=sequels
	Tags manytomany Tag ID->ID join book_tags(book_id|tag_id) json=tags
	Authors manytomany Author ID->ID join authorships(book_id|author_id) through Authorship when join: Role == "author" json=writers
	Awards via Award -> .Authors .Awards json=awards
	Similar manytomany Book ID->ID join similar(a|b) json=similar
	Notes hasmany Note ID->SubjectID when target: SubjectType == "book" json=notes`)
	expect(t, models["Publisher"], `
	table .publishers key ID
	ID id int int64 json=id
	Books hasmany Book ID->PublisherID json=books
	Reviews via Review -> .Books .Reviews json=reviews`)
	if models["Authorship"] == nil {
		t.Error("the join table's model is missing")
	}
}

func TestRelationsByTypeID(t *testing.T) {
	models := mustResolve(t, `package m

//denorm:collection albums
type Album struct {
	AlbumId  int64 `+"`db:\"AlbumId\"`"+`
	ArtistId int64 `+"`db:\"ArtistId\"`"+`
	Artist   *Artist
	Tracks   []Track
	//denorm:belongsto CountryCode
	Country  *Country
	CountryCode string `+"`db:\"cc\"`"+`
	//denorm:belongsto Slug ref=Name
	Named *Artist
	Slug string `+"`db:\"slug\"`"+`
}
type Artist struct {
	ArtistId int64 `+"`db:\"ArtistId\"`"+`
	Name string `+"`db:\"Name\"`"+`
	Albums []Album
}
type Track struct {
	TrackId int64 `+"`db:\"TrackId\"`"+`
	AlbumId *int64 `+"`db:\"AlbumId\"`"+`
}
//denorm:key Code
type Country struct {
	Code string `+"`db:\"code\"`"+`
}
`)
	expect(t, models["Album"], `
	table .albums key AlbumId
	AlbumId AlbumId int int64 json=AlbumId
	ArtistId ArtistId int int64 json=ArtistId
	CountryCode cc text string json=cc
	Slug slug text string json=slug
	Artist belongsto Artist ArtistId->ArtistId json=artist
	Tracks hasmany Track AlbumId->AlbumId json=tracks
	Country belongsto Country CountryCode->Code json=country
	Named belongsto Artist Slug->Name json=named`)
	expect(t, models["Artist"], `
	table .artists key ArtistId
	ArtistId ArtistId int int64 json=ArtistId
	Name Name text string json=Name
	Albums hasmany Album ArtistId->ArtistId json=albums`)
}

func TestOtherPackages(t *testing.T) {
	models := mustResolve(t, `
-- shop/shop.go --
package shop

import "example.com/m/people"

//denorm:collection orders
type Order struct {
	ID int64 `+"`db:\"id\"`"+`
	CustomerID int64 `+"`db:\"customer_id\"`"+`
	Customer *people.Customer
}
-- people/people.go --
package people

//denorm:table people.customers
type Customer struct {
	ID int64 `+"`db:\"id\"`"+`
	Parts []Part
}

type Part struct {
	ID int64 `+"`db:\"id\"`"+`
	CustomerID int64 `+"`db:\"customer_id\"`"+`
}
`, "./shop")
	expect(t, models["Customer"], `
	table people.customers key ID
	ID id int int64 json=id
	Parts hasmany Part ID->CustomerID json=parts`)
}

func TestPathOfReachedModels(t *testing.T) {
	_, report, _ := resolveSource(t, `package m

//denorm:collection books
type Book struct {
	ID int64 `+"`db:\"id\"`"+`
	Reviews []Review
}
type Review struct {
	ID int64 `+"`db:\"id\"`"+`
	BookID int64 `+"`db:\"book_id\"`"+`
	UserID int64 `+"`db:\"user_id\"`"+`
	User *User
}
type User struct {
	ID int64 `+"`db:\"id\"`"+`
	At string
}
`)
	list := report.Sorted()
	if len(list) != 1 || strings.Join(list[0].Path, " > ") != "relation Book.Reviews > relation Review.User" {
		t.Errorf("got %+v", list)
	}
}

func TestEmbeddedGeneric(t *testing.T) {
	models := mustResolve(t, `package m

type Base[K comparable] struct {
	ID K `+"`db:\"id\"`"+`
}

//denorm:computed
func (b *Base[K]) Key() K { return b.ID }

//denorm:collection books
type Book struct {
	Base[string]
	Self []Other
}

//denorm:table others
type Other struct {
	Base[int32]
	BookID string `+"`db:\"book_id\"`"+`
}
`)
	expect(t, models["Book"], `
	table .books key ID
	ID id text string json=id
	Self hasmany Other ID->BookID json=self
	computed Key string needs ID json=key`)
	if c := models["Other"].computed("Key"); c == nil || c.Type.String() != "int32" {
		t.Errorf("Other.Key: %+v", c)
	}
}

// TestOtherLibrariesRelations shows that a relation which only another library knows is left out.
func TestOtherLibrariesRelations(t *testing.T) {
	models := mustResolve(t, `
-- m.go --
//denorm:columns bun
package m

//denorm:collection books
type Book struct {
	ID int64
	Author *Author `+"`bun:\"rel:belongs-to,join:writer=id\"`"+`
	Writer int64
}

//denorm:table authors
type Author struct {
	ID int64
}
`)
	if n := len(models["Book"].Relations); n != 0 {
		t.Errorf("%d relations", n)
	}
}

// A ring of models is resolved like any other.
func TestResolveRing(t *testing.T) {
	var b strings.Builder
	b.WriteString("package m\n")
	for i := range 100 {
		fmt.Fprintf(&b, "\n//denorm:collection list%d\ntype M%d struct {\n\tID int64 `db:\"id\"`\n\tNextID int64 `db:\"next\"`\n\tNext *M%d\n}\n", i, i, (i+1)%100)
		fmt.Fprintf(&b, "\n//denorm:computed\nfunc (m *M%d) Twice() int64 { return m.NextID * 2 }\n", i)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/m\n\ngo 1.26\n", "m.go": b.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	report := &diag.Report{}
	packages := load.Load(t.Context(), load.Options{Dir: dir}, report)
	schema := Resolve(packages, report)
	if report.HasErrors() || len(schema.Packages) != 1 || len(schema.Packages[0].Entities) != 100 {
		t.Errorf("got %v", report.Sorted())
	}
}

func TestComputed(t *testing.T) {
	models := mustResolve(t, `package m

import "strings"

//denorm:collection people
type Person struct {
	ID    int64  `+"`db:\"id\"`"+`
	First string `+"`db:\"first\"`"+`
	Last  string `+"`db:\"last\"`"+`
	Score float64 `+"`db:\"score\"`"+`
}

//denorm:computed
func (p *Person) FullName() string { return strings.TrimSpace(p.First + " " + p.initial()) }

func (p Person) initial() string { if (p.Last) == "" { return "" }; return p.Last[:1] }

//denorm:computed needs=Score
func (p *Person) Grade() (int, error) { return grade(p) }

//denorm:computed
func (Person) Kind() string { return "person" }

func grade(p *Person) (int, error) { return int(p.Score), nil }
`)
	expect(t, models["Person"], `
	table .persons key ID
	ID id int int64 json=id
	First first text string json=first
	Last last text string json=last
	Score score float float64 json=score
	computed FullName string needs First,Last json=full_name
	computed Grade int needs Score json=grade
	computed Kind string needs  json=kind`)
	if c := models["Person"].Computed[1]; !c.Errors || !c.Pointer {
		t.Errorf("Grade: errors %v, pointer %v", c.Errors, c.Pointer)
	}
}
