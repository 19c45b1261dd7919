package denorm

import (
	"context"
	"time"
)

// SharedCache is a cache that several processes read, such as the one of package rediscache. Values are
// opaque. Implementations are safe for concurrent use, and pass the suite of package
// sharedcache/conformance.
//
// The protocol keeps stale values out. A reader that misses takes a lease, and only then opens its snapshot
// of the database; its fill is accepted only while that very lease stands; a kill removes value and lease
// alike. Tokens of leases are random and never sent twice: commands that take a lease are not tried again.
// (Nishtala et al., Scaling Memcache at Facebook, NSDI 2013.)
//
// Keys and the names of marks are the caller's, who keeps those of different databases apart.
type SharedCache interface {
	// Get reads keys in one round trip, or two where some are missing: those are leased to the caller for
	// the time given, unless somebody else holds their lease. It returns one result a key, in order; of a key
	// that stands there twice, at most one result has the lease. An error means that nothing is known of any
	// key, and no lease is held; where only some keys could not be asked for, their results say so.
	Get(ctx context.Context, keys []string, lease time.Duration) ([]Cached, error)
	// Fill stores values whose leases still stand, in one round trip, and tells which were accepted. A Fill
	// whose Value is nil only gives its lease back, and counts as accepted if it stood. With an error, what is
	// reported as accepted was, and of the rest nothing is known.
	Fill(ctx context.Context, fills []Fill) ([]bool, error)
	// Kill removes keys, values and leases alike, wherever they are. After an error some may be left.
	Kill(ctx context.Context, keys []string) error
	// Advance kills keys and then moves the named mark from one position to another, on each node behind the
	// kills of that node and on the connection that carried them. The caller has killed on the way from `from`
	// to `to` whatever changed there; so a node whose mark lies between them is moved too, and on a node whose
	// mark is at or beyond `to` in the same epoch nothing is done. Any other mark makes it return ErrMark:
	// the cache went back to an older state, or somebody else moved it, and the caller has to read Mark and
	// replay from there. An empty `from` sets the mark whatever it was. After an error some nodes may have
	// been moved; doing it again is harmless.
	Advance(ctx context.Context, mark string, keys []string, from, to Position) error
	// Mark returns the lowest of all nodes' marks of that name, "" if a node that holds keys has none.
	Mark(ctx context.Context, mark string) (Position, error)
	// Lineage is a text that differs once a node was restarted, or replaced by another one that may lack what
	// the first was told last: then nothing that was read in between can be trusted to be current.
	Lineage(ctx context.Context) (string, error)
	// Close waits for what is under way and releases what New made; a client that was handed over stays open.
	Close() error
}

// Cached is what a shared cache holds for a key: a Value, or a Lease that was granted, or a lease that
// somebody else holds. Without any of them the caller reads the database, and does not fill.
type Cached struct {
	Value []byte // nil if there is none; it belongs to the caller
	Lease string // the token of the lease that was granted, "" if none was
	// Held is the token that another Get was granted and that stands, as far as this Get has seen it. Who
	// holds it loads from a snapshot that nothing killed before this Get has to be missing from.
	Held string
	// Err tells why this key alone could not be asked for, where others could.
	Err error
}

// Fill is a value for a key that was leased.
type Fill struct {
	Key   string
	Lease string
	Value []byte        // nil gives the lease back; empty is a value
	TTL   time.Duration // a backstop; less than a millisecond counts as one
}
