package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
)

func field(name string, through bool) *expr.Column {
	return &expr.Column{Field: name, Name: strings.ToLower(name), Through: through, Type: expr.Bool}
}

func either(x, y expr.Expr) expr.Expr { return &expr.Binary{Op: expr.Or, X: x, Y: y, Type: expr.Bool} }

func text(e expr.Expr) string {
	if e == nil {
		return ""
	}
	return e.String()
}

func TestSplit(t *testing.T) {
	row, further, link := field("Row", false), field("Further", false), field("Link", true)
	for _, test := range []struct {
		whole           expr.Expr
		row, link, both string
	}{
		{nil, "", "", ""},
		{row, "Row", "", ""},
		{link, "", "Link", ""},
		{and(and(row, link), further), "Row && Further", "Link", ""},
		{and(either(row, link), row), "Row", "", "Row || through.Link"},
		{and(row, either(row, further)), "Row && (Row || Further)", "", ""},
		{&expr.Literal{Type: expr.Bool, Bool: true}, "true", "", ""},
	} {
		gotRow, gotLink, gotBoth := split(test.whole)
		if text(gotRow) != test.row || text(gotLink) != test.link || text(gotBoth) != test.both {
			t.Errorf("%s: %q, %q, %q", text(test.whole), text(gotRow), text(gotLink), text(gotBoth))
		}
	}
}

// house is an entity whose columns are those of its key and then others.
func house(name, key string, others ...string) *model.Entity {
	e := &model.Entity{Name: name, Table: model.Table{Name: strings.ToLower(name)}}
	for _, column := range append([]string{key}, others...) {
		e.Columns = append(e.Columns, &model.Column{Field: column, Name: column})
	}
	e.Key = e.Columns[:1]
	return e
}

func (e *Dependency) text() string {
	out := fmt.Sprintf("%s(%s) %q %s", e.Table.Name, strings.Join(e.Columns, ","), e.Path, e.Reason)
	if e.View {
		out += " unwatched"
	}
	if e.Guard != nil {
		out += " if " + e.Guard.String()
	}
	out += ": " + strings.Join(e.From, ",")
	for _, hop := range e.Hops {
		out += fmt.Sprintf(" -> %s(%s)", hop.To.Name, strings.Join(hop.ToColumns, ","))
		if hop.Filter != nil {
			out += " where " + hop.Filter.String()
		}
	}
	return out
}

