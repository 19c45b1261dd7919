package model

import (
	"slices"
	"strings"
	"unicode"

	"github.com/denormgen/denormgen/gen/directive"
)

// settleOrder reads order="CreatedAt desc nulls last, ID".
func (n *node) settleOrder() {
	a, ok := n.needsMany("order")
	if !ok {
		return
	}
	offset := 0
	for _, term := range strings.Split(a.Value, ",") {
		words := fieldsAt(a, term, offset)
		offset += len(term) + 1
		if len(words) == 0 {
			n.trail.errorf(CodeOrder, a.Span, "order %q has an empty term", a.Value).
				WithHelp(`write column names with commas between, as in order="CreatedAt desc, ID"`)
			continue
		}
		if o, ok := n.orderTerm(words); ok {
			n.addOrder(o, words[0])
		}
	}
}

func (n *node) addOrder(o Order, w directive.Word) {
	if slices.ContainsFunc(n.include.Order, func(p Order) bool { return p.Column == o.Column && p.Through == o.Through }) {
		n.trail.errorf(CodeOrder, w.Span, "%s is already part of the order", w.Text).WithHelp("remove one of them")
		return
	}
	n.include.Order = append(n.include.Order, o)
}

func (n *node) orderTerm(words []directive.Word) (Order, bool) {
	if name, ok := strings.CutPrefix(words[0].Text, "-"); ok {
		n.trail.errorf(CodeOrder, words[0].Span, "order has no minus sign").
			WithHelp("write order=%q", name+" desc")
		return Order{}, false
	}
	if name := strings.TrimPrefix(words[0].Text, throughPrefix); !isFieldName(name) {
		n.trail.errorf(CodeOrder, words[0].Span, "%q is not the name of a field", words[0].Text).
			WithHelp("a term is: Field [asc|desc] [nulls first|nulls last]; several have commas between them")
		return Order{}, false
	}
	ref, ok := n.column(n.trail, words[0])
	if !ok {
		return Order{}, false
	}
	switch c := ref.Column; c.Form {
	case FormJSON, FormArray, FormRaw:
		n.trail.errorf(CodeOrder, words[0].Span, "%s has type %s, which databases do not order alike", words[0].Text, c.Type).
			WithHelp("order by a number, a text or a time")
		return Order{}, false
	}
	o := Order{Column: ref.Column, Through: ref.Through}
	rest := words[1:]
	if len(rest) > 0 && (rest[0].Text == "asc" || rest[0].Text == "desc") {
		o.Desc = rest[0].Text == "desc"
		rest = rest[1:]
	}
	if len(rest) > 1 && rest[0].Text == "nulls" && (rest[1].Text == "first" || rest[1].Text == "last") {
		o.Nulls = rest[1].Text
		rest = rest[2:]
	}
	if len(rest) > 0 {
		n.trail.errorf(CodeOrder, rest[0].Span, "order does not know %q here", rest[0].Text).
			WithHelp("a term is: Field [asc|desc] [nulls first|nulls last]; several have commas between them")
		return Order{}, false
	}
	return o, true
}

// isFieldName tells whether a word can be a Go field, perhaps one of a named embedded struct.
func isFieldName(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool { return r != '_' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// fieldsAt splits a part of an argument at blanks; offset is where the part begins.
func fieldsAt(a directive.Arg, part string, offset int) []directive.Word {
	var words []directive.Word
	for text := range strings.FieldsSeq(part) {
		at := strings.Index(part, text)
		words = append(words, directive.Word{Text: text, Span: a.At(offset+at, len(text))})
		part, offset = part[at+len(text):], offset+at+len(text)
	}
	return words
}
