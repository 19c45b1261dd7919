package gocode

import (
	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/plan"
)

// json adds the functions that write a collection's documents as JSON.
func (f *file) json(c *collection) {
	j := &jsonWriter{file: f}
	for _, s := range c.Structs {
		if j.structSeen(s) {
			j.document(s)
		}
	}
}

// appendJSON writes the function that appends a document of a collection as JSON.
func (f *file) appendJSON(c *collection) jen.Code {
	j := &jsonWriter{file: f}
	root, doc := c.Structs[0], f.names.locals.doc
	if !j.structSeen(root) {
		return j.jsondoc("AppendAny").Types(jen.Id(root.Name))
	}
	return jen.Func().Params(jen.Id("dst").Index().Byte(), jen.Id(doc).Op("*").Id(root.Name)).Params(jen.Index().Byte(), jen.Error()).Block(
		jen.Return(j.jsondoc("Append").Call(jen.Id("dst"), jen.Id(doc), jen.Id(f.names.jsons[root]))))
}

// jsonWriter writes how documents become JSON, as json.Marshal has it.
type jsonWriter struct{ *file }

// jsondoc refers to a name of the package that writes JSON.
func (f *file) jsondoc(name string) *jen.Statement { return f.qual(jsonPath, name) }

// w writes a call of the writer.
func (j *jsonWriter) w(method string, args ...jen.Code) *jen.Statement {
	return jen.Id(j.names.locals.writer).Dot(method).Call(args...)
}

// raw writes a piece of JSON, which has no backquotes.
func (j *jsonWriter) raw(text string) *jen.Statement { return j.w("Raw", jen.Op("`"+text+"`")) }

func (j *jsonWriter) document(s *plan.Struct) {
	w, doc := j.names.locals.writer, j.names.locals.doc
	j.add(comment(j.names.jsons[s]+" writes what json.Marshal does of "+indefinite(s.Name)+".").
		Func().Id(j.names.jsons[s]).Params(jen.Id(w).Op("*").Add(j.jsondoc("Writer")), jen.Id(doc).Op("*").Id(s.Name)).
		BlockFunc(func(body *jen.Group) {
			nests := reaches(s, s, nil)
			if nests {
				body.If(jen.Op("!").Add(j.w("Enter"))).Block(j.w("Any", jen.Id(doc)), jen.Return())
			}
			j.members(body, s)
			if nests {
				body.Add(j.w("Leave"))
			}
		}))
}

// members writes the fields. A comma stands before each but the first, which is known only at run time as
// long as all those before may be left out.
func (j *jsonWriter) members(body *jen.Group, s *plan.Struct) {
	begun, certain := false, false
	for _, field := range s.Fields {
		m, shown := memberOf(field)
		if !shown {
			continue
		}
		o := plainOperand(jen.Id(j.names.locals.doc).Dot(field.Name))
		key := m.key()
		if certain {
			key = "," + key
		}
		if condition := j.condition(o, field, m); condition != nil {
			if !begun {
				body.Add(j.raw("{"))
			}
			body.If(condition).BlockFunc(func(body *jen.Group) { j.member(body, o, field, m, j.lead(key, begun, certain)) })
			begun = true
			continue
		}
		if !begun {
			key = "{" + key
		}
		j.member(body, o, field, m, j.lead(key, begun, certain))
		begun, certain = true, true
	}
	if !begun {
		body.Add(j.raw("{}"))
		return
	}
	body.Add(j.raw("}"))
}

// lead writes a member's name, and the comma before it if only the writer can tell whether there is one.
func (j *jsonWriter) lead(key string, begun, certain bool) *jen.Statement {
	if begun && !certain {
		return j.w("Next").Dot("Raw").Call(jen.Op("`" + key + "`"))
	}
	return j.raw(key)
}

// member writes a field behind its lead.
func (j *jsonWriter) member(body *jen.Group, o operand, field *plan.Field, m member, lead *jen.Statement) {
	t := field.Type
	if !j.fieldSeen(field) {
		body.Add(lead.Dot("Any").Call(o.address()))
		return
	}
	if t.Struct == nil && t.Cardinality != plan.List && t.Cardinality != plan.Dict {
		if kind := jsonKindOf(*t.Go); kind.method() != "" && !m.quoted {
			body.Add(lead.Dot(kind.method()).Call(j.scalar(o, *t.Go, kind)))
			return
		}
	}
	body.Add(lead)
	j.field(body, o, field, m)
}