// column is one of an entity by its name.
func column(e *model.Entity, name string) *model.Column {
	for _, c := range e.Columns {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func listOf(d *depender) string {
	var lines []string
	for _, e := range d.list {
		lines = append(lines, e.text())
	}
	return strings.Join(lines, "\n")
}

// A view's rows are found by what they read, directly where the key of that is all that is needed.
func TestViewDependencies(t *testing.T) {
	film, actor := house("Film", "id", "title"), house("Actor", "id", "name")
	stats := house("Stats", "film_id", "best_id", "total")
	stats.View = []model.Read{{Entity: film, Field: column(stats, "film_id")}, {Entity: actor, Field: column(stats, "best_id")}}
	root := place{table: stats.Table, entity: stats, from: []string{"film_id"}, guard: field("Total", false)}
	d := &depender{}
	d.add(root, Shown, "total")
	if got, want := listOf(d), strings.TrimSpace(`
stats(total) "" shown unwatched if Total: film_id
film(id,title) "(view)" view: id
actor(id,name) "(view)" view: id -> stats(best_id)`); got != want {
		t.Errorf("as a root:\n%s\nwant\n%s", got, want)
	}
	below := place{
		table: stats.Table, entity: stats, path: "Stats", from: []string{"film_id"},
		hops: []Hop{{From: stats.Table, FromColumns: []string{"film_id"}, To: film.Table, ToColumns: []string{"id"}}},
	}
	d = &depender{}
	d.add(below, Shown, "total")
	d.add(below, Shown, "film_id")
	if got, want := listOf(d), strings.TrimSpace(`
stats(film_id,total) "Stats" shown unwatched: film_id -> film(id)
film(id,title) "Stats (view)" view: id -> film(id)
actor(id,name) "Stats (view)" view: id -> stats(best_id) -> film(id)`); got != want {
		t.Errorf("below a root:\n%s\nwant\n%s", got, want)
	}
	if below.hops[0].From != stats.Table {
		t.Error("the view's own hops were changed")
	}
}

// The same relation twice on the way gives two places.
func TestViaTwice(t *testing.T) {
	node := house("Node", "id", "parent_id")
	up := &model.Relation{
		Name: "Up", Kind: model.BelongsTo, Source: node, Target: node,
		Local: []*model.Column{column(node, "parent_id")}, Foreign: node.Key,
	}
	via := &model.Relation{Name: "Far", Kind: model.Via, Source: node, Target: node, Steps: []*model.Relation{up, up, up}}
	d := &depender{}
	d.relation(step{relation: via, path: "Far"}, place{table: node.Table, entity: node, from: []string{"id"}})
	if got, want := listOf(d), strings.TrimSpace(`
node(parent_id) "Far (via Up) (reference)" linked: id
node(id) "Far (via Up)" linked: id -> node(parent_id)
node(parent_id) "Far (via Up.Up) (reference)" linked: id -> node(parent_id)
node(id) "Far (via Up.Up)" linked: id -> node(parent_id) -> node(parent_id)
node(parent_id) "Far (reference)" linked: id -> node(parent_id) -> node(parent_id)
node(id) "Far" linked: id -> node(parent_id) -> node(parent_id) -> node(parent_id)`); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Conditions guard the row that they are about and filter it on the way from below.
func TestConditions(t *testing.T) {
	book, author, award := house("Book", "id"), house("Author", "id", "alive"), house("Award", "id", "author_id")
	link := house("Link", "book_id", "author_id", "editor")
	author.Where = field("Alive", false)
	link.Where = field("Valid", false)
	authors := &model.Relation{
		Name: "Authors", Kind: model.ManyToMany, Source: book, Target: author, Local: book.Key, Foreign: author.Key,
		Join: &model.JoinTable{Table: link.Table, Local: []string{"book_id"}, Foreign: []string{"author_id"}, Through: link},
		When: field("Editor", true), WhenOn: model.OnJoin,
	}
	awards := &model.Relation{
		Name: "Awards", Kind: model.HasOne, Source: author, Target: award, Local: author.Key, Foreign: award.Columns[1:],
		When: field("Won", false), WhenOn: model.OnTarget,
	}
	where := and(field("First", true), either(field("Young", false), field("Old", true)))
	top := place{table: book.Table, entity: book, from: []string{"id"}, guard: field("Open", false)}
	for _, lifted := range []bool{false, true} {
		d := &depender{}
		at, _ := d.relation(step{relation: authors, path: "Authors", where: where, lifted: lifted}, top)
		d.relation(step{relation: awards, path: "Authors.Awards"}, at)
		want := `
book(id) "Authors (reference)" linked if Open: id
link(author_id,book_id) "Authors (link)" linked if Editor && First && Valid: book_id -> book(id) where Open
link(editor,first,old,valid) "Authors (link)" filter if Editor && First && Valid: book_id -> book(id) where Open
author(id) "Authors" linked if Alive: id -> link(author_id) where Editor && First && Valid -> book(id) where Open
author(alive,young) "Authors" filter if Alive: id -> link(author_id) where Editor && First && Valid -> book(id) where Open
author(id) "Authors.Awards (reference)" linked if Alive: id -> link(author_id) where Editor && First && Valid -> book(id) where Open
award(author_id,id) "Authors.Awards" linked if Won: author_id -> author(id) where Alive -> link(author_id) where Editor && First && Valid -> book(id) where Open
award(won) "Authors.Awards" filter if Won: author_id -> author(id) where Alive -> link(author_id) where Editor && First && Valid -> book(id) where Open`
		if lifted {
			want = strings.NewReplacer(" && Valid", "", ",valid", "", " if Alive", "", " where Alive", "", "alive,", "").Replace(want)
		}
		if got, want := listOf(d), strings.TrimSpace(want); got != want {
			t.Errorf("lifted %t: got\n%s\nwant\n%s", lifted, got, want)
		}
	}
}

func TestWatches(t *testing.T) {
	table, other := model.Table{Name: "b"}, model.Table{Name: "a"}
	hops := []Hop{{From: table, FromColumns: []string{"x"}, To: other, ToColumns: []string{"id"}, Filter: field("F", false)}}
	again := []Hop{{From: table, FromColumns: []string{"x"}, To: other, ToColumns: []string{"id"}, Filter: field("F", false)}}
	depend := func(table model.Table, path, column string, guard expr.Expr, hops []Hop) *Dependency {
		return &Dependency{Table: table, Path: path, Columns: []string{column}, From: []string{"x"}, Guard: guard, Hops: hops}
	}
	c := &Collection{Depends: []*Dependency{
		depend(table, "Long path", "d", nil, hops), depend(table, "Way", "c", nil, again), depend(table, "Way", "e", nil, hops),
		depend(table, "Guarded", "c", field("G", false), hops), depend(other, "", "k", nil, nil), depend(other, "X (reference)", "k", nil, nil),
		depend(table, "Third", "f", nil, hops), depend(table, "Number four", "f", nil, hops),
		{Table: other, View: true, From: []string{"x"}},
	}}
	var got []string
	for _, w := range c.Watches() {
		got = append(got, fmt.Sprintf("%s %q %v", w.Table.Name, w.Path(), w.Columns))
	}
	want := []string{`a "" [k]`, `b "Guarded" [c]`, `b "Way, Third, Long path and 1 more" [c d e f]`}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}
