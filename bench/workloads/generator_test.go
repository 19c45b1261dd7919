package workloads

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/bench/measure"
)

// BenchmarkG2Generator generates code for 100 models, of which denormgen makes ten collections and ent its client, by programs
// that are built and with the go command's caches warm.
func BenchmarkG2Generator(b *testing.B) {
	shops, collections := brief(20, 2), 10
	tools := b.TempDir()
	build := func(name, path string) string {
		file := filepath.Join(tools, name)
		if err := command(".", "go", "build", "-o", file, path); err != nil {
			b.Fatal(err)
		}
		return file
	}
	denormgen, ent := build("denormgen", "github.com/denormgen/denormgen/cmd/denormgen"), build("ent", "entgo.io/ent/cmd/ent")
	models, schema := shopFolders(b, shops, collections)
	measure.Interleave(b, measure.Case{Workload: "G2", Size: shops * len(shopModels())},
		measure.Run{Name: "denormgen", Do: func() error { return command(models, denormgen) }},
		measure.Run{Name: "ent", Do: func() error { return command(schema, ent, "generate", ".") }})
	for folder, made := range map[string]string{models: "denorm.gen.go", filepath.Dir(schema): "client.go"} {
		if _, err := os.Stat(filepath.Join(folder, made)); err != nil {
			b.Errorf("nothing was generated: %v", err)
		}
	}
}

// command runs a program in a folder. What it prints is in the error.
func command(folder, name string, args ...string) error {
	run := exec.Command(name, args...)
	run.Dir = folder
	if output, err := run.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, output)
	}
	return nil
}

// shopModels are the models of one shop, both as a struct and as a schema. # is the number of the shop.
func shopModels() []struct{ head, fields, relations, schema, edges string } {
	return []struct{ head, fields, relations, schema, edges string }{
		{
			"Order#", "CustomerID int64; Status string; Total int64; Remark *string; CreatedAt time.Time; Weight float64; Gift bool",
			"Customer *Customer#; Lines []Line#; Payments []Payment#",
			`field.Int64("customer_id"), field.String("status"), field.Int64("total"), field.String("remark").Optional().Nillable(), field.Time("created_at"), field.Float("weight"), field.Bool("gift")`,
			`edge.To("customer", Customer#.Type).Field("customer_id").Unique().Required(), edge.To("lines", Line#.Type), edge.To("payments", Payment#.Type)`,
		},
		{
			"Customer#", "Name string; Email string; Street string; City string; Country *string", "",
			`field.String("name"), field.String("email"), field.String("street"), field.String("city"), field.String("country").Optional().Nillable()`, "",
		},
		{
			"Line#", "Order#ID int64; ProductID int64; Position int; Quantity int; Price int64", "Product *Product#",
			`field.Int64("order_id"), field.Int64("product_id"), field.Int("position"), field.Int("quantity"), field.Int64("price")`,
			`edge.From("order", Order#.Type).Ref("lines").Field("order_id").Unique().Required(), edge.To("product", Product#.Type).Field("product_id").Unique().Required()`,
		},
		{
			"Product#", "Name string; Description *string; Price int64; Picture []byte", "",
			`field.String("name"), field.String("description").Optional().Nillable(), field.Int64("price"), field.Bytes("picture")`, "",
		},
		{
			"Payment#", "Order#ID int64; Amount int64; Method string; PaidAt time.Time", "",
			`field.Int64("order_id"), field.Int64("amount"), field.String("method"), field.Time("paid_at")`,
			`edge.From("order", Order#.Type).Ref("payments").Field("order_id").Unique().Required()`,
		},
	}
}

// shopFolders writes both forms into folders of this module, so that its dependencies do for them.
func shopFolders(b *testing.B, shops, collections int) (models, schema string) {
	b.Helper()
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		b.Fatal(err)
	}
	top, err := os.MkdirTemp("testdata", "shops")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(top) })
	models, schema = filepath.Join(top, "models"), filepath.Join(top, "ent", "schema")
	for _, folder := range []string{models, schema} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			b.Fatal(err)
		}
	}
	head := "// Package models is a shop.\n//\n//denorm:columns snake\npackage models\n"
	if err := os.WriteFile(filepath.Join(models, "doc.go"), []byte(head), 0o644); err != nil {
		b.Fatal(err)
	}
	for n := range shops {
		structs := "package models\n\nimport \"time\"\n"
		types := "package schema\n\nimport (\n\t\"entgo.io/ent\"\n\t\"entgo.io/ent/schema/edge\"\n\t\"entgo.io/ent/schema/field\"\n)\n"
		for _, m := range shopModels() {
			if n < collections && m.head == "Order#" {
				structs += "\n//denorm:collection orders#\n//denorm:include Customer omit=Email\n//denorm:include Lines order=Position\n" +
					"//denorm:include Lines.Product\n//denorm:include Payments where=\"Amount > 0\"\n//denorm:count Lines as=LineCount"
			}
			structs += "\ntype " + m.head + " struct {\n\tID int64\n\t" + m.fields + "\n\t" + m.relations + "\n}\n"
			types += "\ntype " + m.head + " struct{ ent.Schema }\n\nfunc (" + m.head + ") Fields() []ent.Field {\n\treturn []ent.Field{field.Int64(\"id\"), " +
				m.schema + "}\n}\n\nfunc (" + m.head + ") Edges() []ent.Edge {\n\treturn []ent.Edge{" + m.edges + "}\n}\n"
		}
		types += "\nvar _ = edge.To\n"
		for file, text := range map[string]string{
			filepath.Join(models, fmt.Sprintf("shop%d.go", n)): structs, filepath.Join(schema, fmt.Sprintf("shop%d.go", n)): types,
		} {
			if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "#", fmt.Sprint(n))), 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	return models, schema
}
