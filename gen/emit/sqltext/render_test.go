package sqltext_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/emit/sqltext"
	"github.com/denormgen/denormgen/gen/expr"
	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

func ref(alias, column string) plan.Ref { return plan.Ref{Alias: alias, Column: column} }

func column(alias, name string) plan.Item {
	r := ref(alias, name)
	return plan.Item{Column: &r}
}

func named(alias, column, name string) plan.Item {
	r := ref(alias, column)
	return plan.Item{Column: &r, Name: name}
}

func equal(a, x, b, y string) plan.Condition {
	return plan.Condition{Equal: &plan.Equal{Left: ref(a, x), Right: ref(b, y)}}
}

func predicate(e expr.Expr, self string) plan.Condition {
	return plan.Condition{Predicate: &plan.Predicate{Expr: e, Self: self, Through: "j"}}
}

func roots() plan.Source { return plan.Source{Alias: "t", Roots: true} }

func table(alias, name string, on ...plan.Condition) plan.Source {
	return plan.Source{Alias: alias, Table: &model.Table{Name: name}, On: on}
}

func left(s plan.Source) plan.Source { s.Left = true; return s }

// collection has every construct of a plan at least once.
func collection(t testing.TB) *plan.Collection {
	loader := func(s *plan.Select) *plan.Loader { return &plan.Loader{Select: s} }
	return &plan.Collection{
		Roots: plan.Roots{
			Table:  model.Table{Schema: "public", Name: "rows"},
			Key:    []string{"id", "tenant"},
			Filter: parse(t, `B || N > 3`, expr.WantBool),
		},
		Loaders: []*plan.Loader{loader(toOne(t)), loader(plain(t)), loader(ranked()), loader(set()), loader(direct(t))},
		Depends: depends(t),
	}
}

// toOne joins a belongsto and a hasone to the roots and counts.
func toOne(t testing.TB) *plan.Select {
	count := &plan.Number{
		Func: model.Count, Self: "n1",
		From:  []plan.Source{table("n1", "reviews")},
		Where: []plan.Condition{equal("n1", "row_id", "t", "id"), predicate(parse(t, `B && N >= 3`, expr.WantBool), "n1")},
	}
	sum := &plan.Number{
		Func: model.Sum, Value: parse(t, `N * F`, expr.WantNumber), Self: "n2", Through: "j",
		From:  []plan.Source{table("j", "links"), table("n2", "lines", equal("n2", "id", "j", "line_id"))},
		Where: []plan.Condition{equal("j", "row_id", "t", "id")},
	}
	least := &plan.Number{
		Func: model.Min, Value: parse(t, `N`, expr.WantNumber), Self: "n3",
		From: []plan.Source{table("n3", "lines")}, Where: []plan.Condition{equal("n3", "row_id", "t", "id")},
	}
	return &plan.Select{
		Items: []plan.Item{
			column("t", "id"), column("t", "tenant"), column("t", "title"), column("t", "publisher_id"),
			column("a1", "id"), column("a1", "name"), column("a2", "id"), column("a2", "a\"b`c"), column("a2", "order"),
			{Number: count}, {Number: sum}, {Number: least}, column("t", "created_at"),
		},
		From: []plan.Source{
			roots(),
			left(table("a1", "publishers", equal("a1", "id", "t", "publisher_id"))),
			left(table("a2", "covers", equal("a2", "row_id", "t", "id"), equal("a2", "tenant", "t", "tenant"),
				predicate(parse(t, `S == "front" && (B || C)`, expr.WantBool), "a2"),
				plan.Condition{Lowest: &plan.Lowest{
					Table: model.Table{Name: "covers"}, Alias: "l2", Of: "a2", Key: []string{"id", "tenant"},
					On: []plan.Condition{equal("l2", "row_id", "t", "id"), predicate(parse(t, `S == "front"`, expr.WantBool), "l2")},
				}})),
		},
		Order: []plan.OrderTerm{{Ref: ref("t", "id")}, {Ref: ref("t", "tenant")}},
	}
}

// plain is a to-many path in every order that NULLs can have.
func plain(t testing.TB) *plan.Select {
	return &plan.Select{
		Items: []plan.Item{column("a1", "id"), column("t", "id")},
		From:  []plan.Source{roots(), table("j", "row_authors", equal("j", "row_id", "t", "id")), table("a1", "authors", equal("a1", "id", "j", "author_id"))},
		Where: []plan.Condition{predicate(parse(t, `through.Role == "editor"`, expr.WantBool), "a1"), predicate(parse(t, `N > 1`, expr.WantBool), "a1")},
		Order: []plan.OrderTerm{
			{Ref: ref("t", "id")},
			{Ref: ref("a1", "a"), Nullable: true},
			{Ref: ref("a1", "b"), Nullable: true, Desc: true},
			{Ref: ref("a1", "c"), Nullable: true, Nulls: "last"},
			{Ref: ref("a1", "d"), Nullable: true, Nulls: "first"},
			{Ref: ref("a1", "e"), Nullable: true, Desc: true, Nulls: "first"},
			{Ref: ref("a1", "f"), Nullable: true, Desc: true, Nulls: "last"},
			{Ref: ref("a1", "g"), Nulls: "last", Desc: true},
			{Ref: ref("a1", "id")},
		},
	}
}

