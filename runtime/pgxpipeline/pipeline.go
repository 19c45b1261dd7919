package pgxpipeline

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Pipeline is a denorm.Pipeline. It has no state, and may be used by any number of engines and goroutines.
type Pipeline struct{}

// New makes a pipeline.
func New() *Pipeline { return &Pipeline{} }

// Several queries see one state by a transaction that nothing else is done in.
const (
	beginSnapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	endSnapshot   = "COMMIT"
)

// Begin implements denorm.Pipeline.
func (*Pipeline) Begin(ctx context.Context, of any, queries []denorm.PipelineQuery) (denorm.PipelineResults, error) {
	wrapped, ok := of.(*stdlib.Conn)
	if !ok || wrapped.Conn().Config().DefaultQueryExecMode != pgx.QueryExecModeCacheStatement {
		return nil, denorm.ErrNoPipeline
	}
	r := &results{ctx: ctx, conn: wrapped.Conn(), snapshot: len(queries) > 1}
	if r.snapshot {
		framed := make([]denorm.PipelineQuery, 0, len(queries)+2)
		framed = append(append(framed, denorm.PipelineQuery{SQL: beginSnapshot}), queries...)
		queries = append(framed, denorm.PipelineQuery{SQL: endSnapshot})
	}
	r.queries = queries
	if err := r.send(); err != nil {
		return nil, errors.Join(fmt.Errorf("send the queries: %w", err), r.lost(err))
	}
	if r.snapshot {
		if _, err := r.Next(); err != nil {
			return nil, errors.Join(fmt.Errorf("begin a snapshot: %w", err), r.Close())
		}
	}
	return r, nil
}

// results reads what the server answers to the queries of a batch.
type results struct {
	ctx      context.Context
	conn     *pgx.Conn
	queries  []denorm.PipelineQuery
	snapshot bool // the first and the last query are its begin and end
	pipeline *pgconn.Pipeline
	rows     rows
	stale    bool // the server refused a statement that was prepared
}

// send prepares what this connection has not prepared yet, and sends everything.
func (r *results) send() error {
	statements := make([]*pgconn.StatementDescription, len(r.queries))
	for i, query := range r.queries {
		var err error
		if statements[i], err = r.conn.Prepare(r.ctx, query.SQL, query.SQL); err != nil {
			return err
		}
	}
	r.pipeline = r.conn.PgConn().StartPipeline(r.ctx)
	for i, statement := range statements {
		var bound pgx.ExtendedQueryBuilder
		if err := bound.Build(r.conn.TypeMap(), statement, r.queries[i].Args); err != nil {
			return errors.Join(err, r.pipeline.Sync(), r.pipeline.Close())
		}
		for column := range bound.ResultFormats {
			bound.ResultFormats[column] = formatOf(statement.Fields[column].DataTypeOID)
		}
		r.pipeline.SendQueryStatement(statement, bound.ParamValues, bound.ParamFormats, bound.ResultFormats)
	}
	return r.pipeline.Sync()
}

// Next implements denorm.PipelineResults.
func (r *results) Next() (denorm.PipelineRows, error) {
	got, err := r.pipeline.GetResults()
	if err != nil {
		return nil, r.failed(err)
	}
	reader, ok := got.(*pgconn.ResultReader)
	if !ok {
		return nil, fmt.Errorf("the server ended the batch early: %T", got)
	}
	r.rows = rows{results: r, reader: reader, types: r.conn.TypeMap()}
	return &r.rows, nil
}

// failed notes whether an error is about a statement that the server knows no more, or not in this form.
func (r *results) failed(err error) error {
	const featureNotSupported, invalidStatementName = "0A000", "26000"
	if of := new(pgconn.PgError); errors.As(err, &of) {
		r.stale = r.stale || of.Code == featureNotSupported || of.Code == invalidStatementName
	}
	return err
}

// Close implements denorm.PipelineResults.
func (r *results) Close() error {
	err := r.failed(r.pipeline.Close())
	conn := r.conn.PgConn()
	if !conn.IsClosed() && conn.TxStatus() != 'I' { // the end of the snapshot was skipped behind an error
		_, ended := r.conn.Exec(context.WithoutCancel(r.ctx), "ROLLBACK")
		err = errors.Join(err, ended)
	}
	if r.stale && !conn.IsClosed() {
		for _, query := range r.queries {
			err = errors.Join(err, r.conn.Deallocate(context.WithoutCancel(r.ctx), query.SQL))
		}
	}
	return errors.Join(err, r.lost(err))
}

// lost says that the connection is, where an error has closed it. Nothing was written by it, so whoever is told may try again.
func (r *results) lost(err error) error {
	if err != nil && r.ctx.Err() == nil && (r.conn.IsClosed() || pgconn.SafeToRetry(err)) {
		return driver.ErrBadConn
	}
	return nil
}
