package model

import (
	"go/types"
	"reflect"
	"slices"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/directive"
)

// relationField is a relation while it is being resolved.
type relationField struct {
	d      *declared
	f      *field
	line   *directive.Directive // nil for an inferred relation
	rel    *Relation
	target *declared
	many   bool
	state  relationState
	// optional tells that only another library calls it a relation: what cannot be inferred is no error.
	optional bool
}

type relationState int

const (
	unresolved relationState = iota
	resolving
	resolved
	failed
)

// at is where problems of the relation as a whole are shown.
func (x *relationField) at() diag.Span {
	if x.line != nil {
		return x.line.VerbSpan
	}
	return x.f.span
}

// label names the relation in messages: Book.Authors.
func (x *relationField) label() string { return x.d.entity.Name + "." + x.f.name }

// lookup returns an argument of the relation's directive.
func (x *relationField) lookup(key string) (directive.Arg, bool) {
	if x.line == nil {
		return directive.Arg{}, false
	}
	return x.line.Lookup(key)
}

func isRelationVerb(verb string) bool {
	switch RelationKind(verb) {
	case BelongsTo, HasOne, HasMany, ManyToMany:
		return true
	}
	return false
}

// relationLine returns the first relation directive of a field.
func relationLine(list []*directive.Directive) *directive.Directive {
	for _, d := range list {
		if isRelationVerb(d.Verb) {
			return d
		}
	}
	return nil
}

// relationTarget returns the struct that a field of type M, *M, []M or []*M leads to, nil for other
// types and for structs that are columns.
func relationTarget(t types.Type) (target *types.Named, many bool) {
	if slice, ok := types.Unalias(t).(*types.Slice); ok {
		t, many = slice.Elem(), true
	}
	t, _ = deref(t)
	named := namedAs(t)
	if named == nil || named.Obj().Pkg() == nil {
		return nil, false
	}
	if _, ok := named.Underlying().(*types.Struct); !ok {
		return nil, false
	}
	if _, why := classify(named); why == "" {
		return nil, false
	}
	return named, many
}

// addRelation takes in a field with a relation directive.
func (r *resolver) addRelation(d *declared, f *field, line *directive.Directive) {
	label := d.entity.Name + "." + f.name
	for _, other := range f.directives {
		if other != line && (isRelationVerb(other.Verb) || other.Verb == "json" || other.Verb == "array") {
			r.report.Errorf(CodeRelationTwice, other.VerbSpan, "%s is said to be %s and %s", label, line.Verb, other.Verb).
				WithRelated(line.VerbSpan, "said to be %s here", line.Verb).
				WithHelp("remove one of them; for a second reading of the same rows declare a second field")
			d.fail(f.name)
			return
		}
	}
	if isInvalid(f.typ) {
		r.unknownType(d, f)
		return
	}
	named, many := relationTarget(f.typ)
	if named == nil {
		r.report.Errorf(CodeRelationType, f.span, "%s of type %s leads to no model", label, d.show(f.typ)).
			WithRelated(line.VerbSpan, "said to be a relation here").
			WithHelp("a relation is a field of type *M, M, []M or []*M, M being a struct without a Scan method")
		d.fail(f.name)
		return
	}
	if kind := RelationKind(line.Verb); kind.Many() != many {
		r.shapeError(d, f, line, named, many)
		return
	}
	r.appendRelation(d, f, line, named, many)
}

// shapeError reports a list that is said to be one row, or the reverse.
func (r *resolver) shapeError(d *declared, f *field, line *directive.Directive, named *types.Named, many bool) {
	d.fail(f.name)
	name := d.show(named)
	diagnostic := r.report.Errorf(CodeRelationShape, line.VerbSpan, "%s is for %s, but %s.%s is of type %s",
		line.Verb, map[bool]string{true: "a list", false: "one row"}[!many], d.entity.Name, f.name, d.show(f.typ)).
		WithRelated(f.span, "%s is declared here", f.name)
	if many {
		diagnostic.WithHelp("make the field a *%s, or write //denorm:hasmany", name)
	} else {
		diagnostic.WithHelp("make the field a []%s, or write //denorm:belongsto or //denorm:hasone", name)
	}
}