// direct finds rows by a column that holds the roots' key.
func direct(t testing.TB) *plan.Select {
	key := ref("j", "row_id")
	return &plan.Select{
		Items: []plan.Item{column("a1", "id"), column("j", "row_id")},
		From:  []plan.Source{table("j", "row_authors"), table("a1", "authors", equal("a1", "id", "j", "author_id"))},
		Where: []plan.Condition{{Listed: &key}, predicate(parse(t, `N > 1`, expr.WantBool), "a1")},
		Order: []plan.OrderTerm{{Ref: key}, {Ref: ref("a1", "id")}},
	}
}

// ranked has a limit per parent.
func ranked() *plan.Select {
	order := []plan.OrderTerm{{Ref: ref("a1", "created_at"), Desc: true, Nullable: true}, {Ref: ref("a1", "id")}}
	inner := &plan.Select{
		Items: []plan.Item{
			named("t", "id", "p0"), named("a1", "id", "c0"),
			{Name: "rank", Rank: &plan.Rank{Partition: []plan.Ref{ref("t", "id"), ref("t", "tenant")}, Order: order}},
		},
		From: []plan.Source{roots(), table("a1", "reviews", equal("a1", "row_id", "t", "id"))},
	}
	return &plan.Select{
		Items: []plan.Item{column("r1", "c0"), column("a1", "text"), column("r1", "p0")},
		From:  []plan.Source{{Alias: "r1", Inner: inner}, table("a1", "reviews", equal("a1", "id", "r1", "c0"))},
		Where: []plan.Condition{{RankAtMost: &plan.RankAtMost{Ref: ref("r1", "rank"), Max: 10}}},
		Order: []plan.OrderTerm{{Ref: ref("r1", "p0")}, {Ref: ref("r1", "rank")}},
	}
}

// set is a path of two hops where each row comes once.
func set() *plan.Select {
	hops := &plan.Select{
		Items: []plan.Item{column("h1", "track_id"), column("h1", "tenant")},
		From:  []plan.Source{table("h1", "albums"), {Alias: "h2", Table: &model.Table{Schema: "s", Name: "x"}}},
		Where: []plan.Condition{equal("h1", "row_id", "t", "id")},
	}
	one := &plan.Select{Items: []plan.Item{column("h3", "id")}, From: []plan.Source{table("h3", "tracks")}}
	return &plan.Select{
		Items: []plan.Item{column("a1", "id"), column("t", "id")},
		From: []plan.Source{roots(), table("a1", "tracks",
			plan.Condition{In: &plan.InSelect{Refs: []plan.Ref{ref("a1", "id"), ref("a1", "tenant")}, Select: hops}},
			plan.Condition{In: &plan.InSelect{Refs: []plan.Ref{ref("a1", "id")}, Select: one}})},
	}
}

func TestRender(t *testing.T) {
	for _, dialect := range dialects() {
		statements, err := sqltext.Render(collection(t), dialect)
		if err != nil {
			t.Fatal(err)
		}
		r := statements.Roots
		parts := append([]string{"-- roots\n" + r.Table + "\n" + strings.Join(r.Key, ", ") + "\n" + r.Filter}, statements.Loaders...)
		for _, d := range statements.Depends {
			parts = append(parts, fmt.Sprintf("-- %s.%s (%s) %q by %s\n-- old: %s\n-- new: %s\n%s", d.Table.Schema, d.Table.Name,
				strings.Join(d.Columns, ", "), d.Path, strings.Join(d.From, ", "), d.Old, d.New, d.Roots))
		}
		golden(t, "render."+dialect+".sql", strings.Join(parts, "\n\n")+"\n")
	}
}

func TestRenderErrors(t *testing.T) {
	if _, err := sqltext.Render(&plan.Collection{}, "oracle"); err == nil || !strings.Contains(err.Error(), `"oracle"`) {
		t.Error(err)
	}
	for name, s := range map[string]*plan.Select{
		"without items":    {From: []plan.Source{roots()}},
		"without a source": {Items: []plan.Item{column("t", "id")}},
		"no name":          {Items: []plan.Item{column("t", "a\nb")}, From: []plan.Source{roots()}},
		"without content":  {Items: []plan.Item{{}}, From: []plan.Source{roots()}},
		"function \"avg\"": {Items: []plan.Item{{Number: &plan.Number{Func: model.Avg}}}, From: []plan.Source{roots()}},
	} {
		c := &plan.Collection{Roots: plan.Roots{Table: model.Table{Name: "x"}, Key: []string{"id"}}, Loaders: []*plan.Loader{{Select: s}}}
		if got, err := sqltext.Render(c, sqltext.SQLite); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want an error with %q, got %v, %v", name, got, err)
		}
	}
}
