package denorm

import (
	"sync/atomic"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/freshness"
)

// counters are what Stats shows.
type counters struct {
	batches, queries, documents            atomic.Int64
	localHits                              striped
	sharedHits, misses, bypasses           atomic.Int64
	leaseWaits, refused, oversize, corrupt atomic.Int64
	localKills, sharedKills, cacheErrors   atomic.Int64
	relayErrors, captureBroken             atomic.Int64
	sinkPuts, sinkDeletes, sinkFailures    atomic.Int64
}

// striped is a counter that many goroutines raise at once, at every hit: its cells are far enough apart for
// processors not to wait for each other.
type striped struct {
	cells [16]struct {
		n atomic.Int64
		_ [120]byte
	}
}

// add counts one. What is different for different callers picks the cell.
func (s *striped) add(by uint64) { s.cells[by%uint64(len(s.cells))].n.Add(1) }

// Load returns the sum.
func (s *striped) Load() (sum int64) {
	for i := range s.cells {
		sum += s.cells[i].n.Load()
	}
	return sum
}

// Stats are counts since Open and, where noted, the state of now.
type Stats struct {
	Batches   int64 // loads of up to 1,000 roots each
	Queries   int64 // statements of loaders and counts that were sent
	Documents int64 // documents built, before a transform may drop some

	LocalHits   int64 // documents that came out of the cache in this process
	SharedHits  int64 // out of the shared cache
	Misses      int64 // documents that were loaded in order to be cached
	Bypasses    int64 // documents read from the database because no cache could be trusted
	LeaseWaits  int64 // documents that somebody else was loading
	Refused     int64 // loaded documents that a change kept out of a cache
	Oversize    int64 // documents larger than MaxDocumentBytes
	Corrupt     int64 // values of the shared cache that could not be read
	LocalKills  int64 // events applied to the cache in this process
	SharedKills int64 // keys killed in the shared cache by this process
	CacheErrors int64 // failed operations of the shared cache

	RelayErrors   int64 // failed steps of the relay in this process
	CaptureBroken int64 // times that tables or triggers were found altered

	SinkPuts     int64 // documents written to sinks by this process
	SinkDeletes  int64 // documents deleted from them, as far as they were there
	SinkFailures int64 // documents that a sink could not take, each attempt

	// Compared are the documents that Engine.Verify compared in this process, Differing those that it found to differ the
	// last time it looked at each store, and DifferingFor for how long it has found some each time; -1 where it has not.
	Compared, Differing int64
	DifferingFor        time.Duration

	// LocalAge and SharedAge are how old a document of that cache may be now: no earlier commit is missing.
	// They are -1 where nothing is known, or there is no such cache.
	LocalAge, SharedAge time.Duration
	// Backlog is the state of now: whether changes wait, by the last poll.
	Backlog bool
}

// Stats returns the engine's counters. They are read one after another, not as one snapshot. It costs no I/O.
func (e *Engine) Stats() Stats {
	c := &e.counters
	stats := Stats{
		Batches: c.batches.Load(), Queries: c.queries.Load(), Documents: c.documents.Load(),
		LocalHits: c.localHits.Load(), SharedHits: c.sharedHits.Load(), Misses: c.misses.Load(),
		Bypasses: c.bypasses.Load(), LeaseWaits: c.leaseWaits.Load(), Refused: c.refused.Load(),
		Oversize: c.oversize.Load(), Corrupt: c.corrupt.Load(), LocalKills: c.localKills.Load(),
		SharedKills: c.sharedKills.Load(), CacheErrors: c.cacheErrors.Load(),
		RelayErrors: c.relayErrors.Load(), CaptureBroken: c.captureBroken.Load(),
		SinkPuts: c.sinkPuts.Load(), SinkDeletes: c.sinkDeletes.Load(), SinkFailures: c.sinkFailures.Load(),
		LocalAge: -1, SharedAge: -1,
	}
	e.verified.show(&stats)
	l := e.live.Load()
	if l == nil {
		return stats
	}
	now := time.Now()
	stats.LocalAge, stats.SharedAge = age(&l.local, now), age(&l.shared, now)
	stats.Backlog = l.backlog.Load()
	return stats
}

func age(g *freshness.Gauge, now time.Time) time.Duration {
	if d := g.Age(now); d != freshness.Unknown {
		return d
	}
	return -1
}
