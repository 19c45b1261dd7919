package searchsink

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Sink is a denorm.Sink in a search engine. It is safe for concurrent use, also by several processes.
type Sink struct {
	base        string // without a slash at its end
	client      *http.Client
	header      http.Header
	compress    bool
	prefix      string
	maxBytes    int
	definitions map[string]definition // by collection

	mu    sync.Mutex
	swept map[string]time.Time // by index, when tombstones were looked for
}

var (
	_ denorm.Sink         = (*Sink)(nil)
	_ denorm.SinkPreparer = (*Sink)(nil)
	_ denorm.SinkSwapper  = (*Sink)(nil)
)

// New makes a sink of the address of a server, or of what distributes requests among several: "https://host:9200", with a
// user and a password in it if need be, and a path. It connects to nothing yet.
func New(address string, opts ...Option) (*Sink, error) {
	at, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, errors.New("search sink: the address cannot be read") // the error quotes it
	case at.Scheme != "http" && at.Scheme != "https" || at.Host == "":
		return nil, errors.New("search sink: the address has to be http://host or https://host, with a port or a path perhaps")
	case at.RawQuery != "" || at.Fragment != "":
		return nil, errors.New("search sink: the address has a query or a fragment")
	}
	s := &Sink{
		base: strings.TrimRight(at.String(), "/"), client: &http.Client{}, header: http.Header{}, prefix: defaultPrefix,
		maxBytes: defaultMaxBytes, definitions: map[string]definition{}, swept: map[string]time.Time{},
	}
	for _, opt := range opts {
		if err := opt(s); err != nil {
			return nil, fmt.Errorf("search sink: %w", err)
		}
	}
	return s, nil
}

// wrap says what was being done.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("search sink: %s: %w", doing, err)
}
