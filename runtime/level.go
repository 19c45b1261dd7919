package denorm

// Level is what one loader of a batch read: rows with their identities, in the loader's order.
type Level[K comparable, D any] struct {
	keys  []K
	items []D
}

// Path identifies a row below its parent: the parent's own identity, then the row's key.
type Path[P, K comparable] struct {
	Parent P
	Key    K
}

// root returns the key of the document that the row belongs to, as text.
func (p Path[P, K]) root() string {
	if parent, ok := any(p.Parent).(rooted); ok {
		return parent.root()
	}
	return keyText(p.Parent)
}

// rooted is implemented by every Path.
type rooted interface{ root() string }

// rootText prints the root key of an identity, which is a root key itself or a Path.
func rootText[K comparable](key K) string {
	if path, ok := any(key).(rooted); ok {
		return path.root()
	}
	return keyText(key)
}

// Entry is an element of a to-many relation that becomes a map.
type Entry[K comparable, V any] struct {
	Key   K
	Value V
}

// Dict makes a map of entries. Of several with one key the first wins. It is never nil.
func Dict[K comparable, V any](entries []Entry[K, V]) map[K]V {
	dict := make(map[K]V, len(entries))
	for _, entry := range entries {
		if _, taken := dict[entry.Key]; !taken {
			dict[entry.Key] = entry.Value
		}
	}
	return dict
}
