package denorm

import "context"

// GetJSON returns the document of a key as json.Marshal writes it, or ErrNotFound, and the point in the feed at
// which it was loaded: zero before Install. The bytes may be shared with other callers and must not be changed.
func (c *Collection[K, D]) GetJSON(ctx context.Context, key K) ([]byte, Version, error) {
	if err := c.r.ready(); err != nil {
		return nil, Version{}, err
	}
	found, err := c.r.get(ctx, key)
	if err != nil {
		return nil, Version{}, err
	}
	if text := found.json.Load(); text != nil {
		return *text, found.version, nil
	}
	text, err := c.r.def.AppendJSON(nil, found.doc.(*D))
	if err != nil {
		return nil, Version{}, c.r.loadError("", keyText(key), err)
	}
	found.json.Store(&text)
	return text, found.version, nil
}
