package natssink

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	"github.com/nats-io/nats.go"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Headers of a message.
const (
	versionHeader    = "Denorm-Version"
	shapeHeader      = "Denorm-Shape"
	collectionHeader = "Denorm-Collection"
	keyHeader        = "Denorm-Key"
	deletedHeader    = "Denorm-Deleted"
	typeHeader       = "Content-Type"
	jsonType         = "application/json"
)

const (
	mostToken      = 1024 // bytes of a subject's token; a server reads lines of 4,096 bytes
	mostCollection = 200  // bytes of a collection's token, for streams have folders of their names
)

// place is where a collection is.
type place struct {
	stream string
	front  string // of subjects
}

// placeOf names the stream and the subjects of a collection.
func (s *Sink) placeOf(target *denorm.SinkTarget) (place, error) {
	token := escape(target.Collection)
	if len(token) > mostCollection {
		return place{}, fmt.Errorf("%w: the collection's name is too long for a stream", denorm.ErrValue)
	}
	return place{
		stream: strings.ReplaceAll(s.prefix, ".", "-") + "-" + token,
		front:  s.prefix + "." + token + ".",
	}, nil
}

// all is the filter for all subjects of a collection.
func (p place) all() string { return p.front + "*" }

// subject is that of a key. A token that would be too long is a digest, behind what stands for nothing else: no digit is h.
func (p place) subject(key string) string {
	token := escape(key)
	if len(token) > mostToken {
		sum := sha256.Sum256([]byte(key))
		token = "%h" + hex.EncodeToString(sum[:])
	}
	return p.front + token
}

// escape writes a text as one token of a subject: letters, digits and -_~, everything else by its bytes as in URLs.
func escape(text string) string {
	if text == "" {
		return "%" // stands for nothing else, for two digits follow there
	}
	const digits = "0123456789ABCDEF"
	var token strings.Builder
	for i := range len(text) {
		if c := text[i]; isPlain(c) {
			token.WriteByte(c)
		} else {
			token.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return token.String()
}

func isPlain(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	default:
		return c == '-' || c == '_' || c == '~'
	}
}

// unescape reads what escape wrote.
func unescape(token string) (string, error) {
	if token == "%" {
		return "", nil
	}
	text, err := url.PathUnescape(token)
	if err != nil {
		return "", fmt.Errorf("read a header of this sink: it is not percent-encoded")
	}
	return text, nil
}

// message makes the message of a document; without a body it is a tombstone.
func (s *Sink) message(p place, target *denorm.SinkTarget, document denorm.SinkDocument) *nats.Msg {
	message := nats.NewMsg(p.subject(document.Key))
	message.Header[versionHeader] = []string{document.Version.Sortable()}
	message.Header[shapeHeader] = []string{escape(target.Shape)}
	message.Header[collectionHeader] = []string{escape(target.Collection)}
	message.Header[keyHeader] = []string{escape(document.Key)}
	if document.Body == nil {
		message.Header[deletedHeader] = []string{"true"}
		message.Header["Nats-TTL"] = []string{s.tombstones.String()}
		return message
	}
	message.Header[typeHeader] = []string{jsonType}
	message.Data = document.Body
	return message
}

// sizeOf is how many bytes a message has that count against max_payload, with one more header.
func sizeOf(message *nats.Msg) int {
	const rest = 100 // the first and the last line, and the sequence that is expected
	n := rest + len(message.Data)
	for name, values := range message.Header {
		n += len(name) + len(values[0]) + len(": \r\n")
	}
	return n
}

// stored is what the stream has of a key.
type stored struct {
	sequence uint64
	version  string // "" where the message is not a sink's
	document denorm.SinkDocument
}

// read reads a message of the stream. Without a body it may still be a document, where only headers were asked for.
func read(message *nats.Msg) (found stored, deleted bool, err error) {
	if found.version = header(message, versionHeader); found.version == "" {
		return found, true, nil
	}
	if found.document.Version, err = denorm.ParseSortable(found.version); err != nil {
		return found, false, err
	}
	if found.document.Key, err = unescape(header(message, keyHeader)); err != nil {
		return found, false, err
	}
	deleted = header(message, deletedHeader) != ""
	if !deleted {
		found.document.Body = message.Data
	}
	return found, deleted, nil
}

func header(message *nats.Msg, name string) string {
	if values := message.Header[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}
