package gocode

import (
	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// codec adds the functions that write a collection's documents in binary form and read them back.
func (f *file) codec(c *collection) {
	k := &coder{file: f, c: c}
	for _, s := range c.Structs {
		k.encode(s)
	}
	for _, s := range c.Structs {
		k.decode(s)
	}
}

// coder writes the binary codec of one collection.
type coder struct {
	*file
	c *collection
}

func (k *coder) encode(s *plan.Struct) {
	name, e, doc := k.names.codecs[s].encode, k.names.locals.encoder, k.names.locals.doc
	k.add(comment(name+" appends the binary form of "+indefinite(s.Name)+".").
		Func().Id(name).Params(jen.Id(e).Op("*").Add(k.wire("Encoder")), jen.Id(doc).Op("*").Id(s.Name)).
		BlockFunc(func(body *jen.Group) {
			for _, field := range s.Fields {
				k.encodeField(body, plainOperand(jen.Id(doc).Dot(field.Name)), field)
			}
			if s.Extra != nil {
				body.Add(k.wire("EncodeJSON")).Call(jen.Id(e), jen.Op("&").Id(doc).Dot(s.Extra.Name))
			}
			if isEmpty(s) {
				body.Add(k.e("Present", jen.True()))
			}
		}))
}

func (k *coder) decode(s *plan.Struct) {
	name, d, doc := k.names.codecs[s].decode, k.names.locals.decoder, k.names.locals.doc
	k.add(comment(name+" reads the binary form of "+indefinite(s.Name)+". Its texts and bytes alias the input.").
		Func().Id(name).Params(jen.Id(d).Op("*").Add(k.wire("Decoder")), jen.Id(doc).Op("*").Id(s.Name)).
		BlockFunc(func(body *jen.Group) {
			nests := reaches(s, s, nil)
			if nests {
				body.If(jen.Op("!").Add(k.d("Enter"))).Block(jen.Return())
			}
			for _, field := range s.Fields {
				k.decodeField(body, plainOperand(jen.Id(doc).Dot(field.Name)), field)
			}
			if s.Extra != nil {
				body.Add(k.wire("DecodeJSON")).Call(jen.Id(d), jen.Op("&").Id(doc).Dot(s.Extra.Name))
			}
			if isEmpty(s) {
				body.Add(k.d("Present"))
			}
			if nests {
				body.Add(k.d("Leave"))
			}
		}))
}

// isEmpty tells whether nothing of a document type would be written: then a mark stands for it, so that
// a list of such documents takes as many bytes.
func isEmpty(s *plan.Struct) bool { return len(s.Fields) == 0 && s.Extra == nil }

// reaches tells whether documents of a type may hold documents of another.
func reaches(from, to *plan.Struct, seen map[*plan.Struct]bool) bool {
	if seen == nil {
		seen = map[*plan.Struct]bool{}
	}
	seen[from] = true
	for _, field := range from.Fields {
		inner := field.Type.Struct
		if inner == to || inner != nil && !seen[inner] && reaches(inner, to, seen) {
			return true
		}
	}
	return false
}

func indefinite(name string) string {
	switch name[0] {
	case 'A', 'E', 'I', 'O':
		return "an " + name
	default:
		return "a " + name
	}
}

// keyForm tells how the keys of a map's field are read from a row.
func (c *collection) keyForm(field *plan.Field) model.Form {
	for _, l := range c.Loaders {
		if l.Parent != nil && l.Attach[len(l.Attach)-1] == field && l.Element.By != nil {
			return l.Element.By.Form
		}
	}
	return ""
}

// wire refers to a name of the package of the binary form.
func (f *file) wire(name string) *jen.Statement { return f.qual(wirePath, name) }

// e writes a call of the encoder, d one of the decoder.
func (k *coder) e(method string, args ...jen.Code) *jen.Statement {
	return jen.Id(k.names.locals.encoder).Dot(method).Call(args...)
}

func (k *coder) d(method string, args ...jen.Code) *jen.Statement {
	return jen.Id(k.names.locals.decoder).Dot(method).Call(args...)
}

// operand is a place that holds a value: a variable, a field, an element, or what a pointer leads to.
type operand struct {
	place   *jen.Statement
	pointer bool // place is a pointer to the value
}

func plainOperand(place *jen.Statement) operand { return operand{place: place} }

// value writes the value.
func (o operand) value() *jen.Statement {
	if o.pointer {
		return jen.Op("*").Add(o.place.Clone())
	}
	return o.place.Clone()
}

// address writes a pointer to the value.
func (o operand) address() *jen.Statement {
	if o.pointer {
		return o.place.Clone()
	}
	return jen.Op("&").Add(o.place.Clone())
}

// index writes the value's element.
func (o operand) index(i jen.Code) *jen.Statement {
	if o.pointer {
		return jen.Parens(o.value()).Index(i)
	}
	return o.value().Index(i)
}
