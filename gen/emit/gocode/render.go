// Package gocode turns a plan into Go source by jennifer: document types, accessors, and the functions
// that assemble documents from rows. What it writes is gofmt'ed, imports no reflect, and is the same
// bytes for the same plan.
package gocode

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/denormgen/denormgen/gen/plan"
)

// File is one generated file. Its name has no directory: all files lie beside the models.
type File struct {
	Name    string
	Content []byte
}

// Statements is the SQL of one collection in one dialect.
type Statements struct {
	RootsTable  string   // quoted table of the root rows
	RootsKey    []string // its quoted key columns
	RootsFilter string   // condition on the roots, of alias t; empty for none
	Loaders     []string // one text per loader, in the order of the plan's
	Depends     []Dependency
}

// Render writes the files of one package: denorm.gen.go, one file per dialect, and the test that holds
// the number of queries. Sql has the statements of every collection by dialect name. No file names the
// generator's version, so that a newer one changes files only where their content differs.
//
// An error means that plan and sql do not fit together or that the result is no Go: a mistake of the
// generator rather than the user.
func Render(p *plan.Plan, sql map[string]map[*plan.Collection]Statements) ([]File, error) {
	if err := checkStatements(p, sql); err != nil {
		return nil, err
	}
	r := &renderer{plan: p, names: newNames(p), dialects: slices.Sorted(maps.Keys(sql))}
	jobs := []job{{name: "denorm.gen.go", chunks: r.mainChunks()}}
	for _, dialect := range r.dialects {
		jobs = append(jobs, job{name: "denorm_" + dialect + ".gen.go", chunks: r.dialectChunks(dialect, sql[dialect])})
	}
	jobs = append(jobs, job{name: "denorm_gen_test.go", chunks: r.testChunks()})
	return r.run(jobs)
}

// renderer holds what all files of a package share; it is not changed while files are written.
type renderer struct {
	plan     *plan.Plan
	names    *names
	dialects []string // sorted
}

// chunk adds some declarations to a file.
type chunk func(*file)

// job is a file to write.
type job struct {
	name   string
	chunks []chunk
}

// run renders all files at once, as many as there are processors.
func (r *renderer) run(jobs []job) ([]File, error) {
	files := make([]File, len(jobs))
	errs := make([]error, len(jobs))
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var group sync.WaitGroup
	for i, j := range jobs {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			f := newFile(r)
			for _, add := range j.chunks {
				add(f)
			}
			content, err := f.render()
			if err != nil {
				errs[i] = fmt.Errorf("rendering %s: %w", j.name, err)
			}
			files[i] = File{Name: j.name, Content: content}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// checkStatements makes sure that every dialect has one text for every loader.
func checkStatements(p *plan.Plan, sql map[string]map[*plan.Collection]Statements) error {
	for _, dialect := range slices.Sorted(maps.Keys(sql)) {
		if dialectConstant(dialect) == "" {
			return fmt.Errorf("emitting Go: unknown dialect %q", dialect)
		}
		for _, c := range p.Collections {
			statements, ok := sql[dialect][c]
			if !ok {
				return fmt.Errorf("emitting Go: collection %s has no statements for %s", c.Declared.Name, dialect)
			}
			if len(statements.Loaders) != len(c.Loaders) {
				return fmt.Errorf("emitting Go: collection %s has %d loaders but %d statements for %s",
					c.Declared.Name, len(c.Loaders), len(statements.Loaders), dialect)
			}
		}
	}
	return nil
}

// mainChunks is the content of denorm.gen.go.
func (r *renderer) mainChunks() []chunk {
	chunks := []chunk{(*file).runtimeGuard}
	for _, key := range r.plan.Keys {
		chunks = append(chunks, func(f *file) { f.keyType(key) })
	}
	for _, c := range r.plan.Collections {
		chunks = append(chunks, func(f *file) { f.collection(newCollection(c)) })
	}
	for _, a := range r.plan.Aggregates {
		chunks = append(chunks, func(f *file) { f.aggregate(a) })
	}
	return append(chunks, (*file).guards)
}
