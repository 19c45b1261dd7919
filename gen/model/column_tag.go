package model

import (
	"reflect"
	"strings"
	"unicode"
)

// columnTag is what a field's tags say about its column.
type columnTag struct {
	name     string // empty where no tag names the column
	skip     bool   // no column
	primary  bool
	json     bool
	array    bool
	relation bool   // the other library follows a relation here
	embedded bool   // a named struct field whose fields are columns of this table
	prefix   string // of the columns of an embedded struct
	// offer is a tag that would leave the field out.
	offer string
}

// readTags reads the db tag, and in the package's style those of another library.
func readTags(tag reflect.StructTag, style string) columnTag {
	out := columnTag{offer: "`db:\"-\"`"}
	switch style {
	case "gorm":
		out.readGorm(tag.Get("gorm"))
	case "bun":
		out.readBun(tag.Get("bun"))
	}
	name, _, _ := strings.Cut(tag.Get("db"), ",")
	switch name = strings.TrimSpace(name); name {
	case "":
	case "-":
		out.skip = true
	default:
		out.name, out.skip = name, false
	}
	return out
}

// readGorm reads `gorm:"column:x;primaryKey;..."`.
func (t *columnTag) readGorm(tag string) {
	t.offer = "`gorm:\"-\"`"
	for setting := range strings.SplitSeq(tag, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(setting), ":")
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "-":
			t.skip = value == "" || strings.TrimSpace(value) == "all"
		case "column":
			t.name = strings.TrimSpace(value)
		case "primarykey", "primary_key":
			t.primary = !strings.EqualFold(value, "false")
		case "serializer":
			t.json = strings.EqualFold(strings.TrimSpace(value), "json")
		case "foreignkey", "many2many", "references", "polymorphic":
			t.relation = true
		case "embedded":
			t.embedded = true
		case "embeddedprefix":
			t.prefix = strings.TrimSpace(value)
		}
	}
}

// readBun reads `bun:"x,pk,..."`.
func (t *columnTag) readBun(tag string) {
	t.offer = "`bun:\"-\"`"
	name, rest, _ := strings.Cut(tag, ",")
	name = strings.TrimSpace(name)
	options := strings.Split(rest, ",")
	if strings.Contains(name, ":") { // an option comes first
		options, name = append(options, name), ""
	}
	if name == "-" {
		t.skip = true
		return
	}
	t.name = name
	for _, option := range options {
		key, value, _ := strings.Cut(strings.TrimSpace(option), ":")
		switch key {
		case "pk":
			t.primary = true
		case "scanonly":
			t.skip = true
		case "array":
			t.array = true
		case "type":
			t.json = t.json || value == "json" || value == "jsonb"
		case "rel", "m2m":
			t.relation, t.name = true, ""
		case "embed":
			t.embedded, t.prefix = true, value
		}
	}
}

// bunTable returns the table that `bun:"table:x,alias:y"` on an embedded bun.BaseModel names.
func bunTable(tag reflect.StructTag) (string, bool) {
	for option := range strings.SplitSeq(tag.Get("bun"), ",") {
		if name, ok := strings.CutPrefix(strings.TrimSpace(option), "table:"); ok {
			return name, true
		}
	}
	return "", false
}

// defaultColumn names the column of an untagged field in the package's style; empty for none.
func defaultColumn(field, style string) string {
	switch style {
	case "":
		return ""
	case "lower":
		return strings.ToLower(field)
	default:
		return snakeName(field)
	}
}

// json reads the field's json tag. A name that encoding/json would ignore is the field's own, as it is
// there.
func (f *field) json(fallback string) JSONTag {
	tag := readJSON(f.tag, fallback)
	if strings.ContainsFunc(tag.Name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r)
	}) {
		tag.Name = f.name
	}
	return tag
}

// readJSON reads a field's json tag; fallback is its name where the tag gives none.
func readJSON(tag reflect.StructTag, fallback string) JSONTag {
	value, ok := tag.Lookup("json")
	if !ok {
		return JSONTag{Name: fallback}
	}
	if value == "-" {
		return JSONTag{Name: fallback, Omit: true}
	}
	name, rest, _ := strings.Cut(value, ",")
	out := JSONTag{Name: name}
	if out.Name == "" {
		out.Name = fallback
	}
	for option := range strings.SplitSeq(rest, ",") {
		switch option {
		case "omitempty":
			out.OmitEmpty = true
		case "omitzero":
			out.OmitZero = true
		case "string":
			out.Quoted = true
		}
	}
	return out
}
