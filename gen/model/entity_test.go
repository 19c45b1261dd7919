package model

import (
	"fmt"
	"strings"
	"testing"
)

func describe(e *Entity) string {
	var b strings.Builder
	fmt.Fprintf(&b, "table %s.%s key %s\n", e.Table.Schema, e.Table.Name, fieldList(e.Key))
	for _, c := range e.Columns {
		fmt.Fprintf(&b, "%s %s %s %s", c.Field, c.Name, c.Form, c.Doc)
		if c.Nullable {
			b.WriteString(" null")
		}
		fmt.Fprintf(&b, " json=%s", c.JSON.Name)
		if c.JSON.Omit {
			b.WriteString(" omit")
		}
		b.WriteString("\n")
	}
	for _, r := range e.Relations {
		fmt.Fprintf(&b, "%s %s %s %s->%s", r.Name, r.Kind, r.Target.Name, fieldList(r.Local), fieldList(r.Foreign))
		if r.Join != nil {
			fmt.Fprintf(&b, " join %s(%s|%s)", r.Join.Table.Name, strings.Join(r.Join.Local, ","), strings.Join(r.Join.Foreign, ","))
			if r.Join.Through != nil {
				b.WriteString(" through " + r.Join.Through.Name)
			}
		}
		for _, s := range r.Steps {
			fmt.Fprintf(&b, " .%s", s.Name)
		}
		if r.When != nil {
			fmt.Fprintf(&b, " when %s: %s", r.WhenOn, r.When)
		}
		fmt.Fprintf(&b, " json=%s\n", r.JSON.Name)
	}
	for _, c := range e.Computed {
		fmt.Fprintf(&b, "computed %s %s needs %s json=%s\n", c.Name, c.Type, fieldList(c.Needs), c.JSON)
	}
	if e.Where != nil {
		fmt.Fprintf(&b, "where %s\n", e.Where)
	}
	return b.String()
}

func expect(t *testing.T, e *Entity, want string) {
	t.Helper()
	if e == nil {
		t.Fatal("the model is missing")
	}
	want = strings.TrimSpace(strings.ReplaceAll(want, "\t", ""))
	if got := strings.TrimSpace(describe(e)); got != want {
		t.Errorf("%s:\n--- got\n%s\n--- want\n%s", e.Name, got, want)
	}
}

func TestColumns(t *testing.T) {
	models := mustResolve(t, `package m

import (
	"database/sql"
	"encoding/json"
	"time"
)

type Status string
type Blob []byte

type UUID [16]byte
func (u *UUID) Scan(v any) error { return nil }
func (u UUID) MarshalText() ([]byte, error) { return nil, nil }
func (u *UUID) UnmarshalText(b []byte) error { return nil }

type Meta struct{ A int }

//denorm:table public.books
//denorm:collection books
type Book struct {
	ID       int64  `+"`db:\"id\" json:\"id\"`"+`
	Title    string `+"`db:\"title\" json:\"name,omitempty\"`"+`
	Secret   string `+"`db:\"secret\" json:\"-\"`"+`
	Ignored  string `+"`db:\"-\"`"+`
	Sub      *string `+"`db:\"subtitle\"`"+`
	Pages    sql.NullInt32 `+"`db:\"pages\"`"+`
	Rating   sql.Null[float64] `+"`db:\"rating\"`"+`
	State    Status `+"`db:\"state\"`"+`
	Small    uint8 `+"`db:\"small\"`"+`
	Raw      json.RawMessage `+"`db:\"raw\"`"+`
	Data     Blob `+"`db:\"data\"`"+`
	Created  time.Time `+"`db:\"created_at\"`"+`
	Deleted  *time.Time `+"`db:\"deleted_at\"`"+`
	Ref      UUID `+"`db:\"ref\"`"+`
	Other    *UUID `+"`db:\"other\"`"+`
	//denorm:json
	Meta     Meta `+"`db:\"meta\"`"+`
	//denorm:json
	Any      map[string]any `+"`db:\"any\"`"+`
	//denorm:array
	Tags     []string `+"`db:\"tags\"`"+`
	hidden   int
}
`)
	expect(t, models["Book"], `
	table public.books key ID
	ID id int int64 json=id
	Title title text string json=name
	Secret secret text string json=secret omit
	Sub subtitle text *string null json=subtitle
	Pages pages int *int32 null json=pages
	Rating rating float *float64 null json=rating
	State state text m.Status json=state
	Small small uint uint8 json=small
	Raw raw raw json.RawMessage json=raw
	Data data bytes m.Blob json=data
	Created created_at time time.Time json=created_at
	Deleted deleted_at time *time.Time null json=deleted_at
	Ref ref scanner m.UUID json=ref
	Other other scanner *m.UUID null json=other
	Meta meta json m.Meta json=meta
	Any any json map[string]any json=any
	Tags tags array []string json=tags`)
	if c := models["Book"].column("Data"); c.Base.Shallow {
		t.Error("a slice of bytes is said to be shallow")
	}
	if c := models["Book"].column("Ref"); !c.Base.Shallow {
		t.Error("an array of bytes is said not to be shallow")
	}
	if c := models["Book"].column("Created"); !c.Base.Shallow {
		t.Error("a time is said not to be shallow")
	}
}

