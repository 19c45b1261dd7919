package model

import (
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
)

// docField is a field of a document type, for checking names.
type docField struct {
	name string
	json string // empty where JSON does not show it
	what string // "the column Title"
	at   diag.Span
	// argument is "as" where the user can choose the name, else "".
	argument string
	natural  string // the name that it would have without the argument, "" if it has none
	omit     string // what omit= would take away, "" for what is not chosen by fields
}

// accessorMethods are the methods that every accessor has, now or by the design of the runtime.
func accessorMethods() []string {
	return []string{"Get", "GetMany", "GetJSON", "All", "Page", "Find", "Count", "Load", "Watch", "Invalidate", "Refresh"}
}

// aggregateMethods are those of an aggregate's accessor.
func aggregateMethods() []string { return []string{"Get", "GetJSON", "Watch", "Invalidate", "Refresh"} }

// checkFields rejects document types whose fields clash with each other or with methods.
func (c *collector) checkFields(d *draft) {
	for _, n := range d.root.all() {
		if n.include != nil && n.include.Type == "" {
			continue // flattened: no struct
		}
		types, at := []string{d.Doc}, d.DocSpan
		if n.include != nil {
			types, at = levelTypes(n.include), n.include.TypeSpan
		}
		fields := n.fieldsOf(d)
		if len(fields) == 0 && len(n.entity.Columns) > 0 {
			n.trail.errorf(CodeNoFields, at, "%s would have no fields", types[0]).WithHelp("leave in at least one field")
		}
		c.checkStruct(n.trail, types, fields)
	}
	c.checkMethods(d.trail, d.Accessor, d.accessorAt, accessorMethods())
}

// checkMethods rejects methods of the user's that an accessor is to have.
func (c *collector) checkMethods(t trail, accessor string, at diag.Span, methods []string) {
	for _, name := range methods {
		if own, ok := c.out.Methods[accessor+"."+name]; ok {
			t.errorf(CodeNameClash, at, "the accessor %s has a generated method %s and one of your own", accessor, name).
				WithRelated(own, "declared here").WithHelp("rename your method")
		}
	}
}

// fieldsOf lists the fields of a node's struct in the order in which they are generated.
func (n *node) fieldsOf(d *draft) []docField {
	refs, computed := d.Fields, d.Computed
	if n.include != nil {
		refs, computed = n.include.Fields, n.include.Computed
	}
	var list []docField
	for _, f := range refs {
		field := docField{name: f.Column.Field, what: "the column " + f.Column.Field, at: f.Span, omit: f.Column.Field}
		if f.Through {
			field.what, field.omit = "the column through."+f.Column.Field, "through."+f.Column.Field
		}
		if !f.Column.JSON.Omit {
			field.json = f.Column.JSON.Name
		}
		list = append(list, field)
	}
	for _, m := range computed {
		list = append(list, docField{name: m.Name, json: m.JSON, what: "the computed method " + m.Name, at: m.Span, omit: m.Name})
	}
	for _, child := range n.children {
		list = append(list, child.field())
	}
	if n.include != nil && n.include.Depth > 1 {
		list = append(list, n.field()) // the next level
	}
	for _, m := range n.numbers {
		list = append(list, docField{name: m.Name, json: m.JSON, what: "the number " + m.Name, at: m.Span, argument: "as"})
	}
	if n.include == nil && d.Extra != nil {
		at, _ := d.block.head.Lookup("extra")
		list = append(list, docField{name: d.Extra.Name, what: "the embedded " + d.Extra.Name, at: at.Span})
		for _, f := range d.extra {
			list = append(list, docField{name: f.name, json: f.json, what: "the field " + f.name + " of " + d.Extra.Name, at: f.span})
		}
	}
	return list
}

func (n *node) field() docField {
	inc := n.include
	f := docField{name: inc.As, what: "the include " + n.path(), at: inc.Span, argument: "as", natural: inc.Relation.Name}
	if !inc.JSON.Omit {
		f.json = inc.JSON.Name
	}
	return f
}

func (c *collector) checkStruct(t trail, types []string, fields []docField) {
	names, inJSON := map[string]docField{}, map[string]docField{}
	for _, f := range fields {
		if f.name == "Clone" {
			helpField(t.errorf(CodeFieldClash, f.at, "%s would be a field Clone of %s, which has a generated method Clone", f.what, types[0]), f, fields)
			continue
		}
		if at, ok := c.methodOf(types, f.name); ok {
			d := t.errorf(CodeFieldClash, f.at, "%s would be a field %s of %s, which has a method of that name", f.what, f.name, types[0]).
				WithRelated(at, "the method")
			helpField(d, f, fields)
			continue
		}
		if first, ok := names[f.name]; ok {
			clashOf(t, CodeFieldClash, "are both to be named "+f.name, first, f, fields)
			continue
		}
		names[f.name] = f
		if f.json == "" {
			continue
		}
		if first, ok := inJSON[f.json]; ok {
			clashOf(t, CodeJSONClash, `are both to be named "`+f.json+`" in JSON`, first, f, fields)
			continue
		}
		inJSON[f.json] = f
	}
	for _, name := range types {
		if at, ok := c.out.Methods[name+".Clone"]; ok {
			t.errorf(CodeFieldClash, at, "%s has a generated method Clone and this one", name).WithHelp("rename your method")
		}
	}
}

func (c *collector) methodOf(types []string, field string) (diag.Span, bool) {
	for _, name := range types {
		if at, ok := c.out.Methods[name+"."+field]; ok {
			return at, true
		}
	}
	return diag.Span{}, false
}

// clashOf blames the one of two fields that the user can rename, or else the second.
func clashOf(t trail, code diag.Code, how string, first, second docField, others []docField) {
	if second.argument == "" && first.argument != "" {
		first, second = second, first
	}
	d := t.errorf(code, second.at, "%s and %s %s", first.what, second.what, how).WithRelated(first.at, "%s", first.what)
	if second.argument == "" && second.omit == "" && first.omit != "" {
		second = first
	}
	helpField(d, second, others)
}

func helpField(d *diag.Diagnostic, f docField, others []docField) {
	switch {
	case f.argument != "":
		taken := func(name string) bool {
			return slices.ContainsFunc(others, func(o docField) bool { return o.name == name || o.json == snakeName(name) })
		}
		suffix := "List"
		if strings.HasPrefix(f.what, "the number ") {
			suffix = "Number"
		}
		proposals := []string{f.name + suffix}
		if f.natural != "" && f.natural != f.name {
			proposals = []string{f.natural, f.natural + suffix}
		}
		d.WithHelp("set %s=%s", f.argument, firstFree(taken, proposals...))
	case strings.HasPrefix(f.omit, throughPrefix):
		d.WithHelp("remove %s from fields", f.omit)
	case f.omit != "":
		d.WithHelp("omit %s, or rename it or its json tag in the model", f.omit)
	default:
		d.WithHelp("rename it")
	}
}
