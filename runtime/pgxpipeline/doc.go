// Package pgxpipeline loads documents from PostgreSQL in one round trip, and without what database/sql does to each value:
//
//	db, err := sqlx.Open("pgx", dsn)
//	...
//	engine, err := denorm.Open(ctx, db, denorm.WithPipeline(pgxpipeline.New()))
//
// It works on pools that pgx's driver has opened (github.com/jackc/pgx/v5/stdlib), whatever else they are used for. The beginning of a
// snapshot, all queries of a batch and its end are sent together, and integers, floats, times and texts are read in the form in
// which the server sends them. Statements are prepared once on each connection and kept.
//
// A connection that must not keep statements, for a pooler stands between, says so by its mode (default_query_exec_mode in the
// DSN); then, and on connections of other drivers, batches are loaded by database/sql as without this package.
package pgxpipeline
