package memcachedsink

import (
	"fmt"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Option changes how a Sink stores documents.
type Option func(*Sink) error

const (
	defaultPrefix = "denorm-sink:"
	// mostPrefix leaves room for a hash.
	mostPrefix = 128
	// defaultMaxBytes leaves room for the key, the version and the item's header in 1 MiB.
	defaultMaxBytes = 1<<20 - 1<<10
	// mostBytes is what memcached allows by -I.
	mostBytes = 1 << 30
	// leastTTL is how long a version has to be known at least.
	leastTTL = time.Hour
	// mostTTL is what memcached takes for a span, and not for a point in time.
	mostTTL = 30 * 24 * time.Hour
)

// Prefix sets what all keys begin with (default "denorm-sink:"). It may be empty, and has up to 128 visible ASCII
// characters.
func Prefix(prefix string) Option {
	return func(s *Sink) error {
		if len(prefix) > mostPrefix {
			return fmt.Errorf("%w: the prefix has %d bytes, and %d are allowed", denorm.ErrValue, len(prefix), mostPrefix)
		}
		for i := range len(prefix) {
			if prefix[i] <= ' ' || prefix[i] >= 0x7f {
				return fmt.Errorf("%w: the prefix has a character that is not visible ASCII", denorm.ErrValue)
			}
		}
		s.prefix = prefix
		return nil
	}
}

// MaxBytes sets the size in bytes above which a document is denorm.ErrTooLarge (default 1 MiB less 1 KiB, at most 1 GiB).
// The servers' own limit (-I, 1 MiB by default) has to be 1 KiB above it; a document that they refuse is ErrTooLarge too.
func MaxBytes(n int) Option {
	return func(s *Sink) error {
		if n < 1 || n > mostBytes {
			return fmt.Errorf("%w: the largest document is %d bytes, and has to be from 1 to %d", denorm.ErrValue, n, mostBytes)
		}
		s.maxBytes = n
		return nil
	}
}

// TTL sets how long a document is kept after it was written, in whole seconds (by default until it is evicted), from an
// hour to 30 days. A document that does not change is then missing until a full sync (Engine.Sync), which should
// come more often.
func TTL(d time.Duration) Option {
	return func(s *Sink) error {
		if d < leastTTL || d > mostTTL {
			return fmt.Errorf("%w: the time to live is %v, and has to be from an hour to 30 days", denorm.ErrValue, d)
		}
		s.ttl = int32(d / time.Second)
		return nil
	}
}
