package model

import (
	"go/types"
	"iter"
	"slices"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/directive"
	"github.com/denormgen/denormgen/gen/load"
)

// declared is a model while it is being resolved.
type declared struct {
	entity    *Entity
	pkg       *load.Package
	obj       *types.TypeName
	fields    []*field
	embeds    []*types.TypeName // plain structs that the model embeds, outermost first
	style     string            // naming of untagged fields, "" for none
	tagTable  string            // table name from a struct tag
	relations []*relationField
	needed    []string // the relations that led here from a model with directives
	failed    map[string]bool
}

// show prints a type as the model's package writes it.
func (d *declared) show(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p.Path() == d.entity.Pkg {
			return ""
		}
		return p.Name()
	})
}

// fail remembers that a field was reported.
func (d *declared) fail(field string) { d.failed[field] = true }

// findModels declares the models that directives of requested packages name. Those that relations
// reach are declared on the way.
func (r *resolver) findModels() {
	for _, pkg := range r.packages {
		if !pkg.Requested {
			continue
		}
		list := r.directives(pkg)
		for i := range list {
			d := &list[i]
			switch {
			case d.Owner.Place == directive.OnType && isModelVerb(d.Verb):
				if obj, ok := pkg.Info.Defs[d.Owner.Type.Name].(*types.TypeName); ok {
					r.declare(obj)
				}
			case d.Owner.Place == directive.Detached && d.Verb == "collection":
				if of, ok := d.Lookup("of"); ok {
					if obj := r.lookupType(pkg, of.Value); obj != nil {
						r.declare(obj)
					}
				}
			}
		}
	}
}

func isModelVerb(verb string) bool { return verb == "table" || verb == "collection" || verb == "view" }

// declaresCollections tells whether a package has collections, or aggregates, which would need some.
func (r *resolver) declaresCollections(pkg *load.Package) bool {
	for _, d := range r.directives(pkg) {
		if d.Verb == "collection" || d.Verb == "aggregate" {
			return true
		}
	}
	return false
}

// isModel tells whether directives make a type a model.
func (r *resolver) isModel(obj *types.TypeName) bool {
	return r.byType[obj] != nil || r.isRoot(obj)
}

// isRoot tells whether a type's own directives make it a model.
func (r *resolver) isRoot(obj *types.TypeName) bool {
	return slices.ContainsFunc(r.onType[obj], func(d *directive.Directive) bool { return isModelVerb(d.Verb) })
}

// declare makes a type a model. It reports what cannot be one and returns nil then.
func (r *resolver) declare(obj *types.TypeName) *declared {
	if d, ok := r.byType[obj]; ok {
		return d
	}
	r.byType[obj] = nil
	pkg := r.byPath[obj.Pkg().Path()]
	at := r.objectSpan(obj)
	named := namedAs(obj.Type())
	if obj.IsAlias() {
		d := r.report.Errorf(CodeAliasModel, at, "%s is an alias of %s, which cannot be a model under a second name", obj.Name(), shortType(types.Unalias(obj.Type())))
		if named != nil {
			d.WithRelated(r.objectSpan(named.Obj()), "%s is declared here", named.Obj().Name())
		}
		d.WithHelp("put the directives above the struct itself, or declare a type of its own: type %s struct { ... }", obj.Name())
		return nil
	}
	if named == nil || pkg == nil {
		return nil
	}
	if named.TypeParams().Len() > 0 {
		r.report.Errorf(CodeGenericModel, at, "model %s has type parameters", obj.Name()).
			WithHelp("declare a struct without type parameters for each table; it may embed %s with arguments", obj.Name())
		return nil
	}
	if _, ok := named.Underlying().(*types.Struct); !ok {
		if isInvalid(named) {
			r.report.Errorf(CodeUnknownType, at, "model %s is not a valid type", obj.Name()).
				WithHelp("make the package compile but for what is still to be generated")
			return nil
		}
		r.report.Errorf(CodeModelNotStruct, at, "model %s is of type %s, not a struct", obj.Name(), shortType(named.Underlying())).
			WithHelp("a model mirrors a table: type %s struct { ... }", obj.Name())
		return nil
	}
	d := &declared{
		entity: &Entity{
			ID: obj.Pkg().Path() + "." + obj.Name(), Pkg: obj.Pkg().Path(), Name: obj.Name(), Span: at,
		},
		pkg:    pkg,
		obj:    obj,
		style:  r.columnStyle(pkg),
		failed: map[string]bool{},
	}
	r.byType[obj] = d
	r.byEntity[d.entity] = d
	r.declared = append(r.declared, d)
	r.checkExported(d)
	return d
}

