package model

import (
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/directive"
)

// resolveRelations finds what ties the rows of each relation together. Those that others build on
// come first: a join table's model is read through its belongsto, a via through its steps.
func (r *resolver) resolveRelations() {
	stage := func(wanted func(*relationField) bool, resolve func(*relationField) bool) {
		for _, d := range r.declared {
			for _, x := range d.relations {
				if x.state == unresolved && wanted(x) {
					r.settle(x, resolve(x))
				}
			}
		}
	}
	stage(func(x *relationField) bool { return x.rel.Kind == BelongsTo || x.line == nil }, r.resolveDirect)
	stage(func(x *relationField) bool { return x.rel.Kind == HasOne || x.rel.Kind == HasMany }, r.resolveDirect)
	stage(func(x *relationField) bool { return x.rel.Kind == ManyToMany }, r.resolveManyToMany)
	stage(func(x *relationField) bool { return x.rel.Kind == Via }, func(x *relationField) bool {
		r.resolveVia(x)
		return x.state == resolved
	})
	for _, d := range r.declared {
		r.resolveView(d)
		for _, x := range d.relations {
			if x.state == resolved {
				continue
			}
			if !x.optional {
				d.fail(x.f.name)
			}
			d.entity.Relations = slices.DeleteFunc(d.entity.Relations, func(rel *Relation) bool { return rel == x.rel })
		}
	}
}

func (r *resolver) settle(x *relationField, ok bool) {
	x.state = failed
	if ok {
		x.state = resolved
		x.rel.WhenOn = whenOn(x.rel.Kind)
		r.checkList(x)
	}
}

// checkList reports a list that can hold one row at most: its key would make one row of many.
func (r *resolver) checkList(x *relationField) {
	target := x.rel.Target
	free := func(key *Column) bool { return !slices.Contains(x.rel.Foreign, key) }
	if x.rel.Kind != HasMany || len(target.Key) == 0 || slices.ContainsFunc(target.Key, free) {
		return
	}
	at := x.f.span
	if x.line != nil {
		at = x.line.VerbSpan
	}
	fields := make([]string, len(target.Key))
	for i, key := range target.Key {
		fields[i] = key.Field
	}
	x.d.fail(x.f.name)
	r.report.Errorf(CodeRelationShape, at, "%s.%s can hold one %s at most: %s is the whole key of %s",
		x.d.entity.Name, x.f.name, target.Name, strings.Join(fields, ","), target.Name).
		WithRelated(target.Span, "%s is declared here", target.Name).
		WithHelp("name all key fields of %s, as in //denorm:key %s,Field, or make the field a *%s with //denorm:hasone",
			target.Name, strings.Join(fields, ","), target.Name)
}

// whenOn says which row holds the foreign key.
func whenOn(kind RelationKind) Side {
	switch kind {
	case BelongsTo:
		return OnSource
	case HasOne, HasMany:
		return OnTarget
	case ManyToMany:
		return OnJoin
	default:
		return ""
	}
}

// resolveDirect resolves a relation without a join table.
func (r *resolver) resolveDirect(x *relationField) bool {
	if x.line == nil {
		return r.resolveInferred(x)
	}
	holder, referred := x.d, x.target
	if x.rel.Kind != BelongsTo {
		holder, referred = x.target, x.d
	}
	var keys []*Column
	named := true
	if len(x.line.Pos) > 0 {
		keys, named = r.namedColumns(holder, x.line.Pos[0])
	}
	refs, ok := r.referredColumns(x, referred)
	if !ok || !named {
		return false
	}
	if len(x.line.Pos) > 0 {
		if len(keys) != len(refs) {
			r.report.Errorf(CodeForeignKeyLength, x.line.Pos[0].Span, "%s: the number of fields is %d, but %s(%s), which they point at, has %d",
				x.label(), len(keys), referred.entity.Name, fieldList(refs), len(refs)).
				WithHelp("name one field of %s for each of %s, in that order", holder.entity.Name, fieldList(refs))
			return false
		}
	} else {
		readings := r.readings(holder.entity, x.prefix(), referred.entity, refs)
		if len(readings) != 1 {
			return r.reportReadings(x, holder, referred, readings)
		}
		keys = readings[0]
	}
	return r.tie(x, holder, keys, referred, refs)
}

