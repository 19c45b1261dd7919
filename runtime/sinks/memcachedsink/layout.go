package memcachedsink

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/internal/keytext"
)

// mostKey is how many bytes a key of memcached has at most.
const mostKey = 250

// itemKey is where a document is. What is hashed begins with "%%", which no escaped name does.
func (s *Sink) itemKey(collection, key string) string {
	name := escape(collection) + ":" + escape(key)
	if len(s.prefix)+len(name) <= mostKey {
		return s.prefix + name
	}
	sum := sha256.Sum256([]byte(name))
	return s.prefix + "%%" + hex.EncodeToString(sum[:])
}

func escape(text string) string { return string(keytext.AppendEscaped(nil, text, "")) }

const (
	noDocument = "null"
	space      = " \t\r\n"
)

// state is what an item says: without a body the document was deleted.
type state struct {
	version denorm.Version
	body    []byte
}

// itemValue is the document, and its version as white space: a line for each of its numbers, in binary, a space for 0 and
// a tab for 1.
func itemValue(document denorm.SinkDocument) []byte {
	body := bytes.TrimRight(document.Body, space)
	if len(body) == 0 {
		body = []byte(noDocument)
	}
	value := make([]byte, 0, len(body)+mostWhite)
	value = appendBits(append(append(value, body...), '\n'), document.Version.Epoch)
	return appendBits(append(value, '\n'), document.Version.Seq)
}

// appendBits appends a number's bits from the first that is not zero on.
func appendBits(value []byte, n uint64) []byte {
	started := false
	for bit := 63; bit >= 0; bit-- {
		switch {
		case n>>bit&1 == 1:
			value, started = append(value, '\t'), true
		case started:
			value = append(value, ' ')
		}
	}
	return value
}

// readItem reads what itemValue wrote. It reports false for an item that is none of this sink.
func readItem(value []byte) (s state, ok bool) {
	body, version, ok := cutVersion(value)
	if !ok || len(body) == 0 {
		return state{}, false
	}
	s.version = version
	if string(body) != noDocument {
		s.body = body
	}
	return s, true
}

// mostWhite is how many bytes a version has at most.
const mostWhite = 2 * (1 + 64)

// versionOf is a copy of the end of an item: of what is there a writer needs only the version.
func versionOf(value []byte) []byte {
	return bytes.Clone(value[max(0, len(value)-mostWhite):])
}

func cutVersion(value []byte) (body []byte, version denorm.Version, ok bool) {
	rest, seq, ok := cutBits(value)
	if !ok {
		return nil, denorm.Version{}, false
	}
	body, epoch, ok := cutBits(rest)
	return body, denorm.Version{Epoch: epoch, Seq: seq}, ok
}

// cutBits cuts the last line off, and reads it.
func cutBits(value []byte) (before []byte, n uint64, ok bool) {
	at := bytes.LastIndexByte(value, '\n')
	if at < 0 || len(value)-at-1 > 64 {
		return nil, 0, false
	}
	for i, c := range value[at+1:] {
		switch {
		case c == '\t':
			n = n<<1 | 1
		case c == ' ' && i > 0:
			n <<= 1
		default:
			return nil, 0, false
		}
	}
	return value[:at], n, true
}