func TestEmbedded(t *testing.T) {
	models := mustResolve(t, `
-- base/base.go --
package base

import "time"

//denorm:key Tenant,ID
//denorm:where "DeletedAt == nil"
type Base struct {
	Tenant    int64      `+"`db:\"tenant\"`"+`
	ID        int64      `+"`db:\"id\"`"+`
	DeletedAt *time.Time `+"`db:\"deleted_at\"`"+`
}

//denorm:computed
func (b Base) Gone() bool { return b.DeletedAt != nil }
-- m.go --
package m

import "example.com/m/base"

//denorm:collection categories
type Category struct {
	base.Base
	Name string `+"`db:\"name\"`"+`
	Posts []Post
}

//denorm:where "Title != \"\""
type Post struct {
	base.Base
	CategoryID int64 `+"`db:\"category_id\"`"+`
	Title string `+"`db:\"title\"`"+`
	Category *Category
}
`)
	expect(t, models["Category"], `
	table .categories key Tenant,ID
	Tenant tenant int int64 json=tenant
	ID id int int64 json=id
	DeletedAt deleted_at time *time.Time null json=deleted_at
	Name name text string json=name
	Posts hasmany Post Tenant,ID->Tenant,CategoryID json=posts
	computed Gone bool needs DeletedAt json=gone
	where DeletedAt == nil`)
	expect(t, models["Post"], `
	table .posts key Tenant,ID
	Tenant tenant int int64 json=tenant
	ID id int int64 json=id
	DeletedAt deleted_at time *time.Time null json=deleted_at
	CategoryID category_id int int64 json=category_id
	Title title text string json=title
	Category belongsto Category Tenant,CategoryID->Tenant,ID json=category
	computed Gone bool needs DeletedAt json=gone
	where Title != "" && DeletedAt == nil`)
}

func TestStyles(t *testing.T) {
	models := mustResolve(t, `
-- g.go --
// Package m is in the style of gorm.
//
//denorm:columns gorm
package m

type Base struct {
	Code  string `+"`gorm:\"primaryKey\"`"+`
	Cents int
}

//denorm:collection items
type Item struct {
	Base   `+"`gorm:\"embeddedPrefix:b_\"`"+`
	UserIDs string
	APIURL string `+"`gorm:\"column:api;not null\"`"+`
	Skip   chan int `+"`gorm:\"-\"`"+`
	Over   string `+"`db:\"over_there\"`"+`
	Conf   map[string]int `+"`gorm:\"serializer:json\"`"+`
}
`)
	expect(t, models["Item"], `
	table .items key Code
	Code b_code text string json=b_code
	Cents b_cents int int json=b_cents
	UserIDs user_ids text string json=user_ids
	APIURL api text string json=api
	Over over_there text string json=over_there
	Conf conf json map[string]int json=conf`)

	models = mustResolve(t, `
-- bun/bun.go --
package bun

type BaseModel struct{}
-- b.go --
//denorm:columns bun
package m

import "example.com/m/bun"

//denorm:collection users
type User struct {
	bun.BaseModel `+"`bun:\"table:app.people,alias:u\"`"+`
	Number int64 `+"`bun:\"no,pk,autoincrement\"`"+`
	Name  string `+"`bun:\",notnull\"`"+`
	Tags  []string `+"`bun:\",array\"`"+`
	Count int `+"`bun:\",scanonly\"`"+`
	//denorm:belongsto BossNo
	Boss  *User `+"`bun:\"rel:belongs-to,join:boss_no=no\"`"+`
	BossNo *int64
}
`)
	expect(t, models["User"], `
	table app.people key Number
	Number no int int64 json=no
	Name name text string json=name
	Tags tags array []string json=tags
	BossNo boss_no int *int64 null json=boss_no
	Boss belongsto User BossNo->Number json=boss`)
}

func TestNames(t *testing.T) {
	for goForm, snake := range map[string]string{
		"ID": "id", "UserID": "user_id", "UserIDs": "user_ids", "HTTPServer": "http_server", "APIURL": "api_url",
		"URLs": "urls", "CreatedAt": "created_at", "UTF8Name": "utf8_name", "SHA256": "sha256", "HTMLTitle": "html_title",
		"A": "a", "IsISBN": "is_isbn", "AlbumId": "album_id", "Address2": "address2", "DVDs": "dvds", "XCoord": "x_coord",
	} {
		if got := snakeName(goForm); got != snake {
			t.Errorf("snakeName(%s) = %s, want %s", goForm, got, snake)
		}
	}
	for snake, goForm := range map[string]string{
		"id": "ID", "user_ids": "UserIDs", "book_cards": "BookCards", "api_url": "APIURL", "created_at": "CreatedAt",
		"books": "Books", "http2": "Http2", "2nd": "X2nd", "": "",
	} {
		if got := goName(snake); got != goForm {
			t.Errorf("goName(%s) = %s, want %s", snake, got, goForm)
		}
	}
	for one, many := range map[string]string{
		"book": "books", "category": "categories", "day": "days", "box": "boxes", "address": "addresses", "branch": "branches", "y": "ys",
	} {
		if got := plural(one); got != many {
			t.Errorf("plural(%s) = %s, want %s", one, got, many)
		}
	}
}

func TestTableNames(t *testing.T) {
	for text, want := range map[string]Table{
		"books":                 {Name: "books"},
		"public.books":          {Schema: "public", Name: "books"},
		`"my schema"."a.b"`:     {Schema: "my schema", Name: "a.b"},
		`"say ""hi"""`:          {Name: `say "hi"`},
		`Sales."Order Details"`: {Schema: "Sales", Name: "Order Details"},
	} {
		if got, why := parseTable(text); got != want || why != "" {
			t.Errorf("parseTable(%s) = %v, %q", text, got, why)
		}
	}
	for _, text := range []string{"", ".", "a.", "a.b.c", `"a`, `"a"b`, "a b", "a;b"} {
		if got, why := parseTable(text); why == "" {
			t.Errorf("parseTable(%q) = %v", text, got)
		}
	}
}
