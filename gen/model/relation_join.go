package model

import (
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/directive"
)

// resolveManyToMany finds the join table and the columns of it that point at both ends.
func (r *resolver) resolveManyToMany(x *relationField) bool {
	through, hasThrough := x.lookup("through")
	switch {
	case hasThrough && len(x.line.Pos) > 0:
		r.report.Errorf(CodeManyToManyTable, x.line.Pos[0].Span, "%s names a join table and a model of one", x.label()).
			WithRelated(through.KeySpan, "the model is named here").
			WithHelp("keep through=%s: the model knows its table", through.Value)
		return false
	case !hasThrough && len(x.line.Pos) == 0:
		r.report.Errorf(CodeManyToManyTable, x.at(), "%s does not name its join table", x.label()).
			WithHelp("//denorm:manytomany %s_%s", snakeName(x.d.entity.Name), snakeName(x.f.name)).
			WithHelp("or, where the join table has a model: //denorm:manytomany through=MODEL")
		return false
	}
	local := x.d.entity.Key
	foreign, ok := r.referredColumns(x, x.target)
	if !ok || len(local) == 0 {
		return false
	}
	x.rel.Local, x.rel.Foreign = local, foreign
	if hasThrough {
		return r.joinThrough(x, through)
	}
	return r.joinBare(x)
}

// joinBare resolves a join table without a model, whose columns are named, not looked up.
func (r *resolver) joinBare(x *relationField) bool {
	table, why := parseTable(x.line.Pos[0].Value)
	if why != "" {
		r.report.Errorf(CodeTableName, x.line.Pos[0].Span, "%q is not the name of a table: %s", x.line.Pos[0].Value, why).
			WithHelp("%s", tableHelp())
		return false
	}
	if when, ok := x.lookup("when"); ok {
		r.report.Errorf(CodeWhenJoin, when.KeySpan, "%s: when= is about the join row, but %s has no model", x.label(), table.Name).
			WithHelp("declare a struct for %s and write through=MODEL in the place of the table's name", table.Name)
		return false
	}
	if !r.selfJoinSaid(x, []string{"//denorm:manytomany " + x.line.Pos[0].Value + " local=COLUMN foreign=COLUMN"}) {
		return false
	}
	join := &JoinTable{Table: table}
	var ok1, ok2 bool
	join.Local, ok1 = r.joinColumns(x, "local", x.d.entity, x.rel.Local)
	join.Foreign, ok2 = r.joinColumns(x, "foreign", x.target.entity, x.rel.Foreign)
	if !ok1 || !ok2 {
		return false
	}
	if slices.Equal(join.Local, join.Foreign) {
		at := x.at()
		if arg, ok := x.lookup("foreign"); ok {
			at = arg.Span
		}
		r.report.Errorf(CodeManyToManyColumns, at, "%s: %s points at both ends", x.label(), strings.Join(join.Local, ",")).
			WithHelp("local= points at %s, foreign= at %s: name two columns", x.d.entity.Name, x.target.entity.Name)
		return false
	}
	x.rel.Join = join
	return true
}

// selfJoinSaid reports a relation of a model to itself whose direction is not said.
func (r *resolver) selfJoinSaid(x *relationField, lines []string) bool {
	_, hasLocal := x.lookup("local")
	_, hasForeign := x.lookup("foreign")
	if x.d != x.target || hasLocal && hasForeign {
		return true
	}
	r.report.Errorf(CodeSelfManyToMany, x.at(), "%s leads to %s itself: which column is this row's, and which the other's?", x.label(), x.d.entity.Name).
		WithHelp("say it:\n%s", strings.Join(lines, "\n"))
	return false
}

// joinColumns reads local= or foreign=, by default <type>_id.
func (r *resolver) joinColumns(x *relationField, key string, end *Entity, refs []*Column) ([]string, bool) {
	arg, given := x.lookup(key)
	if !given {
		names := make([]string, len(refs))
		for i, ref := range refs {
			names[i] = ref.Name
			if isKeyName(ref.Field, end.Name) || len(refs) == 1 {
				names[i] = snakeName(end.Name) + "_id"
			}
		}
		return names, true
	}
	var names []string
	for _, w := range arg.Words() {
		names = append(names, w.Text)
	}
	if len(names) != len(refs) {
		r.report.Errorf(CodeForeignKeyLength, arg.Span, "%s: %s names %d columns, %s has %d that they point at: %s",
			x.label(), key, len(names), end.Name, len(refs), fieldList(refs)).
			WithHelp("name one column of the join table for each of %s, in that order", fieldList(refs))
		return nil, false
	}
	return names, true
}

