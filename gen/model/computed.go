package model

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/denormgen/denormgen/gen/directive"
	"github.com/denormgen/denormgen/gen/load"
)

// resolveComputed finds the methods of models that become fields of documents.
func (r *resolver) resolveComputed() {
	owners := map[*types.TypeName]bool{}
	for _, d := range r.declared {
		owners[d.obj] = true
		for _, obj := range append([]*types.TypeName{d.obj}, d.embeds...) {
			owners[obj] = true
			pkg := r.byPath[obj.Pkg().Path()]
			if pkg == nil {
				continue
			}
			list := r.directives(pkg)
			for i := range list {
				line := &list[i]
				if line.Verb == "computed" && line.Owner.Func != nil && r.receiver(pkg, line.Owner.Func) == obj {
					r.addComputed(d, pkg, line)
				}
			}
		}
	}
	for _, pkg := range r.packages {
		if !pkg.Requested {
			continue
		}
		for _, line := range r.directives(pkg) {
			if line.Verb != "computed" || line.Owner.Func == nil {
				continue
			}
			if recv := r.receiver(pkg, line.Owner.Func); recv == nil {
				r.report.Errorf(CodeComputedOwner, line.VerbSpan, "%s is no method of a model", line.Owner.Func.Name.Name).
					WithHelp("write func (m *Model) %s() T, or set the value in a //denorm:transform", line.Owner.Func.Name.Name)
			} else if !owners[recv] {
				r.report.Errorf(CodeComputedOwner, line.VerbSpan, "%s is a method of %s, which is not a model", line.Owner.Func.Name.Name, recv.Name()).
					WithHelp("write //denorm:table TABLE above %s, or remove the directive", recv.Name())
			}
		}
	}
}

// receiver returns the type that a method belongs to, nil for a function.
func (r *resolver) receiver(pkg *load.Package, decl *ast.FuncDecl) *types.TypeName {
	ident := receiverType(decl)
	if ident == nil {
		return nil
	}
	obj, _ := pkg.Info.Uses[ident].(*types.TypeName)
	return obj
}

// addComputed takes in one method of d or of a struct that it embeds.
func (r *resolver) addComputed(d *declared, pkg *load.Package, line *directive.Directive) {
	decl := line.Owner.Func
	name := decl.Name.Name
	fn, ok := pkg.Info.Defs[decl.Name].(*types.Func)
	if !ok {
		return
	}
	at := r.span(pkg, decl.Name)
	label := d.entity.Name + "." + name
	if !decl.Name.IsExported() {
		r.report.Errorf(CodeComputedUnexported, at, "computed method %s is not exported", label).
			WithHelp("rename it to %s: it becomes a field of documents", goName(name))
		d.fail(name)
		return
	}
	found, _, _ := types.LookupFieldOrMethod(d.obj.Type(), true, d.obj.Pkg(), name)
	promoted, ok := found.(*types.Func)
	if !ok || promoted.Origin() != fn.Origin() {
		return // another method of that name hides it
	}
	sig := promoted.Signature() // with type arguments put in
	results := sig.Results()
	isError := func(i int) bool {
		return types.Identical(results.At(i).Type(), types.Universe.Lookup("error").Type())
	}
	valid := sig.Params().Len() == 0 && (results.Len() == 1 && !isError(0) || results.Len() == 2 && isError(1) && !isError(0))
	if !valid {
		r.report.Errorf(CodeComputedSignature, at, "computed method %s has the form %s", label, d.show(sig)).
			WithHelp("it takes nothing and returns a value, or a value and an error: func (%s) %s() T", d.show(sig.Recv().Type()), name)
		d.fail(name)
		return
	}
	result := results.At(0).Type()
	if isInvalid(result) {
		r.report.Errorf(CodeUnknownType, at, "computed method %s returns a type that was not found", label).
			WithHelp("make the package compile but for what is still to be generated")
		d.fail(name)
		return
	}
	_, pointer := deref(sig.Recv().Type())
	c := &Computed{
		Name: name, Type: r.typeOf(result), Errors: results.Len() == 2, Pointer: pointer,
		JSON: snakeName(name), Span: at,
	}
	if why := importProblem(c.Type, d.entity.Pkg); why != "" {
		r.report.Errorf(CodeTypeNotImportable, at, "documents cannot hold the value of %s: %s", label, why).
			WithHelp("return an exported type that %s can import", d.pkg.Name)
		d.fail(name)
	}
	w := newInputs(r, d)
	shown := w.method(pkg, decl)
	c.Body = w.source()
	if needs, ok := line.Lookup("needs"); ok {
		c.Needs, ok = r.namedColumns(d, needs)
		if !ok {
			d.fail(name)
		}
		if shown {
			r.checkNeeds(d, c, needs, w)
		}
	} else if !shown {
		w.explain(label, at)
		d.fail(name)
	} else {
		c.Needs = w.columns()
	}
	d.entity.Computed = append(d.entity.Computed, c)
}

// checkNeeds warns of columns that the body reads and needs= leaves out: they would be zero.
func (r *resolver) checkNeeds(d *declared, c *Computed, needs directive.Arg, w *inputs) {
	for _, col := range w.columns() {
		if !slices.Contains(c.Needs, col) {
			r.report.Warnf(CodeComputedNeeds, needs.Span, "%s.%s reads %s, which needs= does not name: it will be zero", d.entity.Name, c.Name, col.Field).
				WithRelated(c.Span, "the method is here").
				WithHelp("add %s, or leave needs= out: the body shows all that is read", col.Field)
		}
	}
}
