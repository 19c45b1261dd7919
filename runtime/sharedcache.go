package denorm

import (
	"context"
	"time"
)

// SharedCache is a cache that several processes read, such as the one of package rediscache. Values are
// opaque frames. Implementations are safe for concurrent use, and pass the suite of package
// sharedcache/conformance.
//
// The protocol keeps stale values out. A reader that misses takes a lease, and only then opens its snapshot
// of the database; its fill is accepted only while that very lease stands; a kill removes value and lease
// alike. Tokens of leases are random and never sent twice: commands that take a lease are not tried again.
// (Nishtala et al., Scaling Memcache at Facebook, NSDI 2013.)
type SharedCache interface {
	// Get reads keys in one round trip, or two where some are missing: those are leased to the caller for
	// the time given, unless somebody else holds their lease. It returns one result a key, in order. An error
	// means that nothing is known, and no lease is held.
	Get(ctx context.Context, keys []string, lease time.Duration) ([]Cached, error)
	// Fill stores values whose leases still stand, in one round trip, and tells which were accepted. A Fill
	// without a Value only gives its lease back.
	Fill(ctx context.Context, fills []Fill) ([]bool, error)
	// Kill removes keys, values and leases alike, wherever they are. After an error some may be left.
	Kill(ctx context.Context, keys []string) error
	// Advance kills keys and then moves the mark from one position to another, on each node behind the
	// kills of that node and on the connection that carried them. It does nothing on a node whose mark is
	// at or beyond `to` in the same epoch. Where a node's mark is neither that nor `from`, it returns ErrMark: history of the
	// cache went back, or somebody else moved it, and the caller has to read Mark and replay from there.
	// An empty `from` sets the mark whatever it was.
	Advance(ctx context.Context, keys []string, from, to Position) error
	// Mark returns the lowest mark of all nodes that hold keys, "" if one has none.
	Mark(ctx context.Context) (Position, error)
	// Close releases what New made; a client that was handed over stays open.
	Close() error
}

// Cached is what a shared cache holds for a key: a Value, or a Lease that was granted, or nothing because
// somebody else holds the lease.
type Cached struct {
	Value []byte // nil if there is none
	Lease string // the token, "" if none was granted
}

// Fill is a value for a key that was leased.
type Fill struct {
	Key   string
	Lease string
	Value []byte
	TTL   time.Duration // a backstop; at least a millisecond
}