// joinThrough resolves a join table with a model, whose foreign keys are inferred.
func (r *resolver) joinThrough(x *relationField, through directive.Arg) bool {
	obj := r.lookupType(x.d.pkg, through.Value)
	if obj == nil {
		d := r.report.Errorf(CodeUnknownModel, through.Span, "there is no model %q", through.Value)
		r.suggestModel(d, x.d.pkg, through.Span, through.Value)
		return false
	}
	link := r.byType[obj]
	if link == nil {
		return false // reported by declare
	}
	if link == x.d || link == x.target {
		r.report.Errorf(CodeManyToManyTable, through.Span, "%s: %s is one of the ends, not what lies between them", x.label(), through.Value).
			WithHelp("through= names the model of the join table")
		return false
	}
	ours, theirs := r.linkKeys(link, x.d.entity, x.rel.Local), r.linkKeys(link, x.target.entity, x.rel.Foreign)
	if !r.selfJoinSaid(x, selfLines(through.Value, ours)) {
		return false
	}
	local, ok1 := r.linkColumns(x, "local", link, x.d, x.rel.Local, ours)
	foreign, ok2 := r.linkColumns(x, "foreign", link, x.target, x.rel.Foreign, theirs)
	if !ok1 || !ok2 {
		return false
	}
	if slices.Equal(local, foreign) {
		r.report.Errorf(CodeManyToManyColumns, x.at(), "%s: %s.%s points at both ends", x.label(), link.entity.Name, fieldList(local)).
			WithHelp("local= points at %s, foreign= at %s: name two fields", x.d.entity.Name, x.target.entity.Name)
		return false
	}
	x.rel.Join = &JoinTable{Table: link.entity.Table, Local: columnNames(local), Foreign: columnNames(foreign), Through: link.entity}
	return true
}

// selfLines are both directions of a relation of a model to itself.
func selfLines(through string, keys [][]*Column) []string {
	line := func(local, foreign string) string {
		return "//denorm:manytomany through=" + through + " local=" + local + " foreign=" + foreign
	}
	if len(keys) != 2 {
		return []string{line("FIELD", "FIELD")}
	}
	return []string{line(fieldList(keys[0]), fieldList(keys[1])), line(fieldList(keys[1]), fieldList(keys[0]))}
}

// linkKeys lists the foreign keys of a join table's model that point at refs of end: those of its
// belongsto relations, and the one with the usual name.
func (r *resolver) linkKeys(link *declared, end *Entity, refs []*Column) [][]*Column {
	var list [][]*Column
	add := func(keys []*Column) {
		if !slices.ContainsFunc(list, func(have []*Column) bool { return slices.Equal(have, keys) }) {
			list = append(list, keys)
		}
	}
	for _, rel := range link.entity.Relations {
		if rel.Kind == BelongsTo && rel.Target == end && slices.Equal(rel.Foreign, refs) {
			add(rel.Local)
		}
	}
	for _, keys := range r.readings(link.entity, end.Name, end, refs) {
		add(keys)
	}
	return list
}

// linkColumns finds the columns of a join table's model that point at one end.
func (r *resolver) linkColumns(x *relationField, key string, link, end *declared, refs []*Column, found [][]*Column) ([]*Column, bool) {
	arg, given := x.lookup(key)
	if given {
		columns, ok := r.linkNamed(link, arg)
		if !ok {
			return nil, false
		}
		if len(columns) != len(refs) {
			r.report.Errorf(CodeForeignKeyLength, arg.Span, "%s: %s names %d fields, %s has %d that they point at: %s",
				x.label(), key, len(columns), end.entity.Name, len(refs), fieldList(refs)).
				WithHelp("name one field of %s for each of %s, in that order", link.entity.Name, fieldList(refs))
			return nil, false
		}
		found = [][]*Column{columns}
	}
	switch len(found) {
	case 1:
		for i, c := range found[0] {
			if !r.checkForeignKey(x, link, c, end, refs[i]) {
				return nil, false
			}
		}
		return found[0], true
	case 0:
		if r.failedForeignKey(link, end.entity.Name) {
			return nil, false
		}
		r.report.Errorf(CodeNoForeignKey, x.at(), "%s: %s has no foreign key to %s: there is no field %sID", x.label(), link.entity.Name, end.entity.Name, end.entity.Name).
			WithRelated(link.entity.Span, "%s is declared here", link.entity.Name).
			WithHelp("say which field of %s points at %s: %s=FIELD", link.entity.Name, end.entity.Name, key)
	default:
		diagnostic := r.report.Errorf(CodeAmbiguousRelation, x.at(), "%s: %s has %d foreign keys to %s", x.label(), link.entity.Name, len(found), end.entity.Name)
		for _, keys := range found {
			diagnostic.WithRelated(keys[0].Span, "%s is one", fieldList(keys))
			diagnostic.WithHelp("//denorm:manytomany through=%s %s=%s", link.entity.Name, key, fieldList(keys))
		}
	}
	return nil, false
}

