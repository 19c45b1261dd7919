package denorm

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/denormgen/denormgen/runtime/internal/sqlerror"
)

// begin starts the session of a batch: the caller's queryer, a snapshot where several queries must agree, the
// loaders' or that of a guard, else the pool.
func (r *registration[K, D]) begin(ctx context.Context, q Queryer, guarded bool, expected int) (session, error) {
	if q != nil {
		return straight(q), nil
	}
	if r.byDriver(expected) {
		return r.engine.driverSession(ctx)
	}
	if len(r.def.Loaders) == 1 && !guarded {
		return straight(r.engine.db), nil
	}
	return r.engine.snapshot(ctx)
}

// byDriver tells whether batches of so many documents are read from the driver itself: where a snapshot is needed anyway, and
// compiling statements costs little beside what they find.
func (r *registration[K, D]) byDriver(expected int) bool {
	from := r.engine.settings.driverRows
	return r.engine.dialect == SQLite && len(r.def.Loaders) > 1 && from > 0 && expected >= from && !r.engine.driverSkips.Load()
}

// asText tells whether the sessions that begin makes take statements as text only.
func (r *registration[K, D]) asText(ctx context.Context, q Queryer, expected int) (bool, error) {
	if q != nil || r.byDriver(expected) {
		return true, nil
	}
	if r.engine.dialect != SQLite || len(r.def.Loaders) == 1 {
		return false, nil
	}
	return r.engine.beginLocks(ctx)
}

// byKeys loads up to maxBatch roots in one snapshot, in key order. q is nil for the engine's database, guard for
// documents that need not be newer than anything.
func (r selected[K, D]) byKeys(ctx context.Context, q Queryer, keys []K, guard *guard) (*Level[K, D], error) {
	list, at, err := bindKeys(r.cache.composer, r.def.Key.Bind, keys)
	if err != nil {
		return nil, r.loadError("", keyText(keys[at]), err)
	}
	if list.keys == 0 {
		return &Level[K, D]{}, nil
	}
	text, err := r.asText(ctx, q, list.keys)
	if err != nil {
		return nil, r.loadError("", "", err)
	}
	set, err := r.statements(ctx, statementKind{keys: list.size, text: text})
	if err != nil {
		return nil, err
	}
	source := &keySource{statements: set, args: list.args, keys: list.keys, guard: guard}
	return r.run(ctx, q, source, list.keys, nil)
}

// statements fetches statements from the cache and tells which loader's could not be prepared.
func (r *registration[K, D]) statements(ctx context.Context, kind statementKind) ([]statement, error) {
	set, failed, err := r.cache.get(ctx, kind)
	if err != nil {
		return nil, r.loadError(r.def.Loaders[failed], "", err)
	}
	return set, nil
}

// run loads one batch, and tries again where a new attempt can go better. Each attempt may meet one loader
// whose plan is stale. A caller's transaction is lost after a failure, so there is one attempt on it.
func (r *registration[K, D]) run(
	ctx context.Context, q Queryer, source *keySource, expected int, page *pageRoots[K, D],
) (level *Level[K, D], err error) {
	for range len(r.def.Loaders) + 1 {
		level, err = r.attempt(ctx, q, source, expected, page)
		if err == nil || q != nil || !passing(err) {
			break
		}
	}
	return level, err
}

// passing tells whether a batch failed for what the attempt itself has mended: the connection was lost and has
// left the pool, or PostgreSQL refused a statement that was prepared before a column changed its type, which
// the driver has then forgotten.
func passing(err error) bool {
	const featureNotSupported = "0A000"
	state, _ := sqlerror.State(err)
	return errors.Is(err, driver.ErrBadConn) || state == featureNotSupported
}

// attempt loads one batch.
func (r *registration[K, D]) attempt(
	ctx context.Context, q Queryer, source *keySource, expected int, page *pageRoots[K, D],
) (level *Level[K, D], err error) {
	if r.engine.settings.pipeline != nil && q == nil {
		used, err := r.engine.through(ctx, append(source.queries(), page.queries()...), func(on session) (err error) {
			level, err = r.load(ctx, on, source, expected, page)
			return err
		})
		if of := new(LoadError); used && err != nil && !errors.As(err, &of) {
			err = r.loadError("", "", causedBy(ctx, err))
		}
		if used {
			return level, err
		}
	}
	session, err := r.begin(ctx, q, source.guard != nil, expected)
	if err != nil {
		return nil, r.loadError("", "", causedBy(ctx, err))
	}
	ok := false
	defer func() { session.end(ctx, ok) }() // on every way out, a panic of the user's code included
	level, err = r.load(ctx, session, source, expected, page)
	ok = err == nil
	return level, err
}

// load runs the loaders of a batch on a session.
func (r *registration[K, D]) load(
	ctx context.Context, on session, source *keySource, expected int, page *pageRoots[K, D],
) (level *Level[K, D], err error) {
	source.ctx, source.engine, source.session = ctx, r.engine, on
	source.collection, source.loaders = r.def.Name, r.def.Loaders
	batch := Batch{
		ctx: ctx, collection: r.def.Name, loaders: r.def.Loaders, source: source,
		logger: r.engine.logger, expected: expected, experience: r.experience,
	}
	if page != nil {
		page.source = source
		batch.page = page
	}
	if source.guard != nil {
		if err := source.guard.look(ctx, on); err != nil {
			return nil, r.loadError("(guard)", "", causedBy(ctx, err))
		}
	}
	level = r.def.Load(&batch)
	if batch.err == nil && page != nil {
		batch.err = page.look(ctx)
	}
	if batch.err != nil {
		return nil, r.closedOr(batch.err)
	}
	batch.assemble()
	r.engine.counters.batches.Add(1)
	r.engine.counters.documents.Add(int64(len(level.items)))
	return level, nil
}

// closedOr explains the errors of statements that Close took away.
func (r *registration[K, D]) closedOr(err error) error {
	if r.engine.closed.Load() && !errors.Is(err, ErrClosed) {
		return r.loadError("", "", ErrClosed)
	}
	return err
}

// finish runs the transform on a document and tells whether it is to be kept.
func (r *registration[K, D]) finish(ctx context.Context, key K, doc *D) (keep bool, err error) {
	if r.def.Transform == nil {
		return true, nil
	}
	switch err := r.def.Transform(ctx, doc); {
	case err == nil:
		return true, nil
	case errors.Is(err, Skip):
		return false, nil
	default:
		return false, &LoadError{Collection: r.def.Name, Path: "(transform)", Key: keyText(key), Err: err}
	}
}
