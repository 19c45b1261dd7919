package denorm

import (
	"errors"
	"sync/atomic"
)

// errOrder means that two statements sorted the same rows differently.
var errOrder = errors.New("rows are not in the order of their parents; run go generate, and see that no column holds texts for integer keys")

// LoadRoots runs loader 0 and scans one document per row. A row with the same key as the one before is
// skipped: it repeats the root for a second row of a to-one relation.
func LoadRoots[K comparable, D any](b *Batch, key func(Row) K, scan func(Row, *D)) *Level[K, D] {
	level := &Level[K, D]{}
	rows := b.open(0)
	if rows == nil {
		return level
	}
	defer rows.close()
	level.keys = make([]K, 0, b.expected)
	level.items = make([]D, 0, b.expected)
	skipped := 0
	for rows.next() {
		row := rows.row()
		id := key(row)
		if column, err := rows.failure(); err != nil {
			b.fail(0, "", column, err)
			return &Level[K, D]{}
		}
		if n := len(level.keys); n > 0 && level.keys[n-1] == id {
			skipped++
			continue
		}
		level.keys = append(level.keys, id)
		level.items = append(level.items, *new(D))
		scan(row, &level.items[len(level.items)-1])
		if column, err := rows.failure(); err != nil {
			b.fail(0, rootText(id), column, err)
			return &Level[K, D]{}
		}
	}
	b.finish(0, rows)
	b.skipped(0, skipped)
	if page, ok := b.page.(rootPage[K]); ok && b.err == nil {
		from, to := page.found(level.keys)
		level.keys, level.items = level.keys[from:to], level.items[from:to]
	}
	if b.err != nil {
		return &Level[K, D]{}
	}
	return level
}

// rootPage is told the keys of a page before its children are loaded, and says which of them count.
type rootPage[K comparable] interface {
	found(keys []K) (from, to int)
}

// LoadMany runs a loader of a to-many path. Once all loaders of the batch have run, every parent is given
// its children: attach is called once per parent, in order, with a slice that is not nil and has no spare
// capacity; deeper paths come first, so that what is attached is complete. Rows are sorted like the parents.
// A row with the same identity as the one before is skipped, a row without a parent dropped. Without parents
// nothing is queried.
func LoadMany[PK comparable, P any, K comparable, C any](
	b *Batch, loader int, parents *Level[PK, P],
	id func(Row) (PK, K), scan func(Row, *C), attach func(*P, []C),
) *Level[Path[PK, K], C] {
	level := &Level[Path[PK, K], C]{}
	if len(parents.keys) == 0 {
		return level
	}
	rows := b.open(loader)
	if rows == nil {
		return level
	}
	defer rows.close()
	expected := b.estimate(loader, len(parents.keys))
	level.keys = make([]Path[PK, K], 0, expected)
	level.items = make([]C, 0, expected)
	find := finder[PK]{keys: parents.keys}
	skipped := 0
	for rows.next() {
		row := rows.row()
		parent, key := id(row)
		if column, err := rows.failure(); err != nil {
			b.fail(loader, "", column, err)
			return &Level[Path[PK, K], C]{}
		}
		if found, err := find.advance(parent); err != nil {
			b.fail(loader, rootText(parent), "", err)
			return &Level[Path[PK, K], C]{}
		} else if !found {
			continue
		}
		path := Path[PK, K]{Parent: parent, Key: key}
		if n := len(level.keys); n > 0 && level.keys[n-1] == path {
			skipped++
			continue
		}
		level.keys = append(level.keys, path)
		level.items = append(level.items, *new(C))
		scan(row, &level.items[len(level.items)-1])
		if column, err := rows.failure(); err != nil {
			b.fail(loader, rootText(parent), column, err)
			return &Level[Path[PK, K], C]{}
		}
	}
	b.finish(loader, rows)
	if b.err != nil {
		return &Level[Path[PK, K], C]{}
	}
	b.skipped(loader, skipped)
	b.observe(loader, len(parents.keys), len(level.keys))
	b.attach = append(b.attach, func() { attachAll(parents, level, attach) })
	return level
}

// attachAll cuts the children's slab into one slice per parent.
func attachAll[PK comparable, P any, K comparable, C any](
	parents *Level[PK, P], children *Level[Path[PK, K], C], attach func(*P, []C),
) {
	end := 0
	for i := range parents.items {
		start, parent := end, parents.keys[i]
		for end < len(children.keys) && children.keys[end].Parent == parent {
			end++
		}
		attach(&parents.items[i], children.items[start:end:end])
	}
}

// finder walks forward through the parents' keys.
type finder[K comparable] struct {
	keys  []K
	at    int
	index map[K]int // made when a key is not ahead
}

// advance moves to a key. It returns false for a key that no parent has, and an error for one that lies
// behind.
func (f *finder[K]) advance(key K) (bool, error) {
	if f.keys[f.at] == key {
		return true, nil
	}
	if f.index == nil {
		for i := f.at + 1; i < len(f.keys); i++ {
			if f.keys[i] == key {
				f.at = i
				return true, nil
			}
		}
		f.index = make(map[K]int, len(f.keys))
		for i, k := range f.keys {
			f.index[k] = i
		}
	}
	i, known := f.index[key]
	if !known {
		return false, nil
	}
	if i < f.at {
		return false, errOrder
	}
	f.at = i
	return true, nil
}

// experience is what earlier batches taught about a loader.
type experience struct {
	per16   atomic.Int64 // moving average of rows per 16 parents
	doubled atomic.Bool  // it was said that rows were doubled
}

const (
	largestGuess = 1 << 14 // rows; beyond it growing costs little
	smallestRoom = 4
)

// estimate guesses a loader's number of rows.
func (b *Batch) estimate(loader, parents int) int {
	if loader >= len(b.experience) {
		return 0
	}
	rows := int(b.experience[loader].per16.Load()) * parents / 16
	return min(rows+rows/8+smallestRoom, largestGuess)
}

// observe feeds the estimate. A lost update does no harm.
func (b *Batch) observe(loader, parents, rows int) {
	if loader >= len(b.experience) {
		return
	}
	average := &b.experience[loader].per16
	seen := int64(rows) * 16 / int64(parents)
	average.Store((3*average.Load() + seen + 3) / 4)
}
