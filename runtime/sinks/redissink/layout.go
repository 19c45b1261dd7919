package redissink

import (
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/internal/keytext"
)

// place is where a collection is: names of keys that share a slot.
type place struct {
	versions, keys, tombstones string
	documents                  string // in front of a document's key
}

// placeOf names the keys of a collection. Behind the tag a colon tells documents from the rest.
func (s *Sink) placeOf(collection string) place {
	front := s.prefix + "{" + escape(collection) + "}"
	return place{versions: front + "/versions", keys: front + "/keys", tombstones: front + "/tombstones", documents: front + ":"}
}

// escape writes the name of a collection so that it can be a hash tag: without braces, and never empty.
func escape(collection string) string {
	if collection == "" {
		return "%" // stands for nothing else, for two digits follow there
	}
	return string(keytext.AppendEscaped(nil, collection, ""))
}

// readVersion reads a version; "" is that of a document of which none is known.
func readVersion(text string) (denorm.Version, error) {
	if text == "" {
		return denorm.Version{}, nil
	}
	return denorm.ParseSortable(text)
}
