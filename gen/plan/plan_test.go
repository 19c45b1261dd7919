package plan_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen"
	"github.com/denormgen/denormgen/gen/plan"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite testdata; the run fails all the same")

// TestDependencies holds what a change of every column means for the documents of two schemas.
func TestDependencies(t *testing.T) {
	for name, pkg := range map[string]string{
		"bookstore": "github.com/denormgen/denormgen/example/bookstore/models",
		"chinook":   "github.com/denormgen/denormgen/internal/chinook/models",
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, name+".depends.txt", dependencies(planned(t, pkg)))
		})
	}
}

// TestLoaders holds how the rows of every loader find their place.
func TestLoaders(t *testing.T) {
	golden(t, "bookstore.loaders.txt", loaders(planned(t, "github.com/denormgen/denormgen/example/bookstore/models")))
}

func planned(t *testing.T, pkg string) *plan.Plan {
	t.Helper()
	result, err := gen.Run(context.Background(), gen.Options{Patterns: []string{pkg}})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range result.Report.Sorted() {
		t.Fatalf("%s: %s", d.Primary, d.Message)
	}
	if len(result.Plans) != 1 {
		t.Fatalf("%d plans, want 1", len(result.Plans))
	}
	return result.Plans[0]
}

func dependencies(p *plan.Plan) string {
	var out strings.Builder
	for _, c := range p.Collections {
		fmt.Fprintf(&out, "%s\n", c.Declared.Name)
		for _, d := range c.Depends {
			path := d.Path
			if path == "" {
				path = "(root)"
			}
			fmt.Fprintf(&out, "  %s(%s) %s: %s\n", d.Table.Name, strings.Join(d.Columns, ","), d.Reason, path)
			if d.Guard != nil {
				fmt.Fprintf(&out, "    if %s\n", d.Guard)
			}
			for _, hop := range d.Hops {
				fmt.Fprintf(&out, "    %s(%s) -> %s(%s)",
					hop.From.Name, strings.Join(hop.FromColumns, ","), hop.To.Name, strings.Join(hop.ToColumns, ","))
				if hop.Filter != nil {
					fmt.Fprintf(&out, " where %s", hop.Filter)
				}
				if hop.Pair != nil {
					fmt.Fprintf(&out, " with %s", hop.Pair)
				}
				out.WriteByte('\n')
			}
		}
	}
	return out.String()
}

func loaders(p *plan.Plan) string {
	var out strings.Builder
	for _, c := range p.Collections {
		fmt.Fprintf(&out, "%s\n", c.Declared.Name)
		for _, l := range c.Loaders {
			fmt.Fprintf(&out, "  %d %s", l.Index, l.Name)
			if l.Parent != nil {
				fmt.Fprintf(&out, " below %s", l.Parent.Name)
			}
			fmt.Fprintf(&out, ", a row is a %s, known by %s", l.Element.Name, identity(l.OwnID))
			for _, id := range l.ParentID {
				fmt.Fprintf(&out, " in %s", identity(id))
			}
			for _, f := range l.Attach {
				fmt.Fprintf(&out, " .%s", f.Name)
			}
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// identity prints the items that an identity is read from.
func identity(id plan.ID) string {
	var items []string
	if id.Through != nil {
		items = append(items, "link "+identity(*id.Through))
	}
	for _, read := range id.Reads {
		items = append(items, fmt.Sprint(read.Item))
	}
	return "(" + strings.Join(items, " ") + ")"
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	want, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	if string(want) == got {
		return
	}
	t.Errorf("%s differs (-want +got):\n%s", path, cmp.Diff(string(want), got))
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Error(err)
		}
	}
}
