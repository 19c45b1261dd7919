package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"github.com/denormgen/denormgen/gen/model"
)

// codecVersion is raised with every change of how the generated code encodes documents, or of what the runtime
// reads of it: then a release does not decode what another one has left in a cache.
const codecVersion = 1

// shape hashes everything that the content of a document depends on but the data: fields, what their types
// consist of, statements, orders, limits, filters, and the bodies of the user's functions. Documents of
// different shapes never mix in a cache or a store.
func shape(c *Collection) string {
	h := sha256.New()
	d := c.Declared
	fmt.Fprintf(h, "codec %d\nversion %d\nroots %v %v", codecVersion, d.Version, c.Roots.Table, c.Roots.Key)
	if c.Roots.Filter != nil {
		fmt.Fprintf(h, " where %s", c.Roots.Filter)
	}
	for _, s := range c.Structs {
		fmt.Fprintf(h, "\ntype %s", s.Name)
		if s.Extra != nil {
			fmt.Fprintf(h, " with %s %s", s.Extra, s.Extra.Layouts())
		}
		for _, f := range s.Fields {
			fmt.Fprintf(h, "\n  %s %q %s %s", f.Name, f.Tag, f.Type, f.Source)
			for _, t := range []*model.Type{f.Type.Go, f.Type.By} {
				if t != nil {
					fmt.Fprintf(h, " %s", t.Layouts())
				}
			}
		}
	}
	for _, e := range c.Elements {
		writeBodies(h, e.Sets)
	}
	for _, l := range c.Loaders {
		// A Select is a tree of plain values, which always marshals.
		text, err := json.Marshal(l.Select)
		fmt.Fprintf(h, "\nloader %s %s %v", l.Path, text, err)
	}
	if d.Transform != nil {
		fmt.Fprintf(h, "\ntransform %s", d.Transform.Body)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// aggregateShape hashes what the content of an aggregate's documents depends on but the documents that they are made of.
func aggregateShape(a *Aggregate) string {
	h := sha256.New()
	d := a.Declared
	// A Type is a tree of plain values, which always marshals; unlike its text it has whole import paths.
	result, err := json.Marshal(d.Result)
	fmt.Fprintf(h, "codec %d\n%s\nresult %s %v\n%s", codecVersion, d.Body, result, err, d.Layout)
	for _, c := range a.From {
		fmt.Fprintf(h, "\nfrom %s %s", c.Declared.Name, c.Shape)
	}
	fmt.Fprintf(h, "\nkeys %q", d.Keys)
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// writeBodies adds the source of the computed methods that fill a struct.
func writeBodies(w io.Writer, sets []Set) {
	for _, set := range sets {
		switch {
		case set.Method != nil:
			fmt.Fprintf(w, "\nmethod %s", set.Method.Computed.Body)
		case set.Child != nil:
			writeBodies(w, set.Child.Sets)
		}
	}
}

// String prints the type as Go source, for messages and hashes.
func (t FieldType) String() string {
	element := ""
	switch {
	case t.Struct != nil:
		element = t.Struct.Name
	case t.Go != nil:
		element = t.Go.String()
	}
	switch t.Cardinality {
	case One:
		if t.Struct != nil {
			return "*" + element
		}
		return element
	case List:
		return "[]" + element
	case Dict:
		return "map[" + t.By.String() + "]" + element
	default:
		return element
	}
}
