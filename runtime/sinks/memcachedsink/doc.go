// Package memcachedsink is a denorm.Sink that keeps documents in memcached 1.4 or later, for readers who speak only that:
// one server, or several between which clients choose by a hash of the key.
//
//	client := memcache.New("localhost:11211")
//	client.MaxIdleConns = 16
//	sink, err := memcachedsink.New(client)
//	...
//	engine, err := denorm.Open(ctx, db, denorm.WithSink("memcached", sink))
//
// # What is stored
//
// One item for each document, under the default prefix, its collection and the text of its key as the feed has it:
//
//	get denorm-sink:books:42
//
// In the name of the collection and in the key all bytes but ASCII letters, digits and -._~ are percent-encoded with
// upper-case digits, as in URLs. Where all that has more than 250 bytes, which is as long as memcached's keys can be,
// the item is under the prefix, "%%", and the SHA-256 of the rest (books:42) in 64 lower-case hexadecimal digits.
//
// The item is the document's JSON, with flags 0. It ends in white space, which every JSON parser skips: that is the
// document's version, so that one item, which memcached replaces at once, has both. Two items could not be kept
// together: a writer may be killed between them, and memcached may evict one of them.
//
// What was deleted is the JSON text null, with its version, for two hours: for readers, no item and null are the same.
//
// # Limits
//
// memcached is a cache: it evicts items when its memory is full, and has none after a restart. Readers must be able to do
// without a document. It is back when it changes, or after a full sync (Engine.Sync). With the item goes its version,
// also that of what was deleted: of the writes that are under way in that moment, the one that comes last then wins,
// even if it is older. What it leaves is wrong until the document changes again, or until a full sync, as long as
// the document exists; TTL bounds it in any case. The servers' "evictions" should therefore stay at zero.
//
// memcached cannot list its keys, so a full sync does not find documents that are gone from the database: those which
// went while nobody followed stay until they are evicted, or for the TTL. When the list of servers changes, or a client
// takes a server for dead and asks another one, documents are missed where they are looked for, and old ones are found when
// the list is changed back: flush a server (flush_all) before it joins, and have a full sync follow. All clients
// have to choose servers in the same way; this one is CRC-32 modulo their number, unless the client was made with a selector.
//
// A document may have 1 MiB less 1 KiB. MaxBytes allows more where the servers do (-I). Fields that somebody else puts
// into a document are gone with the next write, and who writes without the white space loses its version. A new release
// writes its documents one by one over those that are there. Sinks of different prefixes may share servers.
//
// Servers have to be started with CAS, as they are without -C.
//
// The client ends no call by a context: one that has ended leaves requests to the client's Timeout. The sink
// has as many of them under way to each server as the client keeps connections (MaxIdleConns, 2 by default): a write
// is a round trip for each document, divided by that number, and one more for some documents together.
package memcachedsink
