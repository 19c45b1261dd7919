package denorm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// Tx runs a function in a transaction and commits it, or rolls it back if the function fails or panics. When Tx
// returns, Get in this process shows what was written, and so does Get in every process that reads the same
// shared cache directly. Where the shared cache cannot be reached within CacheTimeout, or more than OwnWritesLimit
// documents changed, that holds in this process, and the others follow within MaxStaleness.
//
// Before the commit the deferred triggers and constraints of PostgreSQL fire. An error of the commit leaves open
// whether it took place; documents are read afresh then.
func (e *Engine) Tx(ctx context.Context, fn func(tx *sqlx.Tx) error) (err error) {
	if e.closed.Load() {
		return fmt.Errorf("begin a transaction: %w", ErrClosed)
	}
	mark, err := e.logMark(ctx)
	if err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	tx, err := e.sqlx.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	committing := false
	defer func() {
		if !committing {
			_ = tx.Rollback() // the first failure is what counts
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	pending, err := e.join(ctx, tx, mark)
	if err != nil {
		return fmt.Errorf("read what the transaction changed: %w", err)
	}
	committing = true
	if err := tx.Commit(); err != nil {
		if !mutant.Active(mutant.UnknownCommit) {
			err = errors.Join(err, pending.Committed(context.WithoutCancel(ctx)))
		}
		return fmt.Errorf("commit the transaction: %w", err)
	}
	return pending.Committed(ctx)
}

// Queries is a transaction that was begun elsewhere: *sql.Tx, *sqlx.Tx, or what gorm, bun and ent hand out.
type Queries = capture.Queryer

// Pending is what a transaction changed. It is used once, by one goroutine.
type Pending struct {
	live    *live
	changes []capture.Row
}

// Join reads what a transaction that was begun elsewhere has changed so far. Call it when everything is
// written, and Committed after the commit:
//
//	p, err := engine.Join(ctx, tx)
//	...
//	err = tx.Commit()
//	err = errors.Join(err, p.Committed(ctx))
//
// Committed must be called also where the commit failed, for it may have taken place. After a rollback it need
// not be called.
func (e *Engine) Join(ctx context.Context, tx Queries) (*Pending, error) {
	pending, err := e.join(ctx, tx, relay.Unmarked)
	if err != nil {
		return nil, fmt.Errorf("join a transaction: %w", err)
	}
	return pending, nil
}

// logMark returns a point in the log before a transaction that begins later.
func (e *Engine) logMark(ctx context.Context) (int64, error) {
	l := e.live.Load()
	if l == nil {
		return 0, nil
	}
	return l.feed.Mark(ctx)
}

func (e *Engine) join(ctx context.Context, tx Queries, mark int64) (*Pending, error) {
	l := e.live.Load()
	if l == nil {
		return &Pending{}, nil // nothing is cached
	}
	changes, err := l.feed.Own(ctx, tx, mark)
	if err != nil {
		return nil, err
	}
	return &Pending{live: l, changes: changes}, nil
}

// Committed makes the caches forget the documents that the transaction changed. An error means only that the
// caches could not be told in time: readers of this process go to the database then, and nothing stale is shown
// beyond MaxStaleness anywhere.
func (p *Pending) Committed(ctx context.Context) error {
	if p.live == nil || len(p.changes) == 0 || mutant.Active(mutant.OwnWriteKill) {
		return nil
	}
	committed := time.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ownWritesTimeout)
	defer cancel()
	events, complete, err := p.live.feed.Resolve(ctx, p.changes, p.live.engine.settings.ownWritesLimit)
	if err != nil {
		p.live.engine.bypassEverything(committed)
		p.live.engine.logger.WarnContext(ctx, "denorm: what a transaction changed could not be told; documents are read from the database until the relay has told",
			"error", err)
		return nil
	}
	if !complete {
		p.live.bypassCollections(events, committed)
		return nil
	}
	p.live.killOwn(ctx, events, committed)
	return nil
}

// ownWritesTimeout bounds the resolving of own writes. After it, readers go to the database.
const ownWritesTimeout = 2 * time.Second
