package denorm

import (
	"errors"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/local"
)

// leasesOfBuild is how many times as long as a load a build of many documents may take. Who waits does not wait for longer
// because of that.
const leasesOfBuild = 20

// errDetached means that the engine does not cache.
var errDetached = errors.New("nothing is cached")

func (r *registration[K, D]) plan() capture.Plan { return r.origin.plan() }

func (r selected[K, D]) plan() capture.Plan {
	return capture.Plan{
		Collection: r.def.Name, Shape: r.def.Shape, Table: r.def.Table, Key: r.def.Columns,
		Exact: r.def.Key.Exact, Depends: r.def.Dialects[r.engine.dialect].Depends,
	}
}

func (r *registration[K, D]) attach(l *live, plan capture.Plan, absences bool, bytes uint64) error {
	tier, err := local.New(bytes, r.keys.numbers())
	if err != nil {
		return err
	}
	own, err := codecFor(nil, r.def)
	if err != nil {
		return err
	}
	codec, err := codecFor(r.engine.settings.codec, r.def)
	if err != nil {
		return err
	}
	prefix, err := l.prefix(plan.Collection, plan.Shape)
	if err != nil {
		return err
	}
	fresh := &cached{
		collection: r.def.Name, shape: r.def.Shape,
		live: l, tier: tier, own: own, codec: codec, prefix: prefix, absences: absences,
		lease: l.engine.settings.leaseTime,
	}
	if len(plan.Of) > 0 {
		fresh.late.age = l.engine.settings.aggregateAge
		fresh.lease *= leasesOfBuild
	}
	r.cached.Store(fresh)
	return nil
}

// localKey reads the key of the cache of this process from the text of a key.
func (r *registration[K, D]) localKey(text string) (local.Key, error) {
	key, err := r.readKey(text)
	if err != nil {
		return local.Key{}, err
	}
	return r.keys.of(key)
}

func (r *registration[K, D]) detach() {
	if c := r.cached.Swap(nil); c != nil {
		c.tier.Close()
	}
}

func (r *registration[K, D]) kill(text string) error {
	c := r.cached.Load()
	if c == nil {
		return nil
	}
	key, err := r.localKey(text)
	if err != nil {
		return err
	}
	c.tier.Kill(key)
	return nil
}

func (r *registration[K, D]) killAll() {
	if c := r.cached.Load(); c != nil {
		c.tier.KillAll()
		c.late.drop()
	}
}

func (r *registration[K, D]) dropLate() {
	if c := r.cached.Load(); c != nil {
		c.late.drop()
	}
}

func (r *registration[K, D]) bypass(text string, until time.Time) error {
	c := r.cached.Load()
	if c == nil {
		return errDetached
	}
	key, err := r.localKey(text)
	if err != nil {
		return err
	}
	c.bypass.add(key, until)
	return nil
}

func (r *registration[K, D]) bypassAll(until time.Time) {
	if c := r.cached.Load(); c != nil {
		c.bypass.addAll(until)
	}
}

func (r *registration[K, D]) canonical(text string) (string, error) {
	if r.def.Key.Exact {
		return text, nil
	}
	key, err := r.readKey(text)
	if err != nil {
		return "", err
	}
	return r.name(key)
}

// plansOf are the plans of an engine's collections in its dialect.
func (e *Engine) plansOf() []capture.Plan {
	e.mu.Lock()
	defer e.mu.Unlock()
	var plans []capture.Plan
	for _, list := range e.collections {
		for _, r := range list {
			plans = append(plans, r.plan())
		}
	}
	return plans
}
