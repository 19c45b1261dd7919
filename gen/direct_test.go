package gen

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/plan"
)

// directly is a package whose collection has a loader for each way to reach many rows.
const directly = `// Package shop sells books.
package shop

// Shop sells.
//
//denorm:collection shops
//denorm:include Books
//denorm:include Books.Pages
//denorm:include Tags
//denorm:include Marks
//denorm:include Papers limit=2 order="BookID desc"
//denorm:include Best.Pages
type Shop struct {
	ID     int64 ` + "`db:\"id\"`" + `
	BestID int64 ` + "`db:\"best_id\"`" + `
	//denorm:hasmany ShopID
	Books []Book
	//denorm:manytomany shop_tags
	Tags []Tag
	//denorm:manytomany through=Mark
	Marks []Tag
	//denorm:hasmany via=Books.Pages
	Papers []Page
	//denorm:belongsto BestID
	Best *Book
}

// Book is one.
type Book struct {
	ID     int64 ` + "`db:\"id\"`" + `
	ShopID int64 ` + "`db:\"shop_id\"`" + `
	//denorm:hasmany BookID
	Pages []Page
}

// Page is one.
type Page struct {
	ID     int64 ` + "`db:\"id\"`" + `
	BookID int64 ` + "`db:\"book_id\"`" + `
}

// Tag is one.
type Tag struct {
	ID int64 ` + "`db:\"id\"`" + `
}

// Mark ties a tag to a shop.
type Mark struct {
	ID     int64 ` + "`db:\"id\"`" + `
	ShopID int64 ` + "`db:\"shop_id\"`" + `
	TagID  int64 ` + "`db:\"tag_id\"`" + `
}
`

// TestDirect tells which loaders do without the roots: those whose first step is from a key that is one integer.
func TestDirect(t *testing.T) {
	const all = "Books Books.Pages Tags Marks Papers"
	for name, test := range map[string]struct{ old, new, want string }{
		"as it is":         {want: all},
		"unsigned":         {old: "int64", new: "uint32", want: all},
		"text":             {old: "int64", new: "string", want: ""},
		"filter":           {old: "collection shops\n", new: "collection shops where=\"BestID > 1\"\n", want: all},
		"where of a child": {old: "include Books\n", new: "include Books where=\"ID > 1\"\n", want: all},
		"condition":        {old: "hasmany ShopID", new: "hasmany ShopID when=\"ID > 1\"", want: all},
		"another column":   {old: "hasmany ShopID", new: "hasmany ShopID ref=BestID", want: "Tags Marks"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(directly, test.old) {
				t.Fatalf("there is no %q", test.old)
			}
			plan := planned(t, folder(t, strings.ReplaceAll(directly, test.old, test.new)))
			var got []string
			for _, l := range plan.Collections[0].Loaders {
				text, err := json.Marshal(l.Select)
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(string(text), `"Roots":true`) {
					got = append(got, l.Path)
				}
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// planned plans the package of a folder, which has to be without faults.
func planned(t *testing.T, dir string) *plan.Plan {
	t.Helper()
	result, err := Run(context.Background(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range result.Report.Sorted() {
		t.Fatalf("%s: %s", d.Primary, d.Message)
	}
	return result.Plans[0]
}
