package gen_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen"
	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/emit/gocode"
	"github.com/denormgen/denormgen/gen/emit/sqltext"
	"github.com/denormgen/denormgen/gen/load"
	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/output"
	"github.com/denormgen/denormgen/gen/plan"
)

// BenchmarkGenerate measures runs of the generator for all dialects with the go command's caches warm,
// and where their time goes. On two cores, a run is to take less than 0.5 s for 100 models with ten
// collections, and less than 1.5 s for 100 collections of five types.
func BenchmarkGenerate(b *testing.B) {
	for _, size := range []struct {
		name               string
		shops, collections int
	}{
		{"collections=10", 20, 10},
		{"collections=100", 100, 100},
	} {
		b.Run(size.name, func(b *testing.B) {
			dir := module(b, size.shops, size.collections)
			b.Run("run", func(b *testing.B) { benchmarkRun(b, dir) })
			benchmarkStages(b, dir)
		})
	}
}

func benchmarkRun(b *testing.B, dir string) {
	result := run(b, dir)
	changes, err := output.Changes(result.Files, result.Dirs)
	if err != nil {
		b.Fatal(err)
	}
	if err := output.Write(changes); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		result := run(b, dir)
		changes, err := output.Changes(result.Files, result.Dirs)
		if err != nil {
			b.Fatal(err)
		}
		if stale := output.Stale(changes); len(stale) > 0 {
			b.Fatalf("%s differs from run to run", stale[0].Path)
		}
	}
	lines := 0
	for _, file := range result.Files {
		lines += strings.Count(string(file.Content), "\n")
	}
	b.ReportMetric(float64(lines), "lines")
}

func run(b *testing.B, dir string) gen.Result {
	b.Helper()
	result, err := gen.Run(context.Background(), gen.Options{Dir: dir, Patterns: []string{"./..."}})
	if err != nil {
		b.Fatal(err)
	}
	sound(b, result.Report)
	return result
}

func sound(b *testing.B, report *diag.Report) {
	b.Helper()
	if problems := report.Sorted(); len(problems) > 0 {
		b.Fatalf("%d diagnostics, the first of which is: %s: %s", len(problems), problems[0].Primary, problems[0].Message)
	}
}

// benchmarkStages measures each stage by itself, on what the one before it returned.
func benchmarkStages(b *testing.B, dir string) {
	report := &diag.Report{}
	options := load.Options{Dir: dir, Patterns: []string{"./..."}}
	packages := load.Load(context.Background(), options, report)
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			load.Load(context.Background(), options, report)
		}
	})
	schema := model.Resolve(packages, report)
	b.Run("model", func(b *testing.B) {
		for b.Loop() {
			model.Resolve(packages, report)
		}
	})
	sound(b, report)
	p := plan.Build(schema.Packages[0], report)
	b.Run("plan", func(b *testing.B) {
		for b.Loop() {
			plan.Build(schema.Packages[0], report)
		}
	})
	b.Run("sql", func(b *testing.B) {
		for b.Loop() {
			renderSQL(b, p)
		}
	})
	sql := renderSQL(b, p)
	b.Run("go", func(b *testing.B) {
		for b.Loop() {
			if _, err := gocode.Render(p, sql); err != nil {
				b.Fatal(err)
			}
		}
	})
	files := run(b, dir).Files
	b.Run("changes", func(b *testing.B) {
		for b.Loop() {
			if _, err := output.Changes(files, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func renderSQL(b *testing.B, p *plan.Plan) map[string]map[*plan.Collection]gocode.Statements {
	b.Helper()
	sql := map[string]map[*plan.Collection]gocode.Statements{}
	for _, dialect := range p.Package.Dialects {
		sql[dialect] = map[*plan.Collection]gocode.Statements{}
		for _, c := range p.Collections {
			text, err := sqltext.Render(c, dialect)
			if err != nil {
				b.Fatal(err)
			}
			sql[dialect][c] = gocode.Statements{
				RootsTable: text.Roots.Table, RootsKey: text.Roots.Key, RootsFilter: text.Roots.Filter, Loaders: text.Loaders,
			}
		}
	}
	return sql
}

// module writes a module of shops, each of five models in a file of its own; the first so many shops have
// a collection, whose document has a type for each of the models.
func module(b *testing.B, shops, collections int) string {
	b.Helper()
	dir := b.TempDir()
	files := map[string]string{"go.mod": "module example.com/shops\n\ngo 1.26\n"}
	for i := range shops {
		head := ""
		if i < collections {
			head = collection
		}
		files[fmt.Sprintf("shop%d.go", i)] = strings.ReplaceAll("package shops\n\nimport \"time\"\n"+head+shop, "_N", fmt.Sprint(i))
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

const collection = `
// Order_N is what a customer has ordered.
//
//denorm:collection orders_N where="Status != \"cancelled\" && Total > 0"
//denorm:include Customer omit=Email
//denorm:include Lines order="Position"
//denorm:include Lines.Product
//denorm:include Payments where="Amount > 0" order="PaidAt desc" limit=10
//denorm:count Lines as=LineCount
//denorm:sum Payments.Amount as=Paid`

const shop = `
type Order_N struct {
	ID         int64      ` + "`db:\"id\"`" + `
	CustomerID int64      ` + "`db:\"customer_id\"`" + `
	Status     string     ` + "`db:\"status\"`" + `
	Total      int64      ` + "`db:\"total\"`" + `
	Remark     *string    ` + "`db:\"remark\"`" + `
	CreatedAt  time.Time  ` + "`db:\"created_at\"`" + `
	ShippedAt  *time.Time ` + "`db:\"shipped_at\"`" + `
	Weight     float64    ` + "`db:\"weight\"`" + `
	Gift       bool       ` + "`db:\"gift\"`" + `

	Customer *Customer_N
	Lines    []Line_N
	Payments []Payment_N
}

type Customer_N struct {
	ID      int64   ` + "`db:\"id\"`" + `
	Name    string  ` + "`db:\"name\"`" + `
	Email   string  ` + "`db:\"email\"`" + `
	Street  string  ` + "`db:\"street\"`" + `
	City    string  ` + "`db:\"city\"`" + `
	Country *string ` + "`db:\"country\"`" + `
}

type Line_N struct {
	ID        int64 ` + "`db:\"id\"`" + `
	Order_NID int64 ` + "`db:\"order_id\"`" + `
	ProductID int64 ` + "`db:\"product_id\"`" + `
	Position  int   ` + "`db:\"position\"`" + `
	Quantity  int   ` + "`db:\"quantity\"`" + `
	Price     int64 ` + "`db:\"price\"`" + `

	Product *Product_N
}

type Product_N struct {
	ID          int64   ` + "`db:\"id\"`" + `
	Name        string  ` + "`db:\"name\"`" + `
	Description *string ` + "`db:\"description\"`" + `
	Price       int64   ` + "`db:\"price\"`" + `
	Picture     []byte  ` + "`db:\"picture\"`" + `
}

type Payment_N struct {
	ID        int64     ` + "`db:\"id\"`" + `
	Order_NID int64     ` + "`db:\"order_id\"`" + `
	Amount    int64     ` + "`db:\"amount\"`" + `
	Method    string    ` + "`db:\"method\"`" + `
	PaidAt    time.Time ` + "`db:\"paid_at\"`" + `
}
`
