package load

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
	"golang.org/x/tools/go/packages"
)

// Options says what to load.
type Options struct {
	Dir      string   // where patterns are relative to; the current directory by default
	Patterns []string // as for `go build`; "." by default
	Env      []string // environment of the go command; the process's own by default
}

// mode leaves out NeedDeps: imports come from export data, which is ten times faster.
const mode = packages.NeedName | packages.NeedFiles | packages.NeedSyntax |
	packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedModule

// Load reads the packages that the patterns name, and those of the same module which they import and
// which have models. Problems go to the report: parse errors, patterns without packages, packages
// without Go files or module. Type errors do not, they are kept with their package. The result holds
// what could be read, requested packages first, each by import path.
func Load(ctx context.Context, options Options, report *diag.Report) []*Package {
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		report.Errorf(CodeLoad, diag.Span{File: options.Dir}, "finding the directory: %v", err).
			WithHelp("run denormgen in a folder that exists")
		return nil
	}
	patterns := options.Patterns
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	found := scan(dir, patterns)
	cfg := &packages.Config{
		Context:   ctx,
		Dir:       dir,
		Mode:      mode,
		Env:       options.Env,
		ParseFile: parseFile,
	}
	loaded, err := packages.Load(cfg, found.patterns()...)
	if err != nil {
		reportLoad(err, dir, patterns, report)
		return nil
	}
	if len(loaded) == 0 {
		reportNothing(dir, patterns, report)
	}
	var list []*Package
	for _, p := range loaded {
		requested := !found.extra[p.PkgPath]
		if !reportPackage(p, dir, found, report) {
			continue
		}
		if name := userPackageName(p); name != "" && name != p.Name {
			recheck(p, name)
		}
		if requested {
			warnLeftOut(p, report)
		}
		list = append(list, convert(p, requested))
		list[len(list)-1].Broken = !parses(p) || importCycle(p) != nil
	}
	slices.SortStableFunc(list, func(a, b *Package) int {
		if a.Requested != b.Requested {
			if a.Requested {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Path, b.Path)
	})
	return list
}

func convert(p *packages.Package, requested bool) *Package {
	out := &Package{
		Path:       p.PkgPath,
		Name:       p.Name,
		Fset:       p.Fset,
		Types:      p.Types,
		Info:       p.TypesInfo,
		Requested:  requested,
		TypeErrors: p.TypeErrors,
	}
	if p.Module != nil {
		out.ModulePath = p.Module.Path
	}
	for _, f := range p.Syntax {
		name := p.Fset.PositionFor(f.FileStart, false).Filename
		if isOwnName(name) && len(f.Decls) == 0 || !slices.Contains(p.GoFiles, name) { // cgo's output is elsewhere
			continue
		}
		out.Files = append(out.Files, f)
		out.FileNames = append(out.FileNames, name)
	}
	if len(p.GoFiles) > 0 {
		out.Dir = filepath.Dir(p.GoFiles[0])
	}
	return out
}

// reportNothing tells why patterns match no package at all.
func reportNothing(dir string, patterns []string, report *diag.Report) {
	what := strings.Join(patterns, " ")
	if _, ok := findModule(dir); !ok {
		report.Errorf(CodeNoModule, diag.Span{File: dir}, "loading %s: there is no go.mod here or above", what).
			WithHelp(helpModule)
		return
	}
	report.Errorf(CodeNoPackage, diag.Span{File: dir}, "loading %s: no packages match", what).WithHelp(helpPackage)
}

func reportLoad(err error, dir string, patterns []string, report *diag.Report) {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		report.Errorf(CodeCanceled, diag.Span{}, "loading packages: %v", err).WithHelp("run it again, with more time")
		return
	}
	text := strings.TrimSpace(err.Error())
	if i := strings.Index(text, "stderr: "); i >= 0 {
		text = strings.TrimSpace(text[i+len("stderr: "):])
	}
	report.Errorf(CodeLoad, diag.Span{File: dir}, "loading %s: %s", strings.Join(patterns, " "), text).
		WithHelp("`go list %s` in this folder shows the same", strings.Join(patterns, " "))
}
