// Package natssink is a denorm.Sink that keeps documents in streams of NATS JetStream, 2.11 or later: the last state of each
// document, for readers who join at any time, and each change for those who follow.
//
//	js, err := jetstream.New(conn)
//	...
//	sink, err := natssink.New(js)
//	...
//	engine, err := denorm.Open(ctx, db, denorm.WithSink("nats", sink))
//
// # What is stored
//
// A collection books has a stream denorm-books, which Prepare makes, of one message for each document: max_msgs_per_subject is
// 1, so that a new message of a subject takes the place of the one before. The subject is
//
//	denorm.books.<key>
//
// where all bytes of the key's text but ASCII letters, digits and -_~ are percent-encoded, as in URLs; an empty text is
// "%", and one whose token would be longer than 1,024 bytes is %h and its SHA-256 in hexadecimal. The name of the collection
// is encoded likewise. The message is the document as JSON, with headers:
//
//	Denorm-Version     its version, two numbers of 20 digits: as texts they compare as versions do
//	Denorm-Key         its key, percent-encoded
//	Denorm-Collection  the collection, percent-encoded
//	Denorm-Shape       differs where the form of documents does
//	Denorm-Deleted     true, of a tombstone: the document was deleted, and the message is empty
//	Content-Type       application/json, of a document
//
// The newest version wins at the server: a message is published on condition that the one whose version it is newer than is
// still the last of its subject (Nats-Expected-Last-Subject-Sequence), so a stream never goes back. Tombstones are kept
// for 24 hours, unless Tombstones says otherwise, and then removed by the server (Nats-TTL).
//
// # Read it
//
// A consumer gets the state of all documents first, and then what changes:
//
//	consumer, err := js.OrderedConsumer(ctx, "denorm-books", jetstream.OrderedConsumerConfig{})
//	...
//	consuming, err := consumer.Consume(func(message jetstream.Msg) {
//		key, _ := url.PathUnescape(message.Headers().Get("Denorm-Key"))
//		if message.Headers().Get("Denorm-Deleted") != "" {
//			forget(key)
//			return
//		}
//		keep(key, message.Data())
//	})
//
// One document is the last message of its subject:
//
//	message, err := stream.GetLastMsgForSubject(ctx, "denorm.books.42")
//
// By the command line:
//
//	nats stream get denorm-books --last-for denorm.books.42
//	nats stream view denorm-books
//	nats sub --stream denorm-books --all
//	nats sub 'denorm.books.*'
//
// The last one sees all that is published, also what the stream refuses because it is late: whoever subscribes without a
// consumer compares versions. A reader who was away for longer than tombstones are kept begins with nothing, for
// deletions may have been missed.
//
// # Limits
//
// Document and headers have to fit into the server's max_payload (1 MiB by default), and into the stream's max_msg_size if
// it has one; else the document is denorm.ErrTooLarge. A stream that is full refuses new documents rather than
// to drop old ones. Limits, replicas and placement of a stream may be changed, also by hand; what Prepare needs, it sets
// again: max_msgs_per_subject, no max_age, discard new, allow_direct, allow_msg_ttl. Messages of somebody else in the
// sink's subjects are written over.
//
// A document is a message of its own, without fields of others. A new release writes its documents one by one over those that
// are there. To write a document is to read the last one of its subject first, with its body; a batch of 1,000 takes a
// handful of round trips. Keys reads the headers of the whole stream for its first page, and keeps the keys that are left
// in memory until the last one, about 100 bytes and the key for each document.
//
// Each document is acknowledged by the server, or by the majority of replicas; what a server with one replica loses is missing
// until it changes, or until a full sync (Engine.Sync). A user with restricted rights needs to publish to denorm.>,
// $JS.API.DIRECT.GET.*, $JS.API.STREAM.INFO.*, STREAM.CREATE.*, STREAM.UPDATE.*, CONSUMER.CREATE.>, CONSUMER.DELETE.> and
// CONSUMER.MSG.NEXT.>, and to subscribe to _INBOX.>.
package natssink
