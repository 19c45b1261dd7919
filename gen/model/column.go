package model

import (
	"go/types"
	"strings"
	"unicode/utf8"

	"github.com/denormgen/denormgen/gen/diag"
)

// resolveField decides what a field is: a column, the end of a relation, or nothing.
func (r *resolver) resolveField(d *declared, f *field) {
	line := relationLine(f.directives)
	switch {
	case f.name == "_" || f.tags.skip && line == nil:
		// Leaving a column out is no error, but naming it later is.
		return
	case r.broken(f.v):
		d.fail(f.name)
	case !f.v.Exported():
		r.unexportedField(d, f, line != nil)
	case line != nil:
		if f.tags.name != "" && !f.tags.skip {
			r.report.Errorf(CodeRelationColumn, line.VerbSpan, "%s.%s has a relation directive and a column tag", d.entity.Name, f.name).
				WithRelated(f.span, "it is tagged as column %s here", f.tags.name).
				WithHelp("a relation has no column: remove the tag, or the directive")
			d.fail(f.name)
			return
		}
		r.addRelation(d, f, line)
	case f.tags.name != "":
		r.addColumn(d, f, f.tags.name)
	case hasVerb(f.directives, "json", "array"), f.tags.json, f.tags.array:
		name := defaultColumn(f.name, d.style)
		if name == "" {
			r.report.Errorf(CodeUntaggedField, f.span, "%s.%s has a column directive, but no column", d.entity.Name, f.name).
				WithHelp("name its column: `db:\"%s\"`", snakeName(f.name))
			d.fail(f.name)
			return
		}
		r.addColumn(d, f, name)
	default:
		r.resolveUntagged(d, f)
	}
}

func (r *resolver) unexportedField(d *declared, f *field, relation bool) {
	switch {
	case relation:
		r.report.Errorf(CodeUnexportedField, f.span, "relation %s.%s is not exported", d.entity.Name, f.name).
			WithHelp("rename it to %s", goName(f.name))
	case f.tags.name != "":
		r.report.Errorf(CodeUnexportedField, f.span, "%s.%s has a column tag, but is not exported", d.entity.Name, f.name).
			WithHelp("rename it to %s, or leave it out with `db:\"-\"`", goName(f.name))
	default:
		return
	}
	d.fail(f.name)
}

// resolveUntagged deals with a field that no tag and no directive says anything about.
func (r *resolver) resolveUntagged(d *declared, f *field) {
	e := d.entity
	if f.tags.embedded {
		r.report.Errorf(CodeEmbeddedField, f.span, "%s.%s puts the columns of %s under a name of their own", e.Name, f.name, d.show(f.typ)).
			WithHelp("embed the struct without a name, the prefix may stay; or leave it out with %s", f.tags.offer)
		d.fail(f.name)
		return
	}
	if isInvalid(f.typ) {
		r.unknownType(d, f)
		return
	}
	_, why := classify(f.typ)
	if why == "" {
		if name := defaultColumn(f.name, d.style); name != "" {
			r.addColumn(d, f, name)
			return
		}
		r.report.Errorf(CodeUntaggedField, f.span, "%s.%s has no db tag", e.Name, f.name).
			WithHelp("name its column: `db:\"%s\"`", snakeName(f.name)).
			WithHelp("or leave it out: `db:\"-\"`")
		d.fail(f.name)
		return
	}
	if target, many := relationTarget(f.typ); target != nil {
		r.inferRelation(d, f, target, many)
		return
	}
	r.unscannable(d, f, why, defaultColumn(f.name, d.style))
}

// isInvalid tells whether the type checker did not find a type, or what it is made of.
func isInvalid(t types.Type) bool {
	elem, _ := deref(t)
	if slice, ok := types.Unalias(elem).(*types.Slice); ok {
		elem, _ = deref(slice.Elem())
	}
	b, ok := elem.Underlying().(*types.Basic)
	return ok && b.Kind() == types.Invalid
}