// prefix is the name from which a foreign key's is formed.
func (x *relationField) prefix() string {
	if x.rel.Kind == BelongsTo {
		return x.f.name
	}
	return x.d.entity.Name
}

// resolveInferred finds the one reading of a field without a directive: a foreign key of this model
// before one of the target.
func (r *resolver) resolveInferred(x *relationField) bool {
	if len(x.target.entity.Key) == 0 && !x.many {
		return false // reported as a model without key
	}
	if !x.many {
		x.rel.Kind = BelongsTo
		readings := r.readings(x.d.entity, x.f.name, x.target.entity, x.target.entity.Key)
		if len(readings) == 1 {
			return r.tie(x, x.d, readings[0], x.target, x.target.entity.Key)
		}
		if len(readings) > 1 || r.failedForeignKey(x.d, x.f.name) {
			return r.reportReadings(x, x.d, x.target, readings)
		}
	}
	x.rel.Kind = HasOne
	if x.many {
		x.rel.Kind = HasMany
	}
	if len(x.d.entity.Key) == 0 {
		return false
	}
	readings := r.readings(x.target.entity, x.d.entity.Name, x.d.entity, x.d.entity.Key)
	if len(readings) == 1 {
		return r.tie(x, x.target, readings[0], x.d, x.d.entity.Key)
	}
	return r.reportReadings(x, x.target, x.d, readings)
}

// referredColumns are what the foreign key points at: ref=, else the key.
func (r *resolver) referredColumns(x *relationField, referred *declared) ([]*Column, bool) {
	if ref, ok := x.lookup("ref"); ok {
		cols, ok := r.namedColumns(referred, ref)
		if !ok {
			return nil, false
		}
		for _, c := range cols {
			switch c.Form {
			case FormJSON, FormArray, FormRaw, FormFloat:
				r.report.Errorf(CodeRefType, ref.Span, "%s.%s of type %s cannot be pointed at", referred.entity.Name, c.Field, c.Type).
					WithRelated(c.Span, "it is declared here").
					WithHelp("name a field with a unique index")
				return nil, false
			}
		}
		return cols, true
	}
	key := referred.entity.Key
	return key, len(key) > 0
}

// namedColumns resolves a list of field names.
func (r *resolver) namedColumns(d *declared, arg directive.Arg) ([]*Column, bool) {
	var list []*Column
	ok := true
	for _, w := range arg.Words() {
		c := d.entity.column(w.Text)
		if c == nil {
			ok = false
			if !d.failed[w.Text] {
				diagnostic := r.unknownField(d.entity, w.Span, w.Text)
				diagnostic.WithRelated(d.entity.Span, "%s is declared here", d.entity.Name)
			}
			continue
		}
		if slices.Contains(list, c) {
			r.report.Errorf(CodeFieldTwice, w.Span, "%s is named twice", w.Text).WithHelp("remove one of them")
			ok = false
			continue
		}
		list = append(list, c)
	}
	return list, ok && len(list) > 0
}

// tie enters the pairs of columns that are equal where rows belong together.
func (r *resolver) tie(x *relationField, holder *declared, keys []*Column, referred *declared, refs []*Column) bool {
	ok := true
	for i := range keys {
		ok = r.checkForeignKey(x, holder, keys[i], referred, refs[i]) && ok
	}
	x.rel.Local, x.rel.Foreign = keys, refs
	if x.rel.Kind != BelongsTo {
		x.rel.Local, x.rel.Foreign = refs, keys
	}
	return ok
}

func fieldList(columns []*Column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Field
	}
	return strings.Join(names, ",")
}
