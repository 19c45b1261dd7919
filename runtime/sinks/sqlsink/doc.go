// Package sqlsink is a denorm.Sink that keeps documents in a table with a JSON column, for people and programs that read
// by SQL: in PostgreSQL 11 or later (jsonb), SQLite 3.38 or later (text), MySQL 8.0.21 or later, or MariaDB 10.6 or
// later (json).
//
//	sink, err := sqlsink.New(db, sqlsink.Index("books", "author", "name"))
//	...
//	engine, err := denorm.Open(ctx, source, denorm.WithSink("tables", sink))
//
// The database may be the one of the source tables or any other. In it, readers query one view for each collection, of
// the collection's name after a prefix, "doc_" unless Prefix says otherwise:
//
//	SELECT document FROM doc_books WHERE id = '7'
//
// Its columns are id, the text of the document's key, and document. On MySQL and MariaDB id is binary, so that it is
// compared by its bytes, and there is one more column for each declared path. A new release, whose documents have
// another form, fills a table of its own while readers still find that of before; then the view is switched: in a
// transaction on PostgreSQL and SQLite, by CREATE OR REPLACE VIEW on MySQL and MariaDB. Tables have the view's name and
// the shape's after it. They are not to be written to, and their comments say whose they are. A table or view of the same
// name that is somebody else's is never touched: Prepare then returns ErrNameTaken.
//
// # Fields of others
//
// Fields at the root of a document that are not the collection's are kept, as long as there is a document. They are set
// through the view:
//
//	UPDATE doc_books SET document = document || '{"rank": 7}' WHERE id = '7'                      -- PostgreSQL
//	UPDATE doc_books SET document = json_set(document, '$.rank', 7) WHERE id = '7'                -- the others
//
// Rows cannot be inserted through the view, and must not be deleted. They are carried over when the view is switched. On
// MySQL and MariaDB a field that is set in the moment of the switch, between the last look at the old table and the view's
// change, is not carried over.
//
// # Indexes
//
// Index declares paths. Readers use an index by exactly these expressions, here for Index("books", "author", "name"):
//
//	document -> 'author' ->> 'name'                   -- PostgreSQL
//	json_extract(document, '$."author"."name"')       -- SQLite
//	by_author_name                                    -- MySQL, MariaDB: a column of the view
//
// Making an index over documents that are there already holds up their writers meanwhile, except on MySQL and MariaDB.
// PostgreSQL indexes values of up to 2,704 bytes; a document with a longer one there is set aside.
//
// # Limits
//
// A document can have 255 MB on PostgreSQL, max_allowed_packet on MySQL and MariaDB and 1 GB on SQLite. PostgreSQL takes
// no U+0000 in texts, and MariaDB no documents deeper than some 30 levels; those are set aside. Keys are at most 2,048 bytes
// long. PostgreSQL and MySQL order fields by themselves, and MySQL keeps numbers only as precisely as a double.
//
// What was deleted is remembered for a day. Where a lock is not to be had, or transactions collide, a write is tried
// again for a second or two. On SQLite that comes after each connection's busy_timeout, which no context ends: keep it
// far below the sink's timeout.
package sqlsink
