package golden

import (
	"bytes"
	"fmt"
	"go/format"
	"path"
	"text/template"

	"github.com/denormgen/denormgen/gen"
	"github.com/denormgen/denormgen/gen/model"
)

// program is the source of one binary that loads the documents of all scenarios from one database.
//
// It reads {scenario: statements} from standard input and writes {scenario: {collection: documents}}
// to standard output. On the way it checks what holds for every collection: that All, GetMany, GetJSON
// and Page agree, that clones are equal, and that a batch costs as many queries as promised. Of aggregates it writes {key: document}.
var program = template.Must(template.New("main").Parse(`package main

import (
	"example.test/harness"
	{{range .}}{{.Alias}} "{{.Path}}"
	{{end}}
)

func main() {
	harness.Main(map[string][]harness.Collection{
		{{range .}}"{{.Name}}": {
			{{$alias := .Alias}}{{range .Collections}}harness.Of("{{.Name}}", {{.Queries}}, {{$alias}}.New{{.Accessor}}),
			{{end}}{{range .Aggregates}}harness.Aggregate("{{.Name}}", {{printf "%#v" .Keys}}, {{$alias}}.New{{.Accessor}}),
			{{end}}
		},
		{{end}}
	})
}
`))

type programPackage struct {
	Name, Alias, Path string
	Collections       []programCollection
	Aggregates        []*model.Aggregate
}

type programCollection struct {
	Name, Accessor string
	Queries        int
}

// mainProgram writes the program for the plans of a run.
func mainProgram(result gen.Result) ([]byte, error) {
	var packages []programPackage
	for i, p := range result.Plans {
		pkg := programPackage{
			Name:  path.Clean(p.Package.Path[len(module)+1:]),
			Alias: fmt.Sprintf("s%d", i+1),
			Path:  p.Package.Path,
		}
		for _, c := range p.Collections {
			pkg.Collections = append(pkg.Collections, programCollection{
				Name: c.Declared.Name, Accessor: c.Declared.Accessor, Queries: len(c.Loaders),
			})
		}
		for _, a := range p.Aggregates {
			pkg.Aggregates = append(pkg.Aggregates, a.Declared)
		}
		packages = append(packages, pkg)
	}
	var out bytes.Buffer
	if err := program.Execute(&out, packages); err != nil {
		return nil, err
	}
	return format.Source(out.Bytes())
}
