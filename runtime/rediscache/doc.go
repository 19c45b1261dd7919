// Package rediscache is a denorm.SharedCache in Redis 6 or later, or what speaks its protocol: a single node,
// nodes behind Sentinel, or a cluster.
//
//	client := redis.NewClient(&redis.Options{Addr: "localhost:6379"})
//	cache, err := rediscache.New(client)
//	...
//	engine, err := denorm.Open(ctx, db, denorm.WithSharedCache(cache))
//
// A key is one string, a lease or a value, told apart by the first byte. Reads are plain GETs; a fill is a script
// that compares and sets. Redis may lose, evict or forget anything at any time: the marks go with the keys of their
// node, and the engine notices by them.
//
// Commands that take a lease, and those that move a mark, are sent once and never tried again, whatever the client's
// MaxRetries says.
package rediscache
