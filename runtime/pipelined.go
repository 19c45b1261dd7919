package denorm

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// errPipeline is a query that was not sent with the others.
var errPipeline = errors.New("the query is not of this batch")

// pipelined is a batch whose queries were all sent when it began.
type pipelined struct {
	queries []PipelineQuery
	next    int // the query that the next result is of
	results PipelineResults
	cursor  pipelineCursor
}

// query implements session. Queries that were not wanted after all are passed over.
func (p *pipelined) query(ctx context.Context, s *statement, _ []any, watch watch) (cursor, error) {
	for p.next < len(p.queries) {
		text := p.queries[p.next].SQL
		p.next++
		rows, err := p.results.Next()
		if err != nil {
			watch.done(ctx, 0, err)
			return nil, err
		}
		if text == s.text {
			c := &p.cursor
			c.ctx, c.current.rows, c.fetched, c.open, c.watch = ctx, rows, 0, true, watch
			c.current.failed = nil
			return c, nil
		}
	}
	return nil, fmt.Errorf("%w: %s", errPipeline, s.text)
}

// end does nothing: through closes the results.
func (p *pipelined) end(context.Context, bool) {}

// through loads a batch through the pipeline, and tells whether the connection was one for it.
func (e *Engine) through(ctx context.Context, queries []PipelineQuery, load func(session) error) (used bool, err error) {
	conn, err := e.db.Conn(ctx)
	if err != nil {
		return true, err
	}
	defer conn.Close()
	err = conn.Raw(func(driverConn any) (err error) {
		results, err := e.settings.pipeline.Begin(ctx, driverConn, queries)
		if errors.Is(err, ErrNoPipeline) {
			return nil
		}
		used = true
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, results.Close()) }()
		return load(&pipelined{queries: queries, results: results})
	})
	return used || err != nil, err
}

// queries are those of a batch, in the order in which they are asked for.
func (s *keySource) queries() []PipelineQuery {
	list := make([]PipelineQuery, 0, len(s.statements)+1)
	if s.guard != nil {
		list = append(list, PipelineQuery{SQL: relay.HeadSQL})
	}
	for i := range s.statements {
		list = append(list, PipelineQuery{SQL: s.statements[i].text, Args: s.args})
	}
	return list
}

// pipelineCursor reads one result.
type pipelineCursor struct {
	ctx     context.Context
	current pipelineRow
	fetched int
	open    bool
	watch   watch
}

func (c *pipelineCursor) next() bool {
	if !c.current.rows.NextRow() {
		return false
	}
	c.fetched++
	return true
}

func (c *pipelineCursor) row() Row { return &c.current }

func (c *pipelineCursor) failure() (column string, err error) {
	if c.current.failed == nil {
		return "", nil
	}
	return c.current.rows.Column(c.current.column), c.current.failed
}

func (c *pipelineCursor) close() error {
	if !c.open {
		return nil
	}
	c.open = false
	err := c.current.rows.Err()
	c.watch.done(c.ctx, c.fetched, err)
	return err
}

// pipelineRow reads values as they come, and what has to be converted as database/sql would get it.
type pipelineRow struct {
	rows  PipelineRows
	texts slab
	misread
}

func (r *pipelineRow) hold() *string { return r.texts.hold() }

func (r *pipelineRow) Null(i int) bool { return r.rows.Null(i) }

func (r *pipelineRow) Value(i int) driver.Value {
	value, err := r.rows.Value(i)
	if err != nil {
		r.Fail(i, err)
	}
	return value
}

func (r *pipelineRow) Int64(i int) int64 {
	if v, ok := r.rows.Int64(i); ok {
		return v
	}
	return converted(r, i, toInt64)
}

func (r *pipelineRow) Uint64(i int) uint64 { return converted(r, i, toUint64) }

func (r *pipelineRow) Float64(i int) float64 {
	if v, ok := r.rows.Float64(i); ok {
		return v
	}
	return converted(r, i, toFloat64)
}

func (r *pipelineRow) Bool(i int) bool { return converted(r, i, toBool) }

func (r *pipelineRow) Text(i int) string {
	if v, ok := r.rows.Text(i); ok {
		return r.texts.copy(v)
	}
	return converted(r, i, toText)
}

func (r *pipelineRow) Bytes(i int) []byte { return converted(r, i, toBytes) }

func (r *pipelineRow) Time(i int) time.Time {
	if v, ok := r.rows.Time(i); ok {
		return v
	}
	return converted(r, i, toTime)
}

// converted reads a value by way of the driver's.
func converted[T any](r *pipelineRow, i int, convert func(driver.Value) (T, error)) T {
	value, err := r.rows.Value(i)
	if err == nil {
		var v T
		if v, err = convert(value); err == nil {
			return v
		}
	}
	r.Fail(i, err)
	return *new(T)
}
