package searchsink

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	denorm "github.com/denormgen/denormgen/runtime"
)

// place is where the documents of a target are.
type place struct{ alias, index string }

func (p place) path(what string) string { return "/" + p.index + "/" + what }

func (s *Sink) place(target *denorm.SinkTarget) (place, error) {
	if err := checkFields(target); err != nil {
		return place{}, err
	}
	alias := s.prefix + "-" + part(target.Collection)
	return place{alias: alias, index: alias + "-" + part(target.Shape)}, nil
}

// mostPart is how long a part of an index's name can be, so that the whole has at most 255 bytes.
const mostPart = 90

// part escapes a part of an index's name, so that it has only characters that all versions allow, and no "-". What is
// hashed begins with "..", which nothing escaped does.
func part(text string) string {
	const digits = "0123456789abcdef"
	var escaped strings.Builder
	for i := range len(text) {
		if c := text[i]; plain(c) {
			escaped.WriteByte(c)
		} else {
			escaped.Write([]byte{'.', digits[c>>4], digits[c&15]})
		}
	}
	if escaped.Len() > mostPart {
		return ".." + digest(text)
	}
	return escaped.String()
}

func plain(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' }

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

const (
	mostID   = 512            // bytes, of the engines
	hashedID = "denorm-sink:" // in front of a hash
	mostKey  = 32766          // bytes, of a keyword
)

// documentID is the _id of a key. A key that looks like a hash is hashed too, so that no two are one.
func documentID(key string) string {
	if key == "" || len(key) > mostID || strings.HasPrefix(key, hashedID) {
		return hashedID + digest(key)
	}
	return key
}

// checkKey tells what no engine can have as a key.
func checkKey(key string) error {
	switch {
	case !utf8.ValidString(key):
		return errors.New("the key is not text")
	case len(key) > mostKey:
		return fmt.Errorf("the key has %d bytes, and %d are allowed", len(key), mostKey)
	}
	return nil
}
