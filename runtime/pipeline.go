package denorm

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// Pipeline loads batches past database/sql, for drivers that can do more: it sends all queries of a batch at once and reads values
// in the form in which they come. WithPipeline chooses it; [github.com/denormgen/denormgen/runtime/pgxpipeline] has one for PostgreSQL.
// It is used by several goroutines at once, each with a connection of its own.
type Pipeline interface {
	// Begin sends queries, which see one state of the database where there are several, on the connection that a driver of
	// database/sql has made. It returns ErrNoPipeline, having sent nothing, where that is none that it can use.
	Begin(ctx context.Context, conn any, queries []PipelineQuery) (PipelineResults, error)
}

// PipelineQuery is a query and what is bound to it.
type PipelineQuery struct {
	SQL  string
	Args []any
}

// PipelineResults are the results of queries, in their order.
type PipelineResults interface {
	// Next goes on to the result of the next query, past what is left of the one before.
	Next() (PipelineRows, error)
	// Close reads what is left, and leaves the connection as it was. An error that Next or Err has returned may be returned
	// again. One that is driver.ErrBadConn says that the connection is lost.
	Close() error
}

// PipelineRows are the rows of one result. Values are valid until NextRow is called again.
type PipelineRows interface {
	NextRow() bool
	// Err returns what ended the rows early, nil where nothing did.
	Err() error
	// Column returns the name of a column.
	Column(i int) string

	Null(i int) bool
	// Int64, Float64, Text and Time read a value of just that type, and tell whether it is of it.
	Int64(i int) (int64, bool)
	Float64(i int) (float64, bool)
	Text(i int) ([]byte, bool)
	Time(i int) (time.Time, bool)
	// Value returns what the driver makes of a value for database/sql.
	Value(i int) (driver.Value, error)
}

// ErrNoPipeline is what a Pipeline answers on connections that are not for it; then database/sql is used.
var ErrNoPipeline = errors.New("the connection takes no pipeline")

// WithPipeline has batches of documents loaded through a pipeline, where the connection is one for it. By default everything goes
// through database/sql. What is loaded by Load from a transaction of the caller always does.
func WithPipeline(pipeline Pipeline) Option {
	return func(o *options) error {
		if isNil(pipeline) {
			return fmt.Errorf("%w: the pipeline is nil", ErrValue)
		}
		o.pipeline = pipeline
		return nil
	}
}
