package model

import (
	"go/types"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
	"github.com/denormgen/denormgen/gen/directive"
)

// resolveKey finds the columns that identify a row: those that the directive names, else the ones that
// another library's tags mark, else ID, else <Type>ID.
func (r *resolver) resolveKey(d *declared) {
	e := d.entity
	if line := r.keyDirective(d); line != nil {
		r.keyFromDirective(d, line)
		return
	}
	for _, f := range d.fields {
		if f.primary && f.column != nil {
			e.Key = append(e.Key, f.column)
		}
	}
	for _, name := range []string{"ID", "Id", e.Name + "ID", e.Name + "Id"} {
		if len(e.Key) > 0 {
			break
		}
		if c := e.column(name); c != nil {
			e.Key = []*Column{c}
		} else if d.failed[name] {
			return
		}
	}
	if len(e.Key) == 0 {
		r.reportNoKey(d)
		return
	}
	for _, c := range e.Key {
		r.checkKeyColumn(d, c, c.Span)
	}
}

// keyDirective returns the key line of the model, or of the outermost plain struct it embeds.
func (r *resolver) keyDirective(d *declared) *directive.Directive {
	if line := r.onModel(d, "key"); line != nil {
		return line
	}
	for _, obj := range d.embeds {
		if line := firstOf(r.onType[obj], "key"); line != nil {
			return line
		}
	}
	return nil
}

func (r *resolver) keyFromDirective(d *declared, line *directive.Directive) {
	if len(line.Pos) == 0 {
		return
	}
	seen := map[string]bool{}
	for _, w := range line.Pos[0].Words() {
		if seen[w.Text] {
			r.report.Errorf(CodeKeyTwice, w.Span, "%s is in the key twice", w.Text).WithHelp("remove one of them")
			continue
		}
		seen[w.Text] = true
		c := d.entity.column(w.Text)
		if c == nil {
			if !d.failed[w.Text] {
				r.unknownField(d.entity, w.Span, w.Text)
			}
			continue
		}
		d.entity.Key = append(d.entity.Key, c)
		r.checkKeyColumn(d, c, w.Span)
	}
}

// checkKeyColumn rejects what does not identify a row: types that Go cannot compare or that
// databases round, and what may be NULL.
func (r *resolver) checkKeyColumn(d *declared, c *Column, at diag.Span) {
	f := r.columnOf[c]
	if f == nil || d.failed[c.Field] {
		return
	}
	why := ""
	switch c.Form {
	case FormFloat:
		why = "databases round floating-point numbers"
	case FormTime:
		why = "databases differ in the precision of times"
	case FormBytes, FormRaw, FormJSON, FormArray:
		why = "its values cannot be compared with =="
	case FormScanner:
		if !types.Comparable(f.class.base) || !c.Base.Shallow {
			why = "== does not compare its values"
		}
	}
	if why == "" && c.Nullable {
		why = "a key is never NULL"
	}
	if why == "" {
		return
	}
	d.fail(c.Field)
	diagnostic := r.report.Errorf(CodeKeyType, at, "%s.%s of type %s cannot be part of a key: %s", d.entity.Name, c.Field, c.Type, why)
	if at != c.Span {
		diagnostic.WithRelated(c.Span, "%s is declared here", c.Field)
	}
	diagnostic.WithHelp("a key is made of integers, strings, or comparable types such as a UUID; name others with //denorm:key above %s", d.entity.Name)
}

// reportNoKey lists the fields that could be the key.
func (r *resolver) reportNoKey(d *declared) {
	e := d.entity
	if len(e.Columns) == 0 || r.broken(d.obj) {
		return // reported as such
	}
	var references, candidates []string
	for _, c := range e.Columns {
		switch c.Form {
		case FormInt, FormUint, FormText, FormScanner:
			if c.Nullable {
				continue
			}
			candidates = append(candidates, c.Field)
			if strings.HasSuffix(c.Field, "ID") || strings.HasSuffix(c.Field, "Id") {
				references = append(references, c.Field)
			}
		}
	}
	diagnostic := r.report.Errorf(CodeNoKey, e.Span, "model %s has no key: there is no column ID or %sID", e.Name, e.Name)
	switch {
	case len(references) > 1:
		diagnostic.WithHelp("name the fields that identify a row, above the struct: //denorm:key %s", strings.Join(references, ","))
		if len(candidates) > len(references) {
			diagnostic.WithHelp("candidates: %s", strings.Join(candidates, ", "))
		}
	case len(references) == 1 && len(candidates) > 1:
		// A reference alone identifies a row only where what it points at has one such row at most.
		other := slices.IndexFunc(candidates, func(name string) bool { return name != references[0] })
		diagnostic.WithHelp("name the fields that identify a row, above the struct, as in //denorm:key %s,%s", references[0], candidates[other])
		diagnostic.WithHelp("candidates: %s", strings.Join(candidates, ", "))
	case len(candidates) > 0:
		diagnostic.WithHelp("name the fields that identify a row, above the struct, as in //denorm:key %s", candidates[0])
		diagnostic.WithHelp("candidates: %s", strings.Join(candidates, ", "))
	default:
		diagnostic.WithHelp("add a column that identifies a row: ID int64 `db:\"id\"`")
	}
}
