package gocode

import (
	"bytes"
	"go/format"

	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/output"
)

const (
	runtimePath = "github.com/denormgen/denormgen/runtime"
	testPath    = runtimePath + "/denormtest"
	wirePath    = runtimePath + "/wire"
	jsonPath    = runtimePath + "/jsondoc"
)

// file is one file in the making.
type file struct {
	*renderer
	out     *jen.File
	imports map[string]string // names by path
}

func newFile(r *renderer) *file {
	f := &file{
		renderer: r,
		out:      jen.NewFilePathName(r.plan.Package.Path, r.plan.Package.Name),
		imports:  map[string]string{},
	}
	f.out.HeaderComment(output.Header)
	f.out.NoFormat = true // render does it
	return f
}

// render returns the file, gofmt'ed.
func (f *file) render() ([]byte, error) {
	var b bytes.Buffer
	if err := f.out.Render(&b); err != nil {
		return nil, err
	}
	return format.Source(groupImports(b.Bytes()))
}

// add appends a declaration, with an empty line before it.
func (f *file) add(code ...jen.Code) { f.out.Add(code...).Line() }

// runtime refers to a name of the runtime package.
func (f *file) runtime(name string) *jen.Statement { return f.qual(runtimePath, name) }

// qual refers to a name of a package, unqualified if it is the package itself.
func (f *file) qual(path, name string) *jen.Statement {
	if path == "" {
		return jen.Id(name)
	}
	if path != f.plan.Package.Path && f.imports[path] == "" {
		f.importPackage(path)
	}
	return jen.Qual(path, name)
}

// spelled is how the file's text refers to a name of a package, for comments.
func (f *file) spelled(path, name string) string {
	if path == "" || path == f.plan.Package.Path {
		return name
	}
	f.qual(path, name)
	return f.imports[path] + "." + name
}
