package relay

import (
	"slices"
	"testing"

	"github.com/denormgen/denormgen/runtime/capture"
)

// TestInstalled lets real triggers log.
func TestInstalled(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		if x.memory() {
			t.Skip("capture is not installed in memory")
		}
		for _, table := range []string{"denorm_plans", "denorm_layouts"} {
			x.exec(`DELETE FROM "` + table + `"`)
		}
		plan := x.plan("books")
		plan.Depends[1].Old, plan.Depends[1].New = x.dialect.text(`OLD."name" <> 'hidden'`), x.dialect.text(`NEW."name" <> 'hidden'`)
		_, err := capture.Install(x.ctx(), x.db.DB, capture.Dialect(x.dialect), "test", []capture.Plan{plan}, capture.Options{})
		x.check(err)
		x.check(x.feed.PlansChanged(x.ctx()))
		at := x.poll(x.feed).Head
		for _, step := range []struct {
			does string
			want []string
		}{
			{`INSERT INTO "authors" ("id", "name") VALUES (7, 'hidden'), (8, 'Ann')`, nil},
			{`INSERT INTO "books" ("id", "title", "author_id") VALUES (1, 'a', 7), (2, 'b', 8), (3, 'c', NULL)`, []string{"books 1", "books 2", "books 3"}},
			{`UPDATE "authors" SET "name" = 'Bob' WHERE "id" = 8`, []string{"books 2"}},
			{`UPDATE "authors" SET "name" = 'Eve' WHERE "id" = 7`, []string{"books 1"}},
			{`UPDATE "authors" SET "name" = 'Eve' WHERE "id" = 7`, nil},
			{`UPDATE "books" SET "author_id" = 8 WHERE "id" = 3`, []string{"books 3"}},
			{`UPDATE "books" SET "id" = 30 WHERE "id" = 3`, []string{"books 3", "books 30"}},
			{`DELETE FROM "books" WHERE "id" = 1`, []string{"books 1"}},
		} {
			x.exec(step.does)
			x.drain(x.feed)
			got, to := x.read(x.feed, at)
			slices.Sort(got)
			if !slices.Equal(got, step.want) {
				t.Fatalf("%s: the events are %q, want %q", step.does, got, step.want)
			}
			at = to
		}
	})
}