// appendRelation declares the target, and enters the relation in the order of the fields; what ties the
// rows together is found when all models are known.
func (r *resolver) appendRelation(d *declared, f *field, line *directive.Directive, named *types.Named, many bool) {
	target := r.declareTarget(d, f, named)
	if target == nil {
		d.fail(f.name)
		return
	}
	if !r.isRoot(target.obj) && len(target.needed) == 0 && len(target.fields) == 0 && target != d {
		target.needed = append(slices.Clone(d.needed), "relation "+d.entity.Name+"."+f.name)
	}
	rel := &Relation{
		Name:   f.name,
		Source: d.entity,
		Target: target.entity,
		JSON:   f.json(snakeName(f.name)),
		Span:   f.span,
	}
	x := &relationField{d: d, f: f, line: line, rel: rel, target: target, many: many}
	x.optional = line == nil && f.tags.relation
	if line != nil {
		rel.Kind = RelationKind(line.Verb)
		if through, ok := line.Lookup("through"); ok {
			if obj := r.lookupType(d.pkg, through.Value); obj != nil {
				r.declare(obj)
			}
		}
		if _, ok := line.Lookup("via"); ok {
			rel.Kind = Via
		}
	}
	d.relations = append(d.relations, x)
	d.entity.Relations = append(d.entity.Relations, rel)
}

// declareTarget makes the struct that a relation leads to a model.
func (r *resolver) declareTarget(d *declared, f *field, named *types.Named) *declared {
	obj := named.Origin().Obj()
	if r.byPath[obj.Pkg().Path()] == nil {
		r.report.Errorf(CodeForeignModel, f.span, "%s.%s leads to %s, which is not in module %s", d.entity.Name, f.name, obj.Pkg().Path()+"."+obj.Name(), d.pkg.ModulePath).
			WithHelp("declare a model of that table in this module, or leave the field out with `db:\"-\"`")
		return nil
	}
	return r.declare(obj)
}

// inferRelation takes in a field without tag and directive whose type may be a model.
func (r *resolver) inferRelation(d *declared, f *field, named *types.Named, many bool) {
	obj := named.Origin().Obj()
	known := r.isModel(obj) || firstOf(r.onType[obj], "key") != nil
	if r.byPath[obj.Pkg().Path()] != nil && (known || r.inferable(d, f, named, many)) {
		r.appendRelation(d, f, nil, named, many)
		return
	}
	if f.tags.relation {
		return // of the other library; nobody said that it is one here
	}
	foreign := r.byPath[obj.Pkg().Path()] == nil
	if !known && !looksLikeModel(named) && (foreign || len(foreignKeyLines(d, f.name, named, many)) == 0) {
		_, why := classify(f.typ)
		r.unscannable(d, f, why, "")
		return
	}
	r.reportNoForeignKey(d, f, named, many, f.span)
}

// inferable tells by the names of the fields alone whether a foreign key may exist.
func (r *resolver) inferable(d *declared, f *field, named *types.Named, many bool) bool {
	has := func(fields []string, name string) bool {
		return slices.Contains(fields, name+"ID") || slices.Contains(fields, name+"Id")
	}
	theirs := structFieldNames(named)
	if !many && has(d.fieldNames(), f.name) || has(theirs, d.entity.Name) {
		return true
	}
	key := r.keyDirective(d)
	if key == nil || len(key.Pos) == 0 || !looksLikeModel(named) {
		return false
	}
	words := key.Pos[0].Words()
	return len(words) == 1 && slices.Contains(theirs, d.entity.Name+words[0].Text)
}

func (d *declared) fieldNames() []string {
	names := make([]string, 0, len(d.fields))
	for _, f := range d.fields {
		if f.v.Exported() {
			names = append(names, f.name)
		}
	}
	return names
}

// structFieldNames lists the exported fields of a struct, promoted ones included.
func structFieldNames(t types.Type) []string {
	return appendFieldNames(nil, t, 0)
}

func appendFieldNames(names []string, t types.Type, depth int) []string {
	st, ok := t.Underlying().(*types.Struct)
	if !ok || depth > 8 {
		return names
	}
	for v := range st.Fields() {
		if v.Embedded() {
			elem, _ := deref(v.Type())
			names = appendFieldNames(names, elem, depth+1)
		} else if v.Exported() {
			names = append(names, v.Name())
		}
	}
	return names
}

// looksLikeModel tells whether a struct has fields with column tags.
func looksLikeModel(named *types.Named) bool {
	st, ok := named.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for i := range st.NumFields() {
		tag := readTags(reflect.StructTag(st.Tag(i)), "")
		if tag.name != "" {
			return true
		}
	}
	return false
}
