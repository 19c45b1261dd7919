// Package redissink is a denorm.Sink that keeps documents in Redis 6 or later, or what speaks its protocol, for readers who
// speak only Redis: a single node, nodes behind Sentinel, or a cluster.
//
//	client := redis.NewClient(&redis.Options{Addr: "localhost:6379"})
//	sink, err := redissink.New(client)
//	...
//	engine, err := denorm.Open(ctx, db, denorm.WithSink("redis", sink))
//
// # What is stored
//
// Of a collection books, with the default prefix:
//
//	denorm-sink:{books}:<key>       the document, a string of JSON
//	denorm-sink:{books}/keys        the keys of all documents, a sorted set with the score 0
//	denorm-sink:{books}/versions    the version of each key, also of deleted ones, a hash
//	denorm-sink:{books}/tombstones  the keys of deleted documents, a sorted set by the second of their deletion
//
// A key is the text that the feed has for it. In the name of the collection all bytes but ASCII letters, digits and -._~
// are percent-encoded, as in URLs; an empty name is "%". Readers GET a document, and page through all of them in the
// order of the keys' bytes:
//
//	GET denorm-sink:{books}:42
//	ZRANGEBYLEX denorm-sink:{books}/keys - + LIMIT 0 100
//	ZRANGEBYLEX denorm-sink:{books}/keys (42 + LIMIT 0 100
//
// A page may name a document that goes before it is read. Versions and tombstones are the sink's own.
//
// # Limits
//
// The name of the collection in braces is a hash tag: all keys of a collection are in one slot of a cluster, so that a
// script can compare versions, write, and keep the set of keys, all at once. A collection therefore has to fit on one
// node, with about 200 bytes and twice the key beside each document. While a cluster moves the slot, the sink's calls
// fail (TRYAGAIN); the engine tries them again until it has moved. Sinks of different prefixes may share a server.
//
// A document is a string of its own: fields that somebody else puts there are gone with the next write. A new release
// writes its documents one by one over those that are there. Deleted keys' versions are kept for two hours at least, and
// then removed little by little with each write.
//
// The server must not evict keys (maxmemory-policy noeviction, or one of volatile-*: no key has a time to live). What it
// loses, by a restart or by a failover to a replica that lags behind, is missing or old until the document changes or
// a full sync (Engine.Sync) writes all anew. A user of the server with restricted rights needs those to EVAL, EVALSHA, TIME,
// SET, MGET, UNLINK, HMGET, HSET, HDEL, ZADD, ZREM, ZRANGEBYLEX and ZRANGEBYSCORE.
package redissink