// linkNamed resolves local= or foreign= against a join table's model: fields, or their columns.
func (r *resolver) linkNamed(link *declared, arg directive.Arg) ([]*Column, bool) {
	var list []*Column
	for _, w := range arg.Words() {
		c := link.entity.column(w.Text)
		if c == nil {
			i := slices.IndexFunc(link.entity.Columns, func(c *Column) bool { return c.Name == w.Text })
			if i < 0 {
				if !link.failed[w.Text] {
					r.unknownField(link.entity, w.Span, w.Text)
				}
				return nil, false
			}
			c = link.entity.Columns[i]
		}
		list = append(list, c)
	}
	return list, len(list) > 0
}

func columnNames(columns []*Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return names
}

// resolveVia resolves a chain of relations as one list. A step may be such a chain itself.
func (r *resolver) resolveVia(x *relationField) {
	if x.state != unresolved {
		return
	}
	x.state = resolving
	ok := r.viaSteps(x)
	r.settle(x, ok)
}

func (r *resolver) viaSteps(x *relationField) bool {
	via, _ := x.lookup("via")
	for _, key := range []string{"when", "ref"} {
		if arg, ok := x.lookup(key); ok {
			r.report.Errorf(CodeViaArgument, arg.KeySpan, "%s: %s= has no place beside via=", x.label(), key).
				WithHelp("put it on one of the relations that %s consists of", via.Value)
			return false
		}
	}
	if len(x.line.Pos) > 0 {
		r.report.Errorf(CodeViaArgument, x.line.Pos[0].Span, "%s: a foreign key has no place beside via=", x.label()).
			WithHelp("remove %s, or via=", x.line.Pos[0].Value)
		return false
	}
	at, offset := x.d, 0
	names := strings.Split(via.Value, ".")
	if len(names) < 2 {
		r.report.Errorf(CodeViaPath, via.Span, "%s: via=%s is one relation, two or more are needed", x.label(), via.Value).
			WithHelp("name a path as in via=Albums.Tracks, or tie the rows together by a foreign key")
		return false
	}
	for _, name := range names {
		span := via.At(offset, len(name))
		offset += len(name) + 1
		step := at.relation(name)
		if step == nil {
			if !at.failed[name] {
				r.unknownRelation(at, span, name)
			}
			return false
		}
		if step.rel.Kind == Via {
			if step.state == resolving {
				r.report.Errorf(CodeViaCycle, span, "%s leads through itself", x.label()).
					WithHelp("make a path of relations that do not use %s", x.label())
				return false
			}
			r.resolveVia(step)
		}
		if step.state != resolved {
			return false
		}
		if step.rel.Kind == Via {
			x.rel.Steps = append(x.rel.Steps, step.rel.Steps...)
		} else {
			x.rel.Steps = append(x.rel.Steps, step.rel)
		}
		at = step.target
	}
	if at != x.target {
		r.report.Errorf(CodeViaTarget, via.Span, "%s: %s leads to %s, but the field is of type %s", x.label(), via.Value, at.entity.Name, x.d.show(x.f.typ)).
			WithRelated(x.f.span, "%s is declared here", x.f.name).
			WithHelp("make the field a []%s, or name a path that leads to %s", at.entity.Name, x.target.entity.Name)
		return false
	}
	return true
}

func (d *declared) relation(name string) *relationField {
	for _, x := range d.relations {
		if x.f.name == name {
			return x
		}
	}
	return nil
}

// unknownRelation reports a step of a path that leads nowhere.
func (r *resolver) unknownRelation(d *declared, at diag.Span, name string) {
	names := make([]string, len(d.relations))
	for i, x := range d.relations {
		names[i] = x.f.name
	}
	diagnostic := r.report.Errorf(CodeUnknownRelation, at, "%s has no relation %s", d.entity.Name, name).WithSuggestion(name, names)
	if diagnostic.Help == "" {
		diagnostic.WithHelp("declare it as a field of %s of type *M or []M", d.entity.Name)
	}
	if near := diag.Suggest(name, names); near != "" {
		diagnostic.WithFix(at, near)
	}
}