// checkExported rejects a root that is not exported, unless its document is given a name.
func (r *resolver) checkExported(d *declared) {
	if d.obj.Exported() {
		return
	}
	for _, line := range r.onType[d.obj] {
		if _, named := line.Lookup("doc"); line.Verb == "collection" && !named {
			r.report.Errorf(CodeUnexportedModel, d.entity.Span, "%s has documents, but is not exported", d.entity.Name).
				WithHelp("rename it to %s, or name its documents: doc=%sDoc", goName(d.entity.Name), goName(d.entity.Name))
			return
		}
	}
}

// pending yields the models in order of discovery, those that are declared meanwhile included.
func (r *resolver) pending() iter.Seq[*declared] {
	return func(yield func(*declared) bool) {
		for i := 0; i < len(r.declared); i++ {
			if !yield(r.declared[i]) {
				return
			}
		}
	}
}

// within runs a step for one model; what it reports says how the model was reached.
func (r *resolver) within(d *declared, step func()) {
	if len(d.needed) == 0 {
		step()
		return
	}
	outer := r.report
	r.report = &diag.Report{}
	step()
	found := r.report
	r.report = outer
	for _, problem := range found.Sorted() {
		r.adopt(problem).WithPath(append(slices.Clone(d.needed), problem.Path...)...)
	}
}

// adopt enters a diagnostic that another report holds.
func (r *resolver) adopt(d *diag.Diagnostic) *diag.Diagnostic {
	into := r.report.Errorf(d.Code, d.Primary, "%s", d.Message)
	*into = *d
	return into
}

// resolveEntity works out everything about a model that does not depend on other models.
func (r *resolver) resolveEntity(d *declared) {
	r.flatten(d)
	r.resolveTable(d)
	for _, f := range d.fields {
		r.resolveField(d, f)
	}
	r.checkColumns(d)
	r.resolveKey(d)
}

// onModel returns the first directive of that verb above a model's struct.
func (r *resolver) onModel(d *declared, verb string) *directive.Directive {
	return firstOf(r.onType[d.obj], verb)
}

func firstOf(list []*directive.Directive, verb string) *directive.Directive {
	for _, d := range list {
		if d.Verb == verb {
			return d
		}
	}
	return nil
}

// columnStyle returns what `//denorm:columns` says in a package's doc comment.
func (r *resolver) columnStyle(pkg *load.Package) string {
	for _, d := range r.directives(pkg) {
		if d.Owner.Place == directive.OnPackage && d.Verb == "columns" && len(d.Pos) > 0 {
			return d.Pos[0].Value
		}
	}
	return ""
}

// checkColumns reports columns that two fields claim, and a model without any.
func (r *resolver) checkColumns(d *declared) {
	e := d.entity
	first := map[string]*Column{}
	e.Columns = slices.DeleteFunc(e.Columns, func(c *Column) bool {
		if other, ok := first[c.Name]; ok {
			r.report.Errorf(CodeDuplicateColumn, c.Span, "%s.%s and %s.%s are both column %s", e.Name, other.Field, e.Name, c.Field, c.Name).
				WithRelated(other.Span, "%s is declared here", other.Field).
				WithHelp("give one of them another column, or leave it out with `db:\"-\"`")
			d.fail(c.Field)
			return true
		}
		first[c.Name] = c
		return false
	})
	if len(e.Columns) == 0 && len(d.failed) == 0 {
		r.report.Errorf(CodeNoColumns, e.Span, "model %s has no columns", e.Name).
			WithHelp("tag its fields, as in `db:\"id\"`, or write //denorm:columns snake above the package clause")
	}
}

// describePackage collects what the schema says about a package besides its collections.
func (r *resolver) describePackage(pkg *load.Package) *Package {
	out := &Package{
		Path: pkg.Path, Name: pkg.Name, Dir: pkg.Dir,
		Dialects: r.dialects(pkg),
		Taken:    map[string]diag.Span{},
		Methods:  map[string]diag.Span{},
	}
	r.collectTaken(pkg, out)
	seen := map[*Entity]bool{}
	add := func(e *Entity) {
		if seen[e] {
			return
		}
		seen[e] = true
		out.Entities = append(out.Entities, e)
	}
	for _, d := range r.declared {
		if d.pkg == pkg {
			add(d.entity)
		}
	}
	for i := 0; i < len(out.Entities); i++ {
		e := out.Entities[i]
		for _, rel := range e.Relations {
			if rel.Target != nil {
				add(rel.Target)
			}
			if rel.Join != nil && rel.Join.Through != nil {
				add(rel.Join.Through)
			}
		}
		for _, read := range e.View {
			add(read.Entity)
		}
	}
	return out
}
