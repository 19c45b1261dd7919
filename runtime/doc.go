// Package denorm loads the documents that denormgen generates types, SQL and scan functions for.
//
// A program opens one [Engine] over its database and hands it to the generated constructors:
//
//	engine, err := denorm.Open(ctx, db)
//	books := models.NewBooks(engine)
//	doc, err := books.Get(ctx, 42)
//
// Every document is one committed state of the database: the queries of a batch share a read-only
// snapshot. A batch of up to 1,000 roots costs one query for the roots and one per to-many path, however
// many rows there are. A batch that lost its connection, or whose prepared statements PostgreSQL refuses because
// a column changed its type, is tried again.
//
// Snapshots are as good as the database's: MySQL has none for tables that are not transactional, such as MyISAM's,
// and SQLite has none between connections that share a cache (cache=shared), which it discourages. A database in
// memory is best served by a pool of one connection.
//
// An Engine and everything made from it may be used by any number of goroutines.
package denorm

// ThisRuntimeReadsGeneratedCodeV1 is named by generated code, so that code made for another generation
// of the runtime stops compiling with words that say why. Update denormgen and the runtime together,
// then run go generate.
const ThisRuntimeReadsGeneratedCodeV1 = 1