// unknownType reports a field whose type the checker did not find, in the checker's words.
func (r *resolver) unknownType(d *declared, f *field) {
	d.fail(f.name)
	message := ""
	at := f.span
	for _, e := range d.pkg.TypeErrors {
		p := e.Fset.PositionFor(e.Pos, false)
		if p.Filename == at.File && p.Line == at.Line {
			message = ": " + e.Msg
			if p.Column < at.Col { // another field of the line
				message = ""
				continue
			}
			name := e.Msg[strings.LastIndexAny(e.Msg, " .")+1:]
			at = diag.Span{File: p.Filename, Line: p.Line, Col: p.Column, Width: max(len(name), 1)}
			break
		}
	}
	diagnostic := r.report.Errorf(CodeUnknownType, at, "%s.%s has a type that was not found%s", d.entity.Name, f.name, message)
	for _, e := range d.pkg.TypeErrors {
		if p := e.Fset.PositionFor(e.Pos, false); message == "" && p.Filename == at.File && strings.HasPrefix(e.Msg, "could not import") {
			diagnostic.WithRelated(diag.Span{File: p.Filename, Line: p.Line, Col: p.Column, Width: 1}, "%s", e.Msg)
		}
	}
	diagnostic.WithHelp("make the package compile but for what is still to be generated; `go mod tidy` adds missing modules")
}

func (r *resolver) unscannable(d *declared, f *field, why, column string) {
	d.fail(f.name)
	if column == "" {
		column = snakeName(f.name)
	}
	diagnostic := r.report.Errorf(CodeUnscannableType, f.span, "%s.%s of type %s cannot be read from a column: %s", d.entity.Name, f.name, d.show(f.typ), why)
	elem, pointer := deref(f.typ)
	_, array := elem.Underlying().(*types.Array)
	switch {
	case pointer && strings.Contains(why, "pointer"):
		diagnostic.WithHelp("make it %s", d.show(elem))
	case isNamedType(f.typ, "database/sql", "RawBytes"):
		diagnostic.WithHelp("make it []byte")
	case r.checkJSONType(elem) != "":
	default:
		lines := "//denorm:json"
		if f.tags.name == "" && d.style == "" {
			lines += " and `db:\"" + column + "\"`"
		}
		if _, ok := f.typ.Underlying().(*types.Slice); ok {
			diagnostic.WithHelp("if the column holds JSON or an SQL array, write %s on the field, or //denorm:array", lines)
		} else {
			diagnostic.WithHelp("if the column holds JSON, write %s on the field", lines)
		}
		if _, structure := elem.Underlying().(*types.Struct); structure || array {
			diagnostic.WithHelp("or use a type with the methods Scan and Value")
		}
	}
	or := "or "
	if diagnostic.Help == "" {
		or = ""
	}
	diagnostic.WithHelp("%sleave it out with %s", or, f.tags.offer)
}

// addColumn makes a field a column.
func (r *resolver) addColumn(d *declared, f *field, name string) {
	if !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		r.report.Errorf(CodeColumnName, f.span, "the column of %s.%s is named %q, which is not UTF-8 or holds a zero byte", d.entity.Name, f.name, name).
			WithHelp("correct the tag, or leave the field out with %s", f.tags.offer)
		d.fail(f.name)
		return
	}
	c := &Column{
		Field: f.name,
		Name:  f.prefix + name,
		JSON:  f.json(f.prefix + name),
		Span:  f.span,
	}
	if isInvalid(f.typ) {
		r.unknownType(d, f)
		return
	}
	if !r.classifyColumn(d, f, name) {
		d.fail(f.name)
	}
	if f.class.base == nil {
		return
	}
	c.Type, c.Base = r.typeOf(f.typ), r.typeOf(f.class.base)
	c.Form, c.Nullable = f.class.form, f.class.nullable
	c.Doc = c.Base
	if c.Nullable {
		c.Doc = PointerTo(c.Base)
	}
	f.column = c
	d.entity.Columns = append(d.entity.Columns, c)
	r.columnOf[c] = f
	if why := importProblem(c.Type, d.entity.Pkg); why != "" {
		r.report.Errorf(CodeTypeNotImportable, f.span, "documents cannot hold %s.%s: %s", d.entity.Name, f.name, why).
			WithHelp("give it an exported type that %s can import, or leave it out with %s", d.pkg.Name, f.tags.offer)
		d.fail(f.name)
	}
}

