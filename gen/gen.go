// Package gen is the generator: it turns annotated packages into files. The stages load, model, plan and
// emit are each a function from one value to the next; this package strings them together.
package gen

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/emit/gocode"
	"github.com/denormgen/denormgen/gen/emit/sqltext"
	"github.com/denormgen/denormgen/gen/load"
	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/output"
	"github.com/denormgen/denormgen/gen/plan"
)

// Options says what to generate.
type Options struct {
	Dir      string   // where Patterns are relative to; the current directory by default
	Patterns []string // as for `go build`; "." by default
	Env      []string // environment of the go command; the process's own by default
	// Dialects to generate for every package, instead of those that it names itself. None for the
	// packages' own choice.
	Dialects []string
}

// Result is what a run came to. Plans, Files and Statements are empty where Report has errors.
type Result struct {
	Report *diag.Report
	Plans  []*plan.Plan  // by import path; packages without collections have none
	Files  []output.File // all that is wanted
	Dirs   []string      // folders of the packages asked for, where other output of ours is an orphan
	// Statements are the SQL of the plans' collections by dialect.
	Statements map[*plan.Collection]map[string]sqltext.Statements
}

// Run generates, without touching the disk. What is wrong with the user's packages stands in the
// result's Report; an error means that ctx has ended or that the generator itself is at fault.
func Run(ctx context.Context, options Options) (Result, error) {
	result := Result{Report: &diag.Report{}}
	packages := load.Load(ctx, load.Options{Dir: options.Dir, Patterns: options.Patterns, Env: options.Env}, result.Report)
	if err := ctx.Err(); err != nil {
		return result, fmt.Errorf("loading packages: %w", err)
	}
	result.Dirs = requested(packages)
	schema := model.Resolve(packages, result.Report)
	if result.Report.HasErrors() {
		return result, nil
	}
	var plans []*plan.Plan
	for _, pkg := range schema.Packages {
		if len(options.Dialects) > 0 {
			pkg.Dialects = slices.Compact(slices.Sorted(slices.Values(options.Dialects)))
		}
		plans = append(plans, plan.Build(pkg, result.Report))
	}
	if result.Report.HasErrors() {
		return result, nil
	}
	result.Statements = make(map[*plan.Collection]map[string]sqltext.Statements)
	for _, p := range plans {
		if err := ctx.Err(); err != nil {
			return result, fmt.Errorf("generating code: %w", err)
		}
		files, err := result.render(p)
		if err != nil {
			return result, fmt.Errorf("generating code of package %s: %w", p.Package.Path, err)
		}
		result.Files = append(result.Files, files...)
	}
	result.Plans = plans
	return result, nil
}

func requested(packages []*load.Package) []string {
	var dirs []string
	for _, pkg := range packages {
		if pkg.Requested && pkg.Dir != "" {
			dirs = append(dirs, pkg.Dir)
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// render makes the files of one package.
func (r *Result) render(p *plan.Plan) ([]output.File, error) {
	sql := make(map[string]map[*plan.Collection]gocode.Statements)
	for _, dialect := range p.Package.Dialects {
		sql[dialect] = make(map[*plan.Collection]gocode.Statements)
		for _, c := range p.Collections {
			text, err := sqltext.Render(c, dialect)
			if err != nil {
				return nil, fmt.Errorf("collection %s, SQL of %s: %w", c.Declared.Name, dialect, err)
			}
			if r.Statements[c] == nil {
				r.Statements[c] = make(map[string]sqltext.Statements)
			}
			r.Statements[c][dialect] = text
			sql[dialect][c] = gocode.Statements{
				RootsTable:  text.Roots.Table,
				RootsKey:    text.Roots.Key,
				RootsFilter: text.Roots.Filter,
				Loaders:     text.Loaders,
				Depends:     dependencies(text.Depends),
			}
		}
	}
	rendered, err := gocode.Render(p, sql)
	if err != nil {
		return nil, err
	}
	files := make([]output.File, len(rendered))
	for i, file := range rendered {
		files[i] = output.File{Path: filepath.Join(p.Package.Dir, file.Name), Content: file.Content}
	}
	return files, nil
}

// dependencies hands what one emitter rendered to the other; neither knows the other's types.
func dependencies(rendered []sqltext.Dependency) []gocode.Dependency {
	list := make([]gocode.Dependency, len(rendered))
	for i, d := range rendered {
		list[i] = gocode.Dependency{
			Table: d.Table, Path: d.Path, Columns: d.Columns, From: d.From, Old: d.Old, New: d.New, Roots: d.Roots,
		}
		for _, j := range d.Joins {
			list[i].Joins = append(list[i].Joins, gocode.Join(j))
		}
	}
	return list
}
