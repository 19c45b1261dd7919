package relay

import (
	"database/sql/driver"
	"encoding/binary"
	"math"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// tuple is the values of one query's From, of one side of a change. None is nil.
type tuple []driver.Value

// tuples is a list of distinct ones.
type tuples struct {
	list []tuple
	set  map[string]bool
}

func (t *tuples) add(values tuple) {
	id := string(values.identity())
	if t.set[id] {
		return
	}
	if t.set == nil {
		t.set = map[string]bool{}
	}
	t.set[id] = true
	t.list = append(t.list, values)
}

// identity is different bytes for different tuples.
func (t tuple) identity() []byte {
	var out []byte
	for _, value := range t {
		switch v := value.(type) {
		case int64:
			out = binary.LittleEndian.AppendUint64(append(out, 'i'), uint64(v))
		case uint64:
			out = binary.LittleEndian.AppendUint64(append(out, 'u'), v)
		case float64:
			out = binary.LittleEndian.AppendUint64(append(out, 'f'), math.Float64bits(v))
		case string:
			out = append(binary.AppendUvarint(append(out, 's'), uint64(len(v))), v...)
		case []byte:
			out = append(binary.AppendUvarint(append(out, 'b'), uint64(len(v))), v...)
		}
	}
	return out
}

// collection is what a batch of changes means: whom to ask with what.
type collection struct {
	order []*query
	asked map[*query]*tuples
	// everything are collections all of whose documents may have changed, with a reason.
	everything map[string]string
}

func newCollection() *collection {
	return &collection{asked: map[*query]*tuples{}, everything: map[string]string{}}
}

// add notes what one change means by one dependency.
func (c *collection) add(change *capture.Change, m *match) {
	name := m.query.collection
	switch {
	case change.Op == capture.Truncate:
		c.everything[name] = ""
		return
	case change.Op == capture.Update && !m.touched(change.Changed):
		return
	case m.from == nil:
		c.everything[name] = ""
		return
	}
	for _, side := range []*capture.Side{change.Old, change.New} {
		if side == change.Old && change.New != nil && mutant.Active(mutant.BothSides) {
			continue
		}
		if side == nil || m.guard >= 0 && !side.Holds[m.guard] {
			continue
		}
		if values := m.values(side); values != nil {
			set := c.asked[m.query]
			if set == nil {
				set = &tuples{}
				c.asked[m.query] = set
				c.order = append(c.order, m.query)
			}
			set.add(values)
		}
	}
}

// touched tells whether an update changed what the dependency reads.
func (m *match) touched(changed []bool) bool {
	if changed == nil || m.any {
		return true
	}
	for _, at := range m.tracked {
		if changed[at] {
			return true
		}
	}
	return false
}

// values are those of From, nil if one is NULL: that equals nothing.
func (m *match) values(side *capture.Side) tuple {
	values := make(tuple, len(m.from))
	for i, at := range m.from {
		if side.Values[at] == nil {
			return nil
		}
		values[i] = side.Values[at]
	}
	return values
}
