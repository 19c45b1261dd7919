package gocode

import (
	"github.com/dave/jennifer/jen"

	"github.com/denormgen/denormgen/gen/model"
	"github.com/denormgen/denormgen/gen/plan"
)

// goType writes a type of the user.
func (f *file) goType(t model.Type) *jen.Statement {
	switch t.Kind {
	case model.Named:
		s := f.qual(t.Pkg, t.Name)
		if len(t.Args) == 0 {
			return s
		}
		args := make([]jen.Code, len(t.Args))
		for i, a := range t.Args {
			args[i] = f.goType(a)
		}
		return s.Types(args...)
	case model.Pointer:
		return jen.Op("*").Add(f.goType(*t.Elem))
	case model.Slice:
		return jen.Index().Add(f.goType(*t.Elem))
	case model.Array:
		return jen.Index(jen.Lit(int(t.Len))).Add(f.goType(*t.Elem))
	case model.Map:
		return jen.Map(f.goType(*t.Key)).Add(f.goType(*t.Elem))
	case model.Struct:
		return jen.Op(t.Source)
	default:
		return jen.Id(t.Name)
	}
}

// fieldType writes the type of a document's field.
func (f *file) fieldType(t plan.FieldType) *jen.Statement {
	switch t.Cardinality {
	case plan.One:
		if t.Struct != nil {
			return jen.Op("*").Id(t.Struct.Name)
		}
		return f.goType(*t.Go)
	case plan.List:
		return jen.Index().Add(f.valueType(t))
	case plan.Dict:
		return jen.Map(f.goType(*t.By)).Add(f.valueType(t))
	default:
		return f.goType(*t.Go)
	}
}

// valueType writes the type of one value of a list or map.
func (f *file) valueType(t plan.FieldType) *jen.Statement {
	if t.Struct != nil {
		return jen.Id(t.Struct.Name)
	}
	return f.goType(*t.Go)
}

// elementType writes the type that an element's scan function fills.
func (f *file) elementType(e *plan.Element) *jen.Statement {
	if e.By == nil {
		return f.bareType(e)
	}
	return f.runtime("Entry").Types(f.goType(e.By.Type), f.bareType(e))
}

func (f *file) bareType(e *plan.Element) *jen.Statement {
	if e.Struct != nil {
		return jen.Id(e.Struct.Name)
	}
	return f.goType(e.Flat.Type)
}

// keyGoType writes the type of a key.
func (f *file) keyGoType(k plan.Key) *jen.Statement {
	if k.Struct != nil {
		return jen.Id(k.Struct.Name)
	}
	return f.goType(k.Columns[0].Base)
}

// idType writes the type of an ID: of the key, behind the link's own if there is one.
func (f *file) idType(id plan.ID) *jen.Statement {
	if id.Through == nil {
		return f.keyGoType(id.Key)
	}
	return f.runtime("Path").Types(f.idType(*id.Through), f.keyGoType(id.Key))
}
