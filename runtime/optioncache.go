package denorm

import (
	"fmt"
	"time"
)

// WithLocalCache bounds the memory of the cache in this process: about maxBytes for all collections
// together, each with an equal part. The default is 64 MiB; zero turns the local cache off.
func WithLocalCache(maxBytes int64) Option {
	return func(o *options) error {
		if maxBytes < 0 {
			return fmt.Errorf("%w: the size of the local cache is %d, and cannot be below zero", ErrValue, maxBytes)
		}
		o.localBytes = maxBytes
		return nil
	}
}

// WithSharedCache adds a cache that several processes read. It may be used together with the local one,
// which then holds only what the shared one holds too.
func WithSharedCache(cache SharedCache) Option {
	return func(o *options) error {
		o.shared = cache
		return nil
	}
}

// WithNamespace separates applications whose entries would otherwise meet in one shared cache: two databases
// of which one was restored from a backup of the other, for example. By default the identity of the database
// separates them.
func WithNamespace(name string) Option {
	return func(o *options) error {
		o.namespace = name
		return nil
	}
}

// WithCodec sets the form that documents have in the shared cache. The default is the generated binary one.
func WithCodec(codec Codec) Option {
	return func(o *options) error {
		o.codec = codec
		return nil
	}
}

// WithMaxStaleness sets the greatest age of a document that Get returns (default 2 s): no commit that is older is
// missing from it. Where a cache cannot show that it is as fresh, documents are read from the database.
func WithMaxStaleness(d time.Duration) Option {
	return positive("MaxStaleness", d, func(o *options) { o.maxStaleness = d })
}

// WithAggregateAge lets documents of aggregates be as old as this (default 0), although they are known to have
// changed: so many changes make for one build in that time, and not for a build after each of them. What was written by
// Tx and Join in this process is always shown to it.
func WithAggregateAge(d time.Duration) Option {
	return positive("AggregateAge", d, func(o *options) { o.aggregateAge = d })
}

// WithCacheTimeout sets how long an operation of the shared cache may take (default 250 ms) before the database
// is read instead.
func WithCacheTimeout(d time.Duration) Option {
	return positive("CacheTimeout", d, func(o *options) { o.cacheTimeout = d })
}

// WithCacheTTL sets how long the shared cache keeps an entry at most (default 24 h, less up to a tenth by
// chance). It only bounds what lies there unused: documents are kept true by invalidation.
func WithCacheTTL(d time.Duration) Option {
	return positive("CacheTTL", d, func(o *options) { o.cacheTTL = d })
}

// WithLeaseTime sets how long a process may take to load a document before another one tries (default 3 s). For a document
// of an aggregate it is 20 times as long.
func WithLeaseTime(d time.Duration) Option {
	return positive("LeaseTime", d, func(o *options) { o.leaseTime = d })
}

// WithPollInterval sets how often the database is asked for changes while there are none (default 20 ms). While
// there are some it is asked more often.
func WithPollInterval(d time.Duration) Option {
	return positive("PollInterval", d, func(o *options) { o.pollInterval = d })
}

// WithRetention sets how long events stay in the feed (default 1 h), for consumers that were away. Those that are
// away for longer start anew.
func WithRetention(d time.Duration) Option {
	return positive("Retention", d, func(o *options) { o.retention = d })
}

// WithPlanLifetime sets how long the database keeps what a collection depends on after the last sign of life of
// a program that uses it (default 168 h, not less than 1 h): that of an old release, for example. Until then every
// change is looked at for it too. A program that comes back later starts with empty caches.
func WithPlanLifetime(d time.Duration) Option {
	return func(o *options) error {
		if d < time.Hour {
			return fmt.Errorf("%w: PlanLifetime is %v, and cannot be less than an hour", ErrValue, d)
		}
		o.planLifetime = d
		return nil
	}
}

// WithMaxDocumentBytes sets the largest encoded document that is cached (default 1 MiB). Larger ones are served,
// and counted.
func WithMaxDocumentBytes(n int) Option {
	return positive("MaxDocumentBytes", n, func(o *options) { o.maxDocumentBytes = n })
}

// WithOwnWritesLimit sets how many documents Engine.Tx invalidates itself (default 10,000). After a transaction that
// changed more, this process reads the collections concerned from the database until the relay has caught up.
func WithOwnWritesLimit(n int) Option {
	return positive("OwnWritesLimit", n, func(o *options) { o.ownWritesLimit = n })
}
