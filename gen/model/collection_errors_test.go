package model

import (
	"slices"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/directive"
	"github.com/denormgen/denormgen/gen/expr"
)

// A wrong line is answered by one error under the wrong word, with the path to it and a way out.
func TestCollectionErrors(t *testing.T) {
	const (
		books      = "//denorm:collection books of=Book\n"
		categories = "//denorm:collection categories of=Category\n"
	)
	inBooks := []string{"collection books"}
	include := func(path string) []string { return []string{"collection books", "include " + path} }
	tests := []struct {
		name  string
		lines string
		code  diag.Code
		under string
		help  string // a part of it
		path  []string
	}{
		// collection
		{"name", "//denorm:collection BookCards of=Book", CodeCollectionName, "BookCards", "book_cards", []string{"collection BookCards"}},
		{"two of one name", books + "//denorm:collection books of=Author", CodeCollectionDuplicate, "books", "another name", inBooks},
		{"no model", "//denorm:collection books of=Bok", CodeCollectionOf, "Bok", "did you mean \"Book\"?", inBooks},
		{"second document", books + "//denorm:collection book_cards of=Book", CodeDocMissing, "book_cards", "doc=BookCardDoc", []string{"collection book_cards"}},
		{"doc", "//denorm:collection books of=Book doc=book_doc", CodeGoName, "book_doc", "doc=BookDoc", inBooks},
		{"accessor", "//denorm:collection books of=Book accessor=books", CodeGoName, "books", "accessor=Books", inBooks},
		{"version", "//denorm:collection books of=Book version=0", CodeVersion, "0", "version=2", inBooks},
		{"ttl", "//denorm:collection books of=Book ttl=-1h", CodeTTL, "-1h", "ttl=90s", inBooks},

		// extra
		{"extra unknown", "//denorm:collection books of=Book extra=Scor", CodeExtraUnknown, "Scor", "did you mean \"Score\"?", inBooks},
		{"extra no struct", "//denorm:collection books of=Book extra=Word", CodeExtraType, "Word", "struct type", inBooks},
		{"extra hidden", "//denorm:collection books of=Book extra=hidden", CodeExtraType, "hidden", "rename it to Hidden", inBooks},
		{"extra field hidden", "//denorm:collection books of=Book extra=Unexported", CodeExtraType, "Unexported", "export it", inBooks},
		{"extra encodes", "//denorm:collection books of=Book extra=Encoded", CodeExtraMethod, "Encoded", "without it", inBooks},
		{"extra field", "//denorm:collection books of=Book extra=Own\n\ntype Own struct{ Title int `json:\"own\"` }", CodeFieldClash, "Title", "rename it", inBooks},
		{"extra json", "//denorm:collection books of=Book extra=Own\n\ntype Own struct{ Head int `json:\"title\"` }", CodeJSONClash, "Head", "rename it", inBooks},

		// transform
		{"transform unknown", books + "\n//denorm:transform bocks\nfunc f(ctx context.Context, doc *BookDoc) error { return nil }", CodeTransformUnknown, "bocks", "did you mean \"books\"?", []string{"transform bocks"}},
		{"transform twice", books + "\n//denorm:transform books\nfunc f(ctx context.Context, doc *BookDoc) error { return nil }\n\n//denorm:transform books\nfunc g(ctx context.Context, doc *BookDoc) error { return nil }", CodeTransformDuplicate, "books", "call one function", []string{"transform books"}},
		{"transform document", books + "\n//denorm:transform books\nfunc f(ctx context.Context, doc *Book) error { return nil }", CodeTransformSignature, "f", "func f(ctx context.Context, doc *BookDoc) error", []string{"transform books"}},
		{"transform result", books + "\n//denorm:transform books\nfunc f(ctx context.Context, doc *BookDoc) {}", CodeTransformSignature, "f", "func f(ctx context.Context, doc *BookDoc) error", []string{"transform books"}},

		// fields and omit
		{"field unknown", books + "//denorm:fields Titel", CodeFieldUnknown, "Titel", "did you mean \"Title\"?", inBooks},
		{"field relation", books + "//denorm:fields Authors", CodeFieldUnknown, "Authors", "//denorm:include Authors", inBooks},
		{"field twice", books + "//denorm:fields Title,Title", CodeFieldTwice, "Title", "remove one", inBooks},
		{"field through at root", books + "//denorm:fields through.Role", CodeFieldThrough, "through.Role", "Book only", inBooks},
		{"field both", books + "//denorm:fields Title\n//denorm:omit Title", CodeFieldOmit, "Title", "remove one", inBooks},
		{"omit not among fields", books + "//denorm:fields Title\n//denorm:omit Summary", CodeFieldOmit, "Summary", "remove Summary", inBooks},
		{"no fields", "//denorm:collection links of=Link\n//denorm:omit ID,PublisherID,URL,Lang", CodeNoFields, "links", "at least one", []string{"collection links"}},
		{"include field", books + "//denorm:include Authors fields=Nmae", CodeFieldUnknown, "Nmae", "did you mean \"Name\"?", include("Authors")},
		{"through field", books + "//denorm:include Authors fields=Name,through.Rol", CodeFieldUnknown, "Rol", "did you mean \"Role\"?", include("Authors")},
		{"no through", books + "//denorm:include Reviews fields=through.Role", CodeFieldThrough, "through.Role", "through=M", include("Reviews")},
		{"omit through", books + "//denorm:include Authors omit=through.Role", CodeFieldOmit, "through.Role", "remove it", include("Authors")},

		// paths
		{"path unknown", books + "//denorm:include Autors", CodePathUnknown, "Autors", "did you mean \"Authors\"?", include("Autors")},
		{"path unknown deeper", books + "//denorm:include Publisher.Lniks", CodePathUnknown, "Lniks", "did you mean \"Links\"?", include("Publisher.Lniks")},
		{"path far off", books + "//denorm:include Publisher.Shops", CodePathUnknown, "Shops", "there are Books and Links", include("Publisher.Shops")},
		{"path among many", "//denorm:table tags\n//denorm:collection tags\n//denorm:include **\ntype Tag struct {\n\tID int64 `db:\"id\"`\n" + manyRelations() + "}", CodePathUnknown, "**", "a step is a field of Tag", []string{"collection tags", "include **"}},
		{"path ends on a column", books + "//denorm:include Publisher.Name", CodePathColumn, "Name", "fields=", include("Publisher.Name")},
		{"path through a column", books + "//denorm:include Title.Name", CodePathColumn, "Title", "end the path before Title", include("Title.Name")},
		{"path empty step", books + "//denorm:include Publisher..Links", CodePathEmpty, "Publisher..Links", "single dots", include("Publisher..Links")},
		{"path on a method", books + "//denorm:include Shout", CodePathColumn, "Shout", "computed", include("Shout")},
		{"cycle", categories + "//denorm:include Children.Children", CodeIncludeCycle, "Children", "//denorm:include Children depth=2", []string{"collection categories", "include Children.Children"}},
		{"cycle of three", categories + "//denorm:include Children.Children.Children", CodeIncludeCycle, "Children", "depth=3", []string{"collection categories", "include Children.Children.Children"}},
		{"long cycle", books + "//denorm:include Authors.Books.Authors", CodeIncludeCycle, "Authors", "second relation field", include("Authors.Books.Authors")},

		// keys of include
		{"key twice", books + "//denorm:include Reviews order=ID\n//denorm:include Reviews order=Rating", directive.CodeDuplicateKey, "order", "remove one", include("Reviews")},
		{"as", books + "//denorm:include Reviews as=opinions", CodeGoName, "opinions", "as=Opinions", include("Reviews")},
		{"type", books + "//denorm:include Reviews type=type", CodeGoName, "type", "type=Type", include("Reviews")},
		{"flatten unknown", books + "//denorm:include Authors flatten=Nam", CodeFieldUnknown, "Nam", "did you mean \"Name\"?", include("Authors")},
		{"flatten method", "//denorm:collection authors of=Author\n//denorm:include Books flatten=Shout", CodeFieldKind, "Shout", "columns", []string{"collection authors", "include Books"}},
		{"flatten hidden", books + "//denorm:include Reviews flatten=Token", CodeFlatten, "Token", "json", include("Reviews")},
		{"flatten and fields", books + "//denorm:include Authors flatten=Name fields=ID", CodeFlatten, "fields", "remove fields", include("Authors")},
		{"flatten above", books + "//denorm:include Publisher flatten=Name\n//denorm:include Publisher.Links", CodeFlatten, "Links", "remove flatten=Name", include("Publisher")},
		{"by to-one", books + "//denorm:include Publisher by=Name", CodeBy, "by", "remove by", include("Publisher")},
		{"by bool", books + "//denorm:include Reviews by=Approved", CodeBy, "Approved", "string or integer", include("Reviews")},
		{"by null", books + "//denorm:include Reviews by=Note", CodeBy, "Note", "never NULL", include("Reviews")},
		{"by hidden", books + "//denorm:include Reviews by=Token", CodeBy, "Token", "json", include("Reviews")},
		{"order unknown", books + "//denorm:include Reviews order=\"Rating desc, Creatd\"", CodeFieldUnknown, "Creatd", "CreatedAt", include("Reviews")},
		{"order word", books + "//denorm:include Reviews order=\"Rating down\"", CodeOrder, "down", "asc|desc", include("Reviews")},
		{"order minus", books + "//denorm:include Reviews order=-Rating", CodeOrder, "-Rating", "Rating desc", include("Reviews")},
		{"order nulls", books + "//denorm:include Reviews order=\"Score nulls\"", CodeOrder, "nulls", "nulls first", include("Reviews")},
		{"order twice", books + "//denorm:include Reviews order=Rating,Rating", CodeOrder, "Rating", "remove one", include("Reviews")},
		{"order json", books + "//denorm:include Reviews order=Data", CodeOrder, "Data", "order by", include("Reviews")},
		{"order to-one", books + "//denorm:include Publisher order=Name", CodeOrder, "order", "remove order", include("Publisher")},
		{"limit", books + "//denorm:include Reviews order=ID limit=0", CodeLimit, "0", "limit=10", include("Reviews")},
		{"limit alone", books + "//denorm:include Reviews limit=3", CodeLimit, "limit", "order=ID", include("Reviews")},
		{"limit to-one", books + "//denorm:include Publisher limit=3", CodeLimit, "limit", "remove limit", include("Publisher")},
		{"depth no self", books + "//denorm:include Authors depth=3", CodeDepth, "depth", "remove depth", include("Authors")},
		{"depth one", categories + "//denorm:include Children depth=1", CodeDepth, "1", "leave depth out", []string{"collection categories", "include Children"}},
		{"depth high", categories + "//denorm:include Children depth=17", CodeDepth, "17", "depth=3", []string{"collection categories", "include Children"}},

		{"where", books + "//denorm:include Reviews where=\"Approved && Ratin > 3\"", CodeFieldUnknown, "Ratin", "Rating", include("Reviews")},
		{"root where", "//denorm:collection books of=Book where=\"Titel == `x`\"", CodeFieldUnknown, "Titel", "Title", inBooks},
		{"where no condition", books + "//denorm:include Reviews where=Rating", expr.CodeResult, "Rating", "", include("Reviews")},

		// one mistake, one error
		{"type and what follows", books + "//denorm:include Publisher\n//denorm:collection cards of=Book doc=BookDoc\n//denorm:include Publisher", CodeNameClash, "BookDoc", "doc=CardDoc", []string{"collection cards"}},
		{"transform of a wrong one", "//denorm:collection books of=Bok\n\n//denorm:transform books\nfunc f(ctx context.Context, doc *BookDoc) error { return nil }", CodeCollectionOf, "Bok", "Book", inBooks},
		{"field of a wrong type", "//denorm:collection tags where=\"Bad == nil\"\n//denorm:omit Bad\n//denorm:table tags\ntype Tag struct {\n\tID int64 `db:\"id\"`\n\tBad chan int `db:\"bad\"`\n}", "unscannable-type", "Bad", "leave it out", nil},
		{"accessor and what follows", "//denorm:collection books of=Book extra=Score\n\ntype Books struct{}\n\nfunc (b Books) Foo() {}", CodeNameClash, "books", "accessor=BooksCollection", inBooks},
		{"dot", books + "//denorm:include .", CodePathEmpty, ".", "single dots", include(".")},
		{"number dot", books + "//denorm:count Reviews as=Reviews.", CodePathEmpty, "Reviews.", "single dots", []string{"collection books", "count Reviews"}},
		{"number holder unknown", books + "//denorm:count Authors.Books as=Autors.N", CodePathUnknown, "Autors", "Authors", []string{"collection books", "count Authors.Books"}},
		{"number through column", books + "//denorm:count Title.Name as=N", CodePathColumn, "Title", "end the path", []string{"collection books", "count Title.Name"}},
		{"number where", books + "//denorm:count Reviews as=N where=Aproved", CodeFieldUnknown, "Aproved", "Approved", []string{"collection books", "count Reviews"}},
		{"above a model", "//denorm:table tags\n//denorm:collection tags\n//denorm:include Book\ntype Tag struct {\n\tID int64 `db:\"id\"`\n}", CodePathUnknown, "Book", "Tag has no relations", []string{"collection tags", "include Book"}},

		// numbers
		{"number name", books + "//denorm:count Reviews", CodeNumberName, "denorm:count", "as=ReviewsCount", []string{"collection books", "count Reviews"}},
		{"number as", books + "//denorm:count Reviews as=n", CodeGoName, "n", "as=N", []string{"collection books", "count Reviews"}},
		{"number path", books + "//denorm:count Revews as=N", CodePathUnknown, "Revews", "did you mean \"Reviews\"?", []string{"collection books", "count Revews"}},
		{"number own column", books + "//denorm:max Title as=N", CodeNumberPath, "Title", "relation of Book", []string{"collection books", "max Title"}},
		{"number to one", books + "//denorm:count Publisher as=N", CodeNumberToOne, "Publisher", "list", []string{"collection books", "count Publisher"}},
		{"number holder path", books + "//denorm:include Authors\n//denorm:count Reviews as=Authors.N", CodeNumberHolder, "Reviews", "count Authors.Reviews as=Authors.N", []string{"collection books", "count Reviews"}},
		{"number no include", books + "//denorm:count Authors.Books as=Authors.N", CodeNumberHolder, "Authors", "//denorm:include Authors", []string{"collection books", "count Authors.Books"}},
		{"number nothing left", books + "//denorm:include Authors\n//denorm:count Authors as=Authors.N", CodeNumberPath, "Authors", "Authors.Books", []string{"collection books", "count Authors"}},
		{"number flattened", books + "//denorm:include Authors flatten=Name\n//denorm:count Authors.Books as=Authors.N", CodeFlatten, "Authors.N", "at the root", []string{"collection books", "count Authors.Books"}},
		{"count expression", books + "//denorm:count Reviews \"Rating > 3\" as=N", CodeNumberValue, "Rating > 3", "where=", []string{"collection books", "count Reviews"}},
		{"sum nothing", books + "//denorm:sum Reviews as=N", CodeNumberValue, "Reviews", "Reviews.Field", []string{"collection books", "sum Reviews"}},
		{"sum twice", books + "//denorm:sum Reviews.Rating \"Rating * 2\" as=N", CodeNumberValue, "Rating * 2", "remove one", []string{"collection books", "sum Reviews.Rating"}},
		{"sum text", books + "//denorm:sum Publisher.Links.URL as=N", CodeNumberKind, "URL", "sum takes numbers", []string{"collection books", "sum Publisher.Links.URL"}},
		{"sum bool", books + "//denorm:sum Reviews.Approved as=N", CodeNumberKind, "Approved", "where=", []string{"collection books", "sum Reviews.Approved"}},
		{"avg scanner", books + "//denorm:avg Reviews.Fee as=N", CodeNumberKind, "Fee", "its sum and its count", []string{"collection books", "avg Reviews.Fee"}},
		{"min json", books + "//denorm:min Reviews.Data as=N", CodeNumberKind, "Data", "numbers, texts and times", []string{"collection books", "min Reviews.Data"}},

		// names
		{"accessor is the model", "//denorm:collection book of=Book", CodeNameClash, "book", "accessor=BookCollection", []string{"collection book"}},
		{"constructor", books + "\nfunc NewBooks() {}", CodeNameClash, "books", "accessor=BooksCollection", inBooks},
		{"definition", books + "\nvar booksDefinition int", CodeNameClash, "books", "accessor=BooksCollection", inBooks},
		{"doc taken", "//denorm:collection books of=Book doc=Author", CodeNameClash, "Author", "doc=BookDoc", inBooks},
		{"doc twice", books + "//denorm:collection cards of=Book doc=BookDoc", CodeNameClash, "BookDoc", "doc=CardDoc", []string{"collection cards"}},
		{"include type taken", books + "//denorm:include Reviews\n\ntype BookDocReviews struct{}", CodeNameClash, "Reviews", "type=BookDocReviewsItem", include("Reviews")},
		{"type twice", books + "//denorm:include Reviews type=Item\n//denorm:include Authors type=Item", CodeNameClash, "Item", "type=BookDocAuthorsItem", include("Authors")},
		{"level type taken", categories + "//denorm:include Parent depth=3\n\ntype CategoryDocParent3 struct{}", CodeNameClash, "Parent", "type=CategoryDocParentItem", []string{"collection categories", "include Parent"}},
		{"scan taken", books + "\nfunc scanBookDoc() {}", CodeNameClash, "books", "doc=", inBooks},
		{"key taken", "//denorm:collection shelf_places of=ShelfPlace\n\ntype ShelfPlaceKey struct{}", CodeNameClash, "ShelfPlace", "rename", []string{"collection shelf_places"}},
		{"through key taken", books + "//denorm:include Authors\n\ntype AuthorshipKey struct{}", CodeNameClash, "Authorship", "rename", inBooks},
		{"field and include", books + "//denorm:include Reviews as=Title", CodeFieldClash, "Title", "as=Reviews", inBooks},
		{"include and number", books + "//denorm:include Reviews\n//denorm:count Reviews as=Reviews", CodeFieldClash, "Reviews", "as=ReviewsNumber", inBooks},
		{"json of include", books + "//denorm:include Reviews as=PublisherId", CodeJSONClash, "PublisherId", "as=Reviews", inBooks},
		{"clone", books + "//denorm:include Reviews as=Clone", CodeFieldClash, "Clone", "as=Reviews", inBooks},
		{"own clone", books + "\nfunc (d *BookDoc) Clone() {}", CodeFieldClash, "Clone", "rename your method", inBooks},
		{"own method", books + "\nfunc (d *BookDoc) Title() {}", CodeFieldClash, "Title", "omit Title", inBooks},
		{"accessor method", books + "\nfunc (b *Books) Get() {}", CodeNameClash, "books", "rename your method", inBooks},
		{"next level", categories + "//denorm:include Children depth=2 as=Kids\n//denorm:count Children.Children as=Children.Kids", CodeFieldClash, "Kids", "as=KidsNumber", []string{"collection categories", "include Children"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, report, src := resolveLibrary(t, test.lines)
			list := report.Sorted()
			if len(list) != 1 {
				t.Fatalf("got %d errors, want 1: %s", len(list), dumpErrors(src, list))
			}
			d := list[0]
			if d.Code != test.code || under(src, d.Primary) != test.under || !strings.Contains(d.Help, test.help) || !slices.Equal(d.Path, test.path) {
				t.Errorf("want %s under %q, path %q, help %q; got %s", test.code, test.under, test.path, test.help, dumpErrors(src, list))
			}
		})
	}
}

func dumpErrors(src string, list []*diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range list {
		b.WriteString("\n\t" + d.Primary.String() + ": " + d.Message + " [" + string(d.Code) + "] under " + under(src, d.Primary) +
			"\n\t\tpath: " + strings.Join(d.Path, " > ") + "\n\t\thelp: " + strings.ReplaceAll(d.Help, "\n", "; "))
	}
	return b.String()
}

// manyRelations are the fields of a model that has more of them than are listed.
func manyRelations() string {
	fields := ""
	for name := range strings.SplitSeq("A,B,C,D,E,F,G,H,J,K,L,M,N", ",") {
		fields += "\t//denorm:manytomany tag_" + name + "\n\t" + name + " []Author\n"
	}
	return fields
}
