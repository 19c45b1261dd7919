package model

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
)

// readings lists the foreign keys of holder that may point at refs: a part ID pairs with <Name>ID, any
// other part with the field of the same name, and a key of one part Code also with <Name>Code, else <Name>ID.
func (r *resolver) readings(holder *Entity, name string, referred *Entity, refs []*Column) [][]*Column {
	list := [][]*Column{nil}
	for _, ref := range refs {
		candidates := foreignKeyPart(holder, name, referred, ref, len(refs) == 1)
		var next [][]*Column
		for _, head := range list {
			for _, c := range candidates {
				next = append(next, append(slices.Clone(head), c))
			}
		}
		list = next
	}
	return slices.DeleteFunc(list, func(keys []*Column) bool {
		// A row does not refer to itself by its own key.
		return len(keys) == 0 || slices.Equal(keys, refs)
	})
}

func foreignKeyPart(holder *Entity, name string, referred *Entity, ref *Column, single bool) []*Column {
	var found []*Column
	add := func(field string) {
		if c := holder.column(field); c != nil && !slices.Contains(found, c) {
			found = append(found, c)
		}
	}
	if isKeyName(ref.Field, referred.Name) {
		add(name + "ID")
		add(name + "Id")
	} else if single {
		add(name + ref.Field)
		if len(found) == 0 {
			add(name + "ID")
			add(name + "Id")
		}
	}
	if len(found) > 0 || ref.Field == "ID" || ref.Field == "Id" {
		return found
	}
	add(ref.Field)
	if single && len(found) > 0 && slices.Contains(holder.Key, found[0]) && len(holder.Key) == 1 && !isKeyName(ref.Field, referred.Name) {
		return nil // both tables have a key Code: that does not make them one
	}
	return found
}

// isKeyName tells whether a field is called ID or <Type>ID.
func isKeyName(field, typeName string) bool {
	return field == "ID" || field == "Id" || field == typeName+"ID" || field == typeName+"Id"
}

// failedForeignKey tells that the field which would be the foreign key was reported.
func (r *resolver) failedForeignKey(d *declared, name string) bool {
	return d.failed[name+"ID"] || d.failed[name+"Id"]
}

// reportReadings reports that not exactly one foreign key was found; it returns false.
func (r *resolver) reportReadings(x *relationField, holder, referred *declared, readings [][]*Column) bool {
	if x.optional {
		return false
	}
	if r.failedForeignKey(holder, x.prefix()) || len(readings) == 0 && r.failedForeignKey(holder, x.target.entity.Name) {
		return false
	}
	if len(readings) == 0 {
		r.reportNoForeignKey(x.d, x.f, namedAs(x.target.obj.Type()), x.many, x.at())
		return false
	}
	diagnostic := r.report.Errorf(CodeAmbiguousRelation, x.at(), "%s has %d possible foreign keys in %s", x.label(), len(readings), holder.entity.Name)
	for _, keys := range readings {
		diagnostic.WithRelated(keys[0].Span, "%s is one", fieldList(keys))
		diagnostic.WithHelp("//denorm:%s %s", x.rel.Kind, fieldList(keys))
	}
	return false
}

// reportNoForeignKey reports a relation whose foreign key cannot be inferred, with the lines that may
// have been meant.
func (r *resolver) reportNoForeignKey(d *declared, f *field, target *types.Named, many bool, at diag.Span) {
	d.fail(f.name)
	lines := foreignKeyLines(d, f.name, target, many)
	name, this := target.Obj().Name(), d.entity.Name
	looked := fmt.Sprintf("%s has no field %sID", name, this)
	if !many {
		looked = fmt.Sprintf("%s has no field %sID and %s", this, f.name, looked)
	}
	code := CodeNoForeignKey
	message := fmt.Sprintf("%s.%s: no foreign key found: %s", this, f.name, looked)
	if len(lines) > 1 {
		code = CodeAmbiguousRelation
		message = fmt.Sprintf("%s.%s: more than one foreign key is possible, and none has the usual name: %s", this, f.name, looked)
	}
	diagnostic := r.report.Errorf(code, at, "%s", message)
	if target.Obj().Pkg() != nil && r.byPath[target.Obj().Pkg().Path()] != nil {
		diagnostic.WithRelated(r.objectSpan(target.Obj()), "%s is declared here", name)
	}
	switch {
	case len(lines) > 0:
		diagnostic.WithHelp("say which it is, above the field:\n%s", strings.Join(lines, "\n"))
	case many:
		diagnostic.WithHelp("say what ties the rows together, above the field: //denorm:hasmany FIELD of %s, or //denorm:manytomany TABLE", name)
	default:
		diagnostic.WithHelp("say what ties the rows together, above the field: //denorm:belongsto FIELD of %s, or //denorm:hasone FIELD of %s", this, name)
	}
	diagnostic.WithHelp("or leave the field out with %s", f.tags.offer)
}

