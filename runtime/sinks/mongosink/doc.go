// Package mongosink is a denorm.Sink that keeps documents in collections of MongoDB 5.0 or later, for people and programs that
// read there.
//
//	client, err := mongo.Connect(options.Client().ApplyURI("mongodb://localhost:27017"))
//	...
//	sink, err := mongosink.New(client.Database("shop"))
//	...
//	engine, err := denorm.Open(ctx, db, denorm.WithSink("mongo", sink))
//
// # What is stored
//
// A collection books of the engine is the collection books of the database. A document of it has the text of its key as
// _id, its own fields at the root, and a field _denorm, which is the sink's:
//
//	{_id: "42", title: "The Salt Road", pages: 312, _denorm: {version: "00000000001700000000.00000000000000000007"}}
//
// A document that was deleted leaves a tombstone for a day, without any other field:
//
//	{_id: "43", _denorm: {version: "…", deleted: ISODate("…")}}
//
// Readers leave those out. Whoever asks for a value of some field need not, for a tombstone has none:
//
//	db.books.find({title: "The Salt Road"})
//	db.books.find({"_denorm.deleted": null}, {_denorm: 0})
//	db.books.countDocuments({"_denorm.deleted": null})
//
// or read a view, which is theirs to make:
//
//	db.createView("books_live", "books", [{$match: {"_denorm.deleted": null}}, {$unset: "_denorm"}])
//
// Tombstones are in the collection because MongoDB decides about one document at a time, without transactions, which
// not every server has: if they were elsewhere, a late write could put a document back between the look at its tombstone and
// the insert.
//
// Names of collections are percent-encoded, as in URLs, but for ASCII letters, digits and -_~; an empty one is "%". A
// collection that has documents of somebody else is refused (ErrNameTaken) until the sink has made its index there,
// denorm_deleted, which is over tombstones only. Make other indexes as you like; one that is unique may refuse documents, which
// are then set aside.
//
// # Types
//
// Text, true, false, null, arrays and objects are what they are; of a name that an object has twice, the last value
// counts. A number is an int32, an int64, a double or a decimal128, the first one that holds it as it is written: one with
// a point or an exponent is never an integer. Decimals that the engine writes as text, and times, stay text.
//
// # Fields of others
//
// Fields at the root of a document that are not the collection's are kept as long as there is a document:
//
//	db.books.updateOne({_id: "42", "_denorm.deleted": null}, {$set: {rank: 7}})
//
// Nobody else should write to _denorm, to the collection's fields, insert documents or remove them.
//
// # Limits
//
// A document has 16 MiB less 64 KiB as BSON, and 100 levels. Names of fields at the root have no dot and no dollar in front,
// and are neither empty nor _id nor _denorm: Prepare refuses others. Below the root MongoDB decides, which takes dots, and
// dollars mostly; no name has U+0000. What does not fit is set aside, each document by itself.
//
// A new release writes its documents one by one over those that are there: MongoDB could rename a collection over another
// one at once, but who still writes documents of the old form would then write them into the new one.
//
// The collection has the simple collation, which is the default, and is not sharded or sharded by _id. The sink reads from the
// primary and has writes acknowledged by the majority. The client should have timeouts of its own only if calls without a
// deadline are made; the engine's have one. A user with the role readWrite has all rights that are needed.
//
// Tests run on FerretDB 1.24, which speaks MongoDB's protocol and takes less: no decimal128, no arrays in arrays, no dots
// and dollars in names, and no large batches (Batch).
package mongosink
