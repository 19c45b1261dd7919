package denorm

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
)

// registration is what all collections of one definition share.
type registration[K comparable, D any] struct {
	engine     *Engine
	def        *Definition[K, D]
	cache      statementCache
	experience []experience
	failed     atomic.Pointer[error]
	counted    atomic.Pointer[rootCount]
	keys       localKeys[K]
	cached     atomic.Pointer[cached] // there after Install
	origin     origin[K, D]
	enclosed   bool // in sinks, documents stand in a field
}

// registered is a registration of any type.
type registered interface {
	shape() string
	document() string
	fail(err error)
	failure() error
	// plan is what the database has to store of the collection.
	plan() capture.Plan
	// attach begins to cache, with up to so many bytes in this process.
	attach(l *live, plan capture.Plan, absences bool, bytes uint64) error
	detach()
	// kill drops what is cached here of a document, killAll of all. bypass and bypassAll make readers go to the
	// database until all that was committed before a time has reached the caches.
	kill(text string) error
	killAll()
	// dropLate forgets documents that may be old, for one that this process wrote may not be.
	dropLate()
	bypass(text string, until time.Time) error
	bypassAll(until time.Time)
	// fields are the names at the root of a document's JSON.
	fields() []string
	documentSource
}

func (r *registration[K, D]) shape() string    { return r.def.Shape }
func (r *registration[K, D]) document() string { return fmt.Sprintf("%T", *new(D)) }
func (r *registration[K, D]) fail(err error)   { r.failed.CompareAndSwap(nil, &err) }

func (r *registration[K, D]) failure() error {
	if failed := r.failed.Load(); failed != nil {
		return *failed
	}
	return nil
}

// Register makes a collection of an engine, for generated constructors. It may be called repeatedly:
// equal definitions share what they hold. It never fails; what is wrong is returned by every accessor:
// ErrClash for two definitions of one name, ErrLate after Install or Close, ErrNoDialect where no SQL was
// generated for the engine's database.
func Register[K comparable, D any](e *Engine, def *Definition[K, D]) *Collection[K, D] {
	if e == nil || def == nil {
		fresh := &registration[K, D]{def: def}
		fresh.fail(errors.New("register a collection: the engine or the definition is nil"))
		return &Collection[K, D]{fresh}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var clash registered
	for _, other := range e.collections[def.Name] {
		if other.shape() != def.Shape {
			clash = other
			continue
		}
		if same, ok := other.(*registration[K, D]); ok {
			return &Collection[K, D]{same}
		}
	}
	fresh := &registration[K, D]{engine: e, def: def}
	fresh.keys = fresh.localKeys()
	fresh.enclosed = !isObject(reflect.TypeFor[D]())
	fresh.origin = selected[K, D]{fresh}
	if def.origin != nil {
		fresh.origin = def.origin(fresh)
	}
	if err := fresh.origin.prepare(); err != nil {
		fresh.fail(fmt.Errorf("collection %s: %w", def.Name, err))
	}
	if e.closed.Load() {
		fresh.fail(fmt.Errorf("collection %s: %w: %w", def.Name, ErrLate, ErrClosed))
		return &Collection[K, D]{fresh}
	}
	if e.live.Load() != nil {
		fresh.fail(fmt.Errorf("collection %s: %w: make all collections before Engine.Install", def.Name, ErrLate))
		e.collections[def.Name] = append(e.collections[def.Name], fresh)
		return &Collection[K, D]{fresh}
	}
	if clash != nil {
		err := fmt.Errorf("%w: %s is registered for %s with shape %s and for %s with shape %s; "+
			"rename one of them, or run go generate for both", ErrClash, def.Name,
			clash.document(), clash.shape(), fresh.document(), def.Shape)
		fresh.failed.Store(&err)
		for _, other := range e.collections[def.Name] {
			other.fail(err)
		}
	}
	e.collections[def.Name] = append(e.collections[def.Name], fresh)
	return &Collection[K, D]{fresh}
}

// prepare checks the definition against the engine's dialect.
func (r selected[K, D]) prepare() error {
	statements, ok := r.def.Dialects[r.engine.dialect]
	if !ok {
		return noDialect(r.engine.dialect, slices.Sorted(maps.Keys(r.def.Dialects)))
	}
	if len(statements.Loaders) != len(r.def.Loaders) || len(r.def.Loaders) == 0 ||
		len(statements.Roots.Key) == 0 || r.def.Load == nil || r.def.Key.Bind == nil {
		return errors.New("the generated definition is not complete; run go generate")
	}
	zero := r.def.Key.Bind(nil, *new(K))
	if len(zero) != len(statements.Roots.Key) {
		return errors.New("the generated definition binds another number of key columns than it has; run go generate")
	}
	r.experience = make([]experience, len(r.def.Loaders))
	r.cache.engine = r.engine
	r.cache.composer = newComposer(r.engine.dialect, statements, zero, r.def.Key.Exact)
	r.cache.sets = map[statementKind][]statement{}
	return nil
}

// noDialect tells which dialects there are and how to get the missing one.
func noDialect(missing Dialect, generated []Dialect) error {
	wanted := make([]string, 0, len(generated)+1)
	for _, dialect := range append(slices.Clone(generated), missing) {
		wanted = append(wanted, string(dialect))
	}
	have := "nothing"
	if len(generated) > 0 {
		have = strings.Join(wanted[:len(generated)], ", ")
	}
	slices.Sort(wanted)
	return fmt.Errorf("%w: it is %s, and SQL was generated for %s; put //denorm:options dialects=%s "+
		"into the package's doc comment and run go generate",
		ErrNoDialect, missing, have, strings.Join(wanted, ","))
}

// ready returns why the collection cannot be used.
func (r *registration[K, D]) ready() error {
	if failed := r.failed.Load(); failed != nil {
		return *failed
	}
	if r.engine.closed.Load() {
		return r.loadError("", "", ErrClosed)
	}
	if r.engine.live.Load() == nil {
		r.engine.uncached(r.def.Name)
	}
	return nil
}

func (r *registration[K, D]) loadError(path, key string, err error) error {
	return &LoadError{Collection: r.def.Name, Path: path, Key: key, Err: err}
}
