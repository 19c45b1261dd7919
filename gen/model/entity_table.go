package model

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/denormgen/denormgen/gen/directive"
)

// resolveTable names a model's table, or its view.
func (r *resolver) resolveTable(d *declared) {
	e := d.entity
	e.Table = Table{Name: plural(snakeName(e.Name))}
	if d.tagTable != "" {
		if table, why := parseTable(d.tagTable); why == "" {
			e.Table = table
		}
	}
	table, view := r.onModel(d, "table"), r.onModel(d, "view")
	if table != nil && view != nil {
		r.report.Errorf(CodeTableAndView, view.VerbSpan, "%s is said to be a table and a view", e.Name).
			WithRelated(table.VerbSpan, "said to be a table here").
			WithHelp("remove one of them; //denorm:view is for what cannot be watched")
	}
	e.IsView = view != nil
	for _, line := range []*directive.Directive{view, table} {
		if line == nil || len(line.Pos) == 0 {
			continue
		}
		arg := line.Pos[0]
		name, why := parseTable(arg.Value)
		if why != "" {
			r.report.Errorf(CodeTableName, arg.Span, "%q is not the name of a table: %s", arg.Value, why).
				WithHelp("%s", tableHelp())
			continue
		}
		e.Table = name
	}
}

// parseTable reads name or schema.name, each part perhaps in double quotes; why says what is wrong.
func parseTable(text string) (t Table, why string) {
	var parts []string
	rest := text
	for {
		part, tail, err := tablePart(rest)
		if err != nil {
			return Table{}, err.Error()
		}
		parts = append(parts, part)
		if tail == "" {
			break
		}
		rest = tail[1:]
	}
	switch len(parts) {
	case 1:
		return Table{Name: parts[0]}, ""
	case 2:
		return Table{Schema: parts[0], Name: parts[1]}, ""
	default:
		return Table{}, "it has more parts than a schema and a name"
	}
}

func tableHelp() string {
	return "write books or public.books; what needs quotes in SQL has them here too, within backquotes: `\"my table\"`"
}

// tablePart cuts one part off; tail is empty or begins with the dot.
func tablePart(text string) (part, tail string, err error) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexByte(text, '.')
		if end < 0 {
			end = len(text)
		}
		part, tail = text[:end], text[end:]
		if strings.ContainsAny(part, "\"`'; \t") {
			return "", "", fmt.Errorf("%q has characters that stand in double quotes", part)
		}
	} else {
		var b strings.Builder
		i := 1
		for ; i < len(text); i++ {
			if text[i] != '"' {
				b.WriteByte(text[i])
				continue
			}
			if i+1 < len(text) && text[i+1] == '"' {
				b.WriteByte('"')
				i++
				continue
			}
			break
		}
		if i >= len(text) {
			return "", "", fmt.Errorf("a double quote is not closed")
		}
		part, tail = b.String(), text[i+1:]
		if tail != "" && tail[0] != '.' {
			return "", "", fmt.Errorf("a dot is expected behind the closing quote")
		}
	}
	if part == "" {
		return "", "", fmt.Errorf("a part of it is empty")
	}
	if strings.ContainsRune(part, 0) {
		return "", "", fmt.Errorf("it contains a zero byte")
	}
	if !utf8.ValidString(part) {
		return "", "", fmt.Errorf("it is not UTF-8")
	}
	return part, tail, nil
}

// resolveView finds what a view reads: models whose keys are held by fields of the view.
func (r *resolver) resolveView(d *declared) {
	line := r.onModel(d, "view")
	if line == nil {
		return
	}
	reads, ok := line.Lookup("reads")
	if !ok {
		return
	}
	for _, w := range reads.Words() {
		modelName, fieldName, ok := strings.Cut(w.Text, ":")
		if !ok || modelName == "" || fieldName == "" {
			r.report.Errorf(CodeViewReads, w.Span, "reads=%s does not say which field holds the key", w.Text).
				WithHelp("write MODEL:FIELD, FIELD being the field of %s that holds the model's key", d.entity.Name)
			continue
		}
		target := r.entityByName(d.pkg, modelName)
		if target == nil {
			at := w.Span
			at.Width = len(modelName)
			r.suggestModel(r.report.Errorf(CodeUnknownModel, at, "there is no model %q", modelName), d.pkg, at, modelName)
			continue
		}
		c := d.entity.column(fieldName)
		if c == nil {
			at := w.Span
			at.Col, at.Width = at.Col+len(modelName)+1, len(fieldName)
			if !d.failed[fieldName] {
				r.unknownField(d.entity, at, fieldName)
			}
			continue
		}
		if len(target.Key) > 1 {
			r.report.Errorf(CodeViewReads, w.Span, "%s has a key of %d columns, which one field cannot hold", modelName, len(target.Key)).
				WithHelp("name a model whose key is one column")
			continue
		}
		if len(target.Key) == 1 && !r.comparableColumns(c, target.Key[0]) {
			r.report.Errorf(CodeForeignKeyType, w.Span, "%s.%s is %s, the key %s.%s is %s", d.entity.Name, c.Field, c.Type, target.Name, target.Key[0].Field, target.Key[0].Type).
				WithRelated(c.Span, "the field is declared here").
				WithHelp("name the field of %s that holds the key of %s", d.entity.Name, target.Name)
			continue
		}
		d.entity.View = append(d.entity.View, Read{Entity: target, Field: c})
	}
}
