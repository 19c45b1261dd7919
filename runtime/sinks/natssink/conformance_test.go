package natssink_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/denormgen/denormgen/runtime/sinks/conformance"
	"github.com/denormgen/denormgen/runtime/sinks/natssink"
)

func TestConformance(t *testing.T) {
	conformance.Run(t, func(t *testing.T) conformance.Subject { return subject(t, fresh(t)) })
}

func subject(t *testing.T, js jetstream.JetStream, opts ...natssink.Option) conformance.Subject {
	t.Helper()
	return conformance.Subject{
		Sink: newSink(t, js, opts...), MaxBytes: maxPayload,
		Read: func(t *testing.T, collection, key string) json.RawMessage {
			stream, err := js.Stream(t.Context(), "denorm-"+collection)
			must(t, err)
			message, err := stream.GetLastMsgForSubject(t.Context(), "denorm."+collection+"."+token(key))
			if errors.Is(err, jetstream.ErrMsgNotFound) || err == nil && message.Header.Get("Denorm-Deleted") != "" {
				return nil
			}
			must(t, err)
			return message.Data
		},
	}
}

// token is what the package comment describes.
func token(key string) string {
	var text strings.Builder
	for _, c := range []byte(key) {
		if strings.IndexByte("-_~", c) >= 0 || c < 0x80 && (unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c))) {
			text.WriteByte(c)
		} else {
			fmt.Fprintf(&text, "%%%02X", c)
		}
	}
	return text.String()
}
