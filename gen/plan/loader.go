package plan

import (
	"fmt"
	"go/token"
	"slices"
	"strings"
	"unicode"

	"github.com/denormgen/denormgen/gen/model"
)

// load plans the loaders of a to-many node, or the root, and of everything below it.
func (b *builder) load(root *node) {
	b.loadNode(root, nil)
}

func (b *builder) loadNode(n *node, parent *Loader) {
	c := b.chainTo(n)
	r := &row{builder: b, chain: c, items: map[Ref]int{}}
	element := r.element(n)
	if n.again {
		element = parent.Element
	} else {
		b.out.Elements = append(b.out.Elements, element)
	}
	l := &Loader{
		Index:   len(b.out.Loaders),
		Path:    strings.Join(n.path, "."),
		Name:    b.loaderName(n),
		Element: element,
		Parent:  parent,
	}
	own := c.ids[len(c.ids)-1]
	for _, id := range c.ids[:len(c.ids)-1] {
		l.ParentID = append(l.ParentID, r.id(id))
	}
	l.OwnID = r.id(own)
	for up := n; up.include != nil; up = up.parent {
		l.Attach = append(l.Attach, up.field)
		if up.parent.many() || up.parent.include == nil {
			break
		}
	}
	slices.Reverse(l.Attach)
	c.sel.Items = append(c.sel.Items, r.list...)
	c.sel.Order = distinct(append(c.order, r.lowest...))
	l.Select = b.direct(n, c.sel)
	b.out.Loaders = append(b.out.Loaders, l)
	b.loadBelow(n, l)
}

// loadBelow plans the loaders of the nearest to-many nodes below n, through to-one nodes.
func (b *builder) loadBelow(n *node, parent *Loader) {
	for _, child := range n.children {
		if child.many() {
			b.loadNode(child, parent)
		} else {
			b.loadBelow(child, parent)
		}
	}
}

// loaderName is a Go variable name made of the path: "roots", "authorsAwards", "typeRows".
func (b *builder) loaderName(n *node) string {
	name := "roots"
	if n.include != nil {
		joined := []rune(strings.Join(n.path, ""))
		lower := 0
		for lower < len(joined) && unicode.IsUpper(joined[lower]) {
			lower++
		}
		if lower > 1 && lower < len(joined) {
			lower-- // URLParts becomes urlParts
		}
		name = strings.ToLower(string(joined[:lower])) + string(joined[lower:])
	}
	if token.IsKeyword(name) || name == "batch" || name == "denorm" {
		name += "Rows"
	}
	unique := name
	for i := 2; slices.Contains(b.names, unique); i++ {
		unique = fmt.Sprintf("%s%d", name, i)
	}
	b.names = append(b.names, unique)
	return unique
}

// row collects the items of one loader and says what becomes of them.
type row struct {
	*builder
	chain  *chain
	items  map[Ref]int
	list   []Item
	lowest []OrderTerm // keys of hasone rows joined in: the lowest comes first and wins
}

// item returns the index of a column of the result, adding it if it is not there yet.
func (r *row) item(alias, column string, isTime bool) int {
	ref := r.chain.ref(alias, column)
	if at, ok := r.items[ref]; ok {
		return at
	}
	r.items[ref] = len(r.list)
	r.list = append(r.list, Item{Column: &ref, Time: isTime})
	return len(r.list) - 1
}

// id reads an identity.
func (r *row) id(id idRef) ID {
	out := ID{Key: id.key}
	for i, ref := range id.refs {
		column := id.key.Columns[i]
		out.Reads = append(out.Reads, Read{
			Item: r.item(ref.Alias, ref.Column, false), Form: column.Form, Type: column.Base, Base: column.Base,
		})
	}
	if id.through != nil {
		through := r.id(*id.through)
		out.Through = &through
	}
	return out
}

// read reads a column as it stands in documents.
func (r *row) read(alias string, c *model.Column) Read {
	return Read{
		Item: r.item(alias, c.Name, c.Form == model.FormTime),
		Form: c.Form, Type: c.Doc, Base: c.Base, Nullable: c.Nullable,
	}
}

// readAs reads a column as the model declares it.
func (r *row) readAs(alias string, c *model.Column) Read {
	read := r.read(alias, c)
	read.Type = c.Type
	read.Wrapped = c.Nullable && c.Type.Kind != model.Pointer
	return read
}

// element says what one row of the node becomes.
func (r *row) element(n *node) *Element {
	c := r.chain
	if n.include == nil {
		return &Element{Name: n.of.Name, Struct: n.of, Sets: r.sets(n, c.self, c.through)}
	}
	e := &Element{Name: r.declared.Doc + strings.Join(n.path, ""), Struct: n.of}
	if flat := n.include.Flatten; flat != nil {
		read := r.flat(n)
		e.Flat = &read
	} else {
		e.Name = n.of.Name
		e.Sets = r.sets(n, c.self, c.through)
	}
	if by := n.include.By; by != nil {
		read := r.read(c.holder(by.Through), by.Column)
		read.Type, read.Nullable = by.Column.Base, false
		e.By = &read
	}
	return e
}

// flat reads the column that a flattened to-many node consists of.
func (r *row) flat(n *node) Read {
	c, flat := r.chain, n.include.Flatten
	if !n.linkOnly() {
		return r.read(c.holder(flat.Through), flat.Column)
	}
	column := *flat.Column
	column.Name = linkColumns(n.include.Relation, []*model.Column{flat.Column})[0]
	return r.read(c.through, &column)
}

// holder is the alias of the link's rows or of the node's own.
func (c *chain) holder(through bool) string {
	if through {
		return c.through
	}
	return c.self
}
