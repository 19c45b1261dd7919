package plan

import (
	"strconv"
	"strings"

	"github.com/denormgen/denormgen/gen/model"
)

// node is a place in the tree of a document: the root, or one level of an include.
type node struct {
	include  *model.Include // nil for the root
	parent   *node
	entity   *model.Entity
	path     []string
	of       *Struct // nil if flattened
	field    *Field  // in the parent's struct; nil for the root
	fields   []model.FieldRef
	computed []method
	numbers  []*model.Number
	children []*node
	again    bool // a further level of a to-many self-reference: shares type and fields with the first
}

// method pairs a computed method with the field that it fills.
type method struct {
	field    *Field
	computed *model.Computed
}

// structID tells document types apart: an include has one type, a to-one self-reference one per level.
type structID struct {
	include *model.Include
	level   int
}

func (n *node) many() bool { return n.include != nil && n.include.Relation.Kind.Many() }

func (b *builder) rootNode() *node {
	c := b.declared
	n := &node{entity: c.Root}
	n.of = &Struct{Name: c.Doc, Entity: c.Root, Extra: c.Extra, Comment: c.Comment}
	b.out.Structs = append(b.out.Structs, n.of)
	b.plan.guard(c.Root)
	b.addColumns(n, c.Fields)
	b.addComputed(n, c.Computed)
	b.addNumbers(n, c.Numbers)
	b.addIncludes(n, c.Includes)
	return n
}

func (b *builder) addIncludes(n *node, includes []*model.Include) {
	for _, inc := range includes {
		n.children = append(n.children, b.includeNode(n, inc, 1))
	}
}

// includeNode makes the node of one include at one level of its depth, with all that is below it.
func (b *builder) includeNode(parent *node, inc *model.Include, level int) *node {
	many := inc.Relation.Kind.Many()
	n := &node{
		include: inc,
		parent:  parent,
		entity:  inc.Relation.Target,
		path:    append(append([]string(nil), parent.path...), inc.Relation.Name),
		again:   many && level > 1,
	}
	b.plan.guard(n.entity)
	if inc.Relation.Join != nil && inc.Relation.Join.Through != nil {
		b.plan.guard(inc.Relation.Join.Through)
	}
	id := structID{include: inc, level: 1}
	if !many {
		id.level = level
	}
	known := false
	if inc.Flatten == nil {
		n.of, known = b.structs[id]
		if !known {
			n.of = &Struct{Name: typeName(inc, id.level), Path: strings.Join(n.path, "."), Entity: n.entity}
			b.structs[id] = n.of
			b.out.Structs = append(b.out.Structs, n.of)
		}
		b.addColumns(n, inc.Fields)
		b.addComputed(n, inc.Computed)
		b.addNumbers(n, inc.Numbers)
	}
	n.field = parent.addField(b.childField(n, level))
	b.addIncludes(n, inc.Includes)
	if level < inc.Depth {
		n.children = append(n.children, b.includeNode(n, inc, level+1))
	}
	return n
}

// typeName names the type of a level: further levels of a to-one self-reference have types of their
// own, so that the last has no field for what is not loaded.
func typeName(inc *model.Include, level int) string {
	if level == 1 {
		return inc.Type
	}
	return inc.Type + strconv.Itoa(level)
}

// addField returns the struct's field of that name, adding it if the struct, which several nodes may
// share, does not have it yet.
func (n *node) addField(f *Field) *Field {
	for _, have := range n.of.Fields {
		if have.Name == f.Name {
			return have
		}
	}
	n.of.Fields = append(n.of.Fields, f)
	return f
}

func (b *builder) addColumns(n *node, refs []model.FieldRef) {
	n.fields = refs
	for _, ref := range refs {
		owner := n.entity
		if ref.Through {
			owner = n.include.Relation.Join.Through
		}
		doc := ref.Column.Doc
		n.addField(&Field{
			Name:   ref.Column.Field,
			Tag:    tag(ref.Column.JSON),
			Type:   FieldType{Cardinality: Value, Go: &doc},
			Source: owner.Table.Name + "." + ref.Column.Name,
		})
	}
}

func (b *builder) addComputed(n *node, list []*model.Computed) {
	for _, c := range list {
		t := c.Type
		field := n.addField(&Field{
			Name:   c.Name,
			Tag:    c.JSON,
			Type:   FieldType{Cardinality: Value, Go: &t},
			Source: n.entity.Name + "." + c.Name,
		})
		n.computed = append(n.computed, method{field: field, computed: c})
	}
}

func (b *builder) addNumbers(n *node, list []*model.Number) {
	n.numbers = list
	for _, number := range list {
		t := number.Type
		n.addField(&Field{
			Name:   number.Name,
			Tag:    number.JSON,
			Type:   FieldType{Cardinality: Value, Go: &t},
			Source: numberSource(number),
		})
	}
}

// numberSource says in words what a number is, for comments and explain.
func numberSource(n *model.Number) string {
	path := make([]string, len(n.Steps))
	for i, step := range n.Steps {
		path[i] = step.Name
	}
	words := string(n.Func) + " of " + strings.Join(path, ".")
	switch {
	case n.Field != nil:
		words += "." + n.Field.Field
	case n.Value != nil:
		words += " " + n.Value.String()
	}
	if n.Where != nil {
		words += " where " + n.Where.String()
	}
	return words
}

// childField is the field that holds a node in its parent's document. Below the last level of a
// depth it must be absent, so a field that recurs leaves its zero value out.
func (b *builder) childField(n *node, level int) *Field {
	inc := n.include
	json := inc.JSON
	if n.many() && inc.Depth > 1 && level > 1 {
		json.OmitZero = true
	}
	f := &Field{Name: inc.As, Tag: tag(json), Source: strings.Join(n.path, "."), Type: FieldType{Struct: n.of}}
	switch {
	case inc.By != nil:
		by := inc.By.Column.Base
		f.Type.Cardinality, f.Type.By = Dict, &by
	case n.many():
		f.Type.Cardinality = List
	default:
		f.Type.Cardinality = One
	}
	if inc.Flatten == nil {
		return f
	}
	flat := inc.Flatten.Column.Doc
	if !n.many() {
		flat = model.PointerTo(inc.Flatten.Column.Base)
	}
	f.Type.Go = &flat
	f.Source += "." + inc.Flatten.Column.Field
	return f
}

// tag renders the content of a json tag.
func tag(t model.JSONTag) string {
	if t.Omit {
		return "-"
	}
	s := t.Name
	if t.OmitEmpty {
		s += ",omitempty"
	}
	if t.OmitZero {
		s += ",omitzero"
	}
	if t.Quoted {
		s += ",string"
	}
	if s == "-" {
		s += "," // the name of one dash, which alone would mean no name at all
	}
	return s
}
