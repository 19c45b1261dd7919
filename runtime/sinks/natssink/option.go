package natssink

import (
	"fmt"
	"strings"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Option changes how a Sink stores documents.
type Option func(*Sink) error

const (
	defaultPrefix     = "denorm"
	mostPrefix        = 100 // bytes
	defaultTombstones = 24 * time.Hour
	leastTombstones   = time.Hour
	defaultTimeout    = 5 * time.Second
)

// Prefix sets what subjects and names of streams begin with (default "denorm"): tokens of ASCII letters, digits, - and _,
// with dots between them, which are - in names of streams. Sinks of different engines in one account need different ones.
func Prefix(prefix string) Option {
	return func(s *Sink) error {
		for token := range strings.SplitSeq(prefix, ".") {
			if token == "" || len(prefix) > mostPrefix || escape(token) != token || strings.Contains(token, "~") {
				return fmt.Errorf("%w: the prefix %q is not one of tokens of letters, digits, - and _", denorm.ErrValue, prefix)
			}
		}
		s.prefix = prefix
		return nil
	}
}

// Replicas sets how many servers of a cluster keep a stream (default 1, at most 5). It counts when the stream is made; that
// of an existing one is left as it is.
func Replicas(n int) Option {
	return func(s *Sink) error {
		if n < 1 || n > 5 {
			return fmt.Errorf("%w: there are %d replicas, and have to be from 1 to 5", denorm.ErrValue, n)
		}
		s.replicas = n
		return nil
	}
}

// Tombstones sets how long the server keeps the message that tells that a document was deleted (default 24 h, at least 1 h).
// Readers who were away for longer have to begin anew.
func Tombstones(d time.Duration) Option {
	return func(s *Sink) error {
		if d < leastTombstones {
			return fmt.Errorf("%w: tombstones are kept for %v, and have to be for an hour at least", denorm.ErrValue, d)
		}
		s.tombstones = d.Round(time.Second)
		return nil
	}
}

// Timeout sets for how long the server may answer nothing, until a call fails (default 5 s). The call's context may end
// it earlier.
func Timeout(d time.Duration) Option {
	return func(s *Sink) error {
		if d <= 0 {
			return fmt.Errorf("%w: the timeout is %v, and has to be above zero", denorm.ErrValue, d)
		}
		s.timeout = d
		return nil
	}
}