// foreignKeyLines lists the directives that could be meant, best matches only.
func foreignKeyLines(d *declared, field string, target *types.Named, many bool) []string {
	this, other := d.entity.Name, target.Obj().Name()
	var lines []string
	if !many {
		for _, name := range likelyKeys(d.fieldNames(), other, this, this == other) {
			lines = append(lines, "//denorm:belongsto "+name)
		}
	}
	verb := "hasone"
	if many {
		verb = "hasmany"
	}
	for _, name := range likelyKeys(structFieldNames(target), this, other, many && this == other) {
		lines = append(lines, "//denorm:"+verb+" "+name)
	}
	return lines
}

// likelyKeys picks names that end in <Type>ID; if loose and there are none, all that end in ID but the
// own key's.
func likelyKeys(fields []string, referred, own string, loose bool) []string {
	var exact, all []string
	for _, name := range fields {
		if isKeyName(name, own) {
			continue
		}
		if strings.HasSuffix(name, referred+"ID") || strings.HasSuffix(name, referred+"Id") {
			exact = append(exact, name)
		}
		if strings.HasSuffix(name, "ID") || strings.HasSuffix(name, "Id") {
			all = append(all, name)
		}
	}
	if len(exact) == 0 && loose {
		return all
	}
	return exact
}

// checkForeignKey reports a foreign key that cannot equal what it points at.
func (r *resolver) checkForeignKey(x *relationField, holder *declared, key *Column, referred *declared, ref *Column) bool {
	if holder.failed[key.Field] || referred.failed[ref.Field] {
		return true // reported
	}
	if r.comparableColumns(key, ref) {
		return true
	}
	at := x.at()
	if x.line != nil && x.rel.Kind != ManyToMany && len(x.line.Pos) > 0 {
		for _, w := range x.line.Pos[0].Words() {
			if w.Text == key.Field {
				at = w.Span
			}
		}
	}
	r.report.Errorf(CodeForeignKeyType, at, "%s.%s is %s, but %s.%s, which it points at, is %s",
		holder.entity.Name, key.Field, key.Type, referred.entity.Name, ref.Field, ref.Type).
		WithRelated(key.Span, "%s is declared here", key.Field).
		WithRelated(ref.Span, "%s is declared here", ref.Field).
		WithHelp("give both the same type (a pointer or sql.Null for a foreign key that may be NULL), or name another field")
	return false
}

// comparableColumns tells whether values of two columns can be equal in a database.
func (r *resolver) comparableColumns(a, b *Column) bool {
	family := func(c *Column) Form {
		switch c.Form {
		case FormUint:
			return FormInt
		case FormBytes:
			return FormText
		}
		return c.Form
	}
	fa, fb := family(a), family(b)
	if fa == FormScanner || fb == FormScanner {
		// What a Scanner reads is its own affair, but an array of bytes is no number.
		return !(r.isByteArray(a) && fb == FormInt || r.isByteArray(b) && fa == FormInt)
	}
	switch fa {
	case FormJSON, FormArray, FormRaw:
		return false
	}
	return fa == fb
}

func (r *resolver) isByteArray(c *Column) bool {
	f := r.columnOf[c]
	if f == nil || f.class.base == nil {
		return false
	}
	array, ok := f.class.base.Underlying().(*types.Array)
	if !ok {
		return false
	}
	b, ok := array.Elem().Underlying().(*types.Basic)
	return ok && b.Kind() == types.Byte
}
