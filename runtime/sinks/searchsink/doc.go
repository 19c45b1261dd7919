// Package searchsink is a denorm.Sink that keeps documents in a search engine: Elasticsearch 7.3 or later, OpenSearch, or
// what speaks their protocol.
//
//	sink, err := searchsink.New("https://search:9200", searchsink.Header("Authorization", "ApiKey ..."))
//	...
//	engine, err := denorm.Open(ctx, db, denorm.WithSink("search", sink))
//
// It is tested against a fake of the protocol that was written from the engines' documentation, not against a real engine:
// try it against yours before you rely on it.
//
// # What is stored
//
// Readers search an alias for each collection, of the default prefix and the collection's name, here books:
//
//	POST /denorm-books/_search?_source_excludes=denorm_sink
//	{"query": {"match": {"title": "salt"}}}
//
// They find what was written once the engine has refreshed the index, by default a second later. The _id is the text of the
// document's key, as the feed has it. One of more than 512 bytes, an empty one, and one that begins with "denorm-sink:"
// is "denorm-sink:" and its SHA-256 in hexadecimal digits.
//
// The field denorm_sink is the sink's own: key, version, and gone, which a deleted document has. Engines forget the
// version of what is deleted within a minute, so what was deleted is a document that has no other field for two hours. The alias has a filter
// that hides it from searches, but GET /denorm-books/_doc/42 knows no filter: who reads by _id has to take a
// document with denorm_sink.gone for none.
//
// The alias stands for an index that has the shape of the documents in its name, denorm-books-<shape>. A new release fills
// an index of its own, and the alias is switched at once when that is complete. In names of collections and shapes all
// bytes but lower-case ASCII letters, digits and _ are a point and two hexadecimal digits (Books is .42ooks); a name
// that has more than 90 characters then is two points and its SHA-256.
//
// # Fields of others
//
// Fields at the root of a document that are not the collection's are kept, as long as there is a document:
//
//	POST /denorm-books/_update/42
//	{"doc": {"rank": 7}}
//
// They are carried over when the alias is switched, but for those that are set in that moment, between the last look at
// the document and the switch.
//
// # Versions
//
// The sink reads documents as they are (_mget), leaves those alone that are as new or newer, and writes the others over
// exactly what it read (_bulk with create, or with if_seq_no and if_primary_term). What somebody else has changed
// meanwhile is read again. That is two requests for up to 1,000 documents.
//
// External versions, which would do with one, are not for this: they replace a whole document, and with it what others have
// added; and each update by others raises them by one, so that the next newer version might count as older. Nor would
// a version of the feed fit, which is two numbers of 64 bits.
//
// # Mappings
//
// Fields are mapped as the engine finds them, except that a text which looks like a date stays a text. What the first
// document has in a field decides for the others: one with another kind of value is refused, and set aside. Index
// says what indexes of a collection are created with instead:
//
//	searchsink.Index("books", []byte(`{"mappings": {"dynamic": false, "properties": {"title": {"type": "text"}}}}`))
//
// It counts for indexes that are created from then on. One that is there can be changed by the engine's own means; or
// delete it, and have a full sync (Engine.Sync) fill a new one.
//
// # Limits
//
// A document can have 32 MiB (MaxBytes), if the server takes such requests. Where a request is too large for it
// (413, or a circuit breaker whose limit is below it), it is cut in halves, down to single documents. An overloaded
// server (429, 503) fails the call, which the engine of this module tries again. Engines allow no empty names of fields, no
// _id or the like at the root, and by default no more than 1,000 fields in an index and 20 levels. Keys are at most
// 32,766 bytes. An update by others has the engine write the whole document anew, with numbers as precisely as it
// keeps them.
//
// Errors name the kind that the engine gives, and not its reason, which quotes documents. A user with restricted rights needs
// create_index, delete_index, read, write, view_index_metadata, maintenance and manage (for aliases) on the indexes of the prefix.
package searchsink