// classifyColumn finds the class of a field's type, and reports what cannot be a column.
func (r *resolver) classifyColumn(d *declared, f *field, name string) bool {
	t := f.typ
	asJSON := hasVerb(f.directives, "json") || f.tags.json
	asArray := hasVerb(f.directives, "array") || f.tags.array
	if asJSON || asArray {
		base, nullable := t, false
		if elem, pointer := deref(t); pointer {
			base, nullable = elem, true
		}
		f.class = class{form: FormJSON, base: base, nullable: nullable}
		if asArray {
			f.class.form = FormArray
			return r.checkArray(d, f, base, asJSON)
		}
		return r.checkJSON(d, f, base)
	}
	c, why := classify(t)
	if why != "" {
		r.unscannable(d, f, why, name)
		return false
	}
	f.class = c
	if c.form == FormScanner && !survivesCache(c.base) {
		r.report.Errorf(CodeScannerOneWay, f.span, "%s.%s of type %s can be scanned, but not stored in a cache and read back", d.entity.Name, f.name, d.show(t)).
			WithHelp("give %s a Value method (driver.Valuer), or both MarshalText and UnmarshalText, or both MarshalJSON and UnmarshalJSON", d.show(c.base)).
			WithHelp("or leave the field out with %s", f.tags.offer)
		return false
	}
	return true
}

// checkArray accepts slices whose elements a database has arrays of.
func (r *resolver) checkArray(d *declared, f *field, base types.Type, asJSON bool) bool {
	slice, ok := base.Underlying().(*types.Slice)
	if !ok || asJSON {
		what := "is not a slice"
		if asJSON {
			what = "cannot be both JSON and an array"
		}
		r.report.Errorf(CodeArrayType, f.span, "%s.%s of type %s %s", d.entity.Name, f.name, d.show(f.typ), what).
			WithHelp("//denorm:array is for slices as []string; //denorm:json takes any type")
		return false
	}
	form, why := formOf(slice.Elem())
	switch form {
	case FormInt, FormUint, FormFloat, FormBool, FormText:
		return true
	}
	if why == "" || strings.HasPrefix(why, "database/sql") {
		why = "its elements are of type " + d.show(slice.Elem())
	}
	r.report.Errorf(CodeArrayType, f.span, "%s.%s of type %s cannot be read from an SQL array: %s", d.entity.Name, f.name, d.show(f.typ), why).
		WithHelp("arrays hold integers, floats, booleans and strings; //denorm:json takes any type")
	return false
}

// checkJSONType says why encoding/json cannot decode a type, "" if it can.
func (r *resolver) checkJSONType(t types.Type) string {
	switch u := t.Underlying().(type) {
	case *types.Chan:
		return "a channel has no JSON"
	case *types.Signature:
		return "a function has no JSON"
	case *types.Pointer:
		return "a pointer to a pointer is null twice"
	case *types.Basic:
		if u.Info()&types.IsComplex != 0 {
			return "a complex number has no JSON"
		}
	case *types.Interface:
		if !u.Empty() {
			return "JSON does not say which type to put into the interface"
		}
	}
	return ""
}

// checkJSON rejects what encoding/json cannot decode.
func (r *resolver) checkJSON(d *declared, f *field, base types.Type) bool {
	why := r.checkJSONType(base)
	if why == "" {
		return true
	}
	r.report.Errorf(CodeJSONType, f.span, "%s.%s of type %s cannot be read from JSON: %s", d.entity.Name, f.name, d.show(f.typ), why).
		WithHelp("use a struct, map, slice or any, or leave it out with %s", f.tags.offer)
	return false
}

// unknownField reports the name of a field that a model does not have.
func (r *resolver) unknownField(e *Entity, at diag.Span, name string) *diag.Diagnostic {
	names := make([]string, len(e.Columns))
	for i, c := range e.Columns {
		names[i] = c.Field
	}
	for _, c := range e.Columns {
		if c.Name == name {
			return r.report.Errorf(CodeFieldUnknown, at, "%s has no field %s", e.Name, name).
				WithHelp("directives name Go fields: %s is the column of field %s", name, c.Field).
				WithFix(at, c.Field)
		}
	}
	if rel := e.relation(name); rel != nil {
		return r.report.Errorf(CodeFieldUnknown, at, "%s.%s is a relation, a column is needed here", e.Name, name).
			WithSuggestion(name, names)
	}
	diagnostic := r.report.Errorf(CodeFieldUnknown, at, "%s has no field %s", e.Name, name).WithSuggestion(name, names)
	if near := diag.Suggest(name, names); near != "" {
		diagnostic.WithFix(at, near)
	}
	return diagnostic
}
