package searchsink

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Option changes how a Sink stores documents.
type Option func(*Sink) error

const (
	defaultPrefix   = "denorm"
	mostPrefix      = 64
	defaultMaxBytes = 32 << 20
	// mostBytes is what the engines allow for a request by default.
	mostBytes = 100 << 20
)

// Prefix sets what the names of aliases and indexes begin with (default "denorm"): 1 to 64 lower-case ASCII letters,
// digits, _ and -, of which the first is a letter or a digit and the last is no -.
func Prefix(prefix string) Option {
	return func(s *Sink) error {
		bad := strings.ContainsFunc(prefix, func(r rune) bool { return r != '-' && (r > 0x7f || !plain(byte(r))) })
		if prefix == "" || len(prefix) > mostPrefix || bad || strings.ContainsRune("-_", rune(prefix[0])) || strings.HasSuffix(prefix, "-") {
			return fmt.Errorf("%w: the prefix has to be 1 to %d lower-case letters, digits, _ and -, and begin with a letter or a digit",
				denorm.ErrValue, mostPrefix)
		}
		s.prefix = prefix
		return nil
	}
}

// MaxBytes sets the size in bytes above which a document is denorm.ErrTooLarge (default 32 MiB, at most 100 MiB). One that the
// server does not take in a request of its own (http.max_content_length) is ErrTooLarge too.
func MaxBytes(n int) Option {
	return func(s *Sink) error {
		if n < 1 || n > mostBytes {
			return fmt.Errorf("%w: the largest document is %d bytes, and has to be from 1 to %d", denorm.ErrValue, n, mostBytes)
		}
		s.maxBytes = n
		return nil
	}
}

// Client sets what sends requests, for certificates, proxies and signatures (by default an http.Client without settings). It
// needs no timeout: contexts end calls.
func Client(client *http.Client) Option {
	return func(s *Sink) error {
		if client == nil {
			return fmt.Errorf("%w: the client is nil", denorm.ErrValue)
		}
		s.client = client
		return nil
	}
}

// Header adds a header to every request: "Authorization", "ApiKey ...", say.
func Header(name, value string) Option {
	return func(s *Sink) error {
		if name == "" || strings.ContainsAny(name+value, "\r\n") {
			return fmt.Errorf("%w: a header needs a name, and cannot have line breaks", denorm.ErrValue)
		}
		s.header.Add(name, value)
		return nil
	}
}

// Compress has documents sent with gzip, which costs processor time on both sides.
func Compress() Option {
	return func(s *Sink) error {
		s.compress = true
		return nil
	}
}

// Index sets what the indexes of a collection are created with: a JSON object with "settings", "mappings" or both, as for
// the engine's own create index. The sink adds its own field to the mappings. Indexes that are there stay as
// they are.
func Index(collection string, body []byte) Option {
	return func(s *Sink) error {
		definition, err := readDefinition(body)
		if err != nil {
			return fmt.Errorf("%w: the index of %s: %w", denorm.ErrValue, collection, err)
		}
		s.definitions[collection] = definition
		return nil
	}
}

// definition is what an index is created with. Of mappings the properties stand apart.
type definition struct {
	settings             json.RawMessage
	mappings, properties map[string]json.RawMessage
}

func readDefinition(body []byte) (d definition, err error) {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(body, &parts); err != nil {
		return d, fmt.Errorf("read it: %w", err)
	}
	for name := range parts {
		if name != "settings" && name != "mappings" {
			return d, fmt.Errorf("%q is neither settings nor mappings", name)
		}
	}
	d.settings = parts["settings"]
	if parts["mappings"] == nil {
		return d, nil
	}
	if err := json.Unmarshal(parts["mappings"], &d.mappings); err != nil {
		return d, fmt.Errorf("read its mappings: %w", err)
	}
	for _, name := range []string{"_source", "_routing", "_meta"} {
		if d.mappings[name] != nil {
			return d, fmt.Errorf("its mappings set %s, on which the sink relies", name)
		}
	}
	if properties := d.mappings["properties"]; properties != nil {
		if err := json.Unmarshal(properties, &d.properties); err != nil {
			return d, fmt.Errorf("read its properties: %w", err)
		}
	}
	if d.properties[reserved] != nil {
		return d, fmt.Errorf("its properties have %s, which is the sink's", reserved)
	}
	return d, nil
}

// checkFields refuses a collection whose documents have the field that is the sink's.
func checkFields(target *denorm.SinkTarget) error {
	if slices.Contains(target.Fields, reserved) {
		return fmt.Errorf("the documents have a field %s, which is the sink's", reserved)
	}
	return nil
}
