package denorm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/keytext"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// Install makes the database log every change that the registered collections depend on, and turns the caches
// on. It may be repeated and run in several processes at once, under load; it adds and replaces, and never drops
// what other programs on the database use. Where everything is current it needs no rights to define anything.
//
// Where something cannot be watched, a view for example, it changes nothing and returns a *capture.RefusedError.
// Collections that are made later are ErrLate.
func (e *Engine) Install(ctx context.Context) error {
	if err := e.install(ctx); err != nil {
		return fmt.Errorf("install denorm: %w", err)
	}
	return nil
}

func (e *Engine) install(ctx context.Context) error {
	e.installing.Lock()
	defer e.installing.Unlock()
	if e.closed.Load() {
		return ErrClosed
	}
	if err := e.registrationError(); err != nil {
		return err
	}
	dialect := capture.Dialect(e.dialect)
	backend, err := capture.Lookup(dialect)
	if err != nil {
		return err
	}
	plans := e.plansOf()
	result, err := capture.Install(ctx, e.db, dialect, e.settings.application, plans, capture.Options{})
	if err != nil {
		return err
	}
	e.report(ctx, result)
	if l := e.live.Load(); l != nil {
		return l.declareInstalled(ctx, result)
	}
	feed, err := relay.Open(ctx, relay.Config{DB: e.db, Dialect: dialect, Backend: backend, Logger: e.logger})
	if err != nil {
		return err
	}
	l := &live{engine: e, feed: feed}
	l.capture = &watched{live: l, engine: e, backend: backend, plans: plans}
	if err := l.start(ctx, result); err != nil {
		return errors.Join(err, feed.Close())
	}
	return e.attach(ctx, l, plans)
}

// report logs what Install did.
func (e *Engine) report(ctx context.Context, result capture.Result) {
	for _, problem := range result.Problems {
		e.logger.WarnContext(ctx, "denorm: "+problem.Message, "table", problem.Table.Name, "remedy", problem.Remedy)
	}
	if len(result.Created)+len(result.Dropped) > 0 {
		e.logger.InfoContext(ctx, "denorm: capture of changes was installed",
			"created", len(result.Created), "dropped", len(result.Dropped), "new", result.New)
	}
}

// start brings what follows the feed to where it is now.
func (l *live) start(ctx context.Context, installed capture.Result) error {
	identity, err := l.feed.Identity(ctx)
	if err != nil {
		return fmt.Errorf("read the identity of the database: %w", err)
	}
	text, err := keytext.Append([]byte("denorm/"), l.engine.settings.namespace, identity)
	if err != nil {
		return err
	}
	l.namespace = string(text) + "/"
	l.markName = string(text)
	if err := l.declareInstalled(ctx, installed); err != nil {
		return err
	}
	begun := time.Now()
	if err := l.capture.accept(ctx); err != nil {
		return err
	}
	l.checked = begun
	poll, err := l.feed.Poll(ctx)
	if err != nil {
		return fmt.Errorf("poll the feed: %w", err)
	}
	if err := l.learn(ctx, poll); err != nil {
		return err
	}
	inProcess := &localConsumer{engine: l.engine, far: localFar}
	at := Position(poll.Head.String())
	inProcess.at.Store(&at)
	follow := &follower{live: l, consumer: inProcess, gauge: &l.local}
	if cache := l.engine.settings.shared; cache != nil {
		ahead := &follower{live: l, consumer: &sharedConsumer{live: l, cache: cache}, gauge: &l.shared}
		if !mutant.Active(mutant.SharedFirst) {
			follow.behind = ahead
		}
		l.followers = append(l.followers, ahead)
	}
	l.followers = append(l.followers, follow)
	if l.sinks, err = l.engine.sinksOf(l); err != nil {
		return err
	}
	for _, sink := range l.sinks {
		l.followers = append(l.followers, &follower{live: l, consumer: sink})
	}
	return nil
}

// declareInstalled tells everybody what an installation or repair means: other plans, and collections of which
// changes may have passed unseen.
func (l *live) declareInstalled(ctx context.Context, result capture.Result) error {
	if result.Plans {
		if err := l.feed.PlansChanged(ctx); err != nil {
			return fmt.Errorf("tell that the stored plans changed: %w", err)
		}
	}
	var plans []capture.Plan
	for _, name := range slices.Concat(result.New, result.Concerned) {
		plans = append(plans, capture.Plan{Collection: name})
	}
	if len(plans) == 0 {
		return nil
	}
	_, err := l.everything(ctx, plans)
	return err
}

// attach makes the collections cache.
func (e *Engine) attach(ctx context.Context, l *live, plans []capture.Plan) error {
	var tables []capture.Table
	for _, plan := range plans {
		if len(plan.Of) == 0 {
			tables = append(tables, plan.Table)
		}
	}
	catalog, err := l.capture.backend.Catalog(ctx, e.db, tables)
	if err != nil {
		return errors.Join(fmt.Errorf("read the key columns: %w", err), l.feed.Close())
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	count := 0
	for _, list := range e.collections {
		count += len(list)
	}
	for _, list := range e.collections {
		for _, r := range list {
			plan := r.plan()
			bytes := uint64(e.settings.localBytes) / uint64(count)
			if err := r.attach(l, plan, bytewise(catalog, plan), bytes); err != nil {
				return errors.Join(err, l.feed.Close())
			}
		}
	}
	e.live.Store(l)
	return nil
}

// bytewise tells whether keys of a collection are equal in the database only if their bytes are.
func bytewise(catalog *capture.Catalog, plan capture.Plan) bool {
	if len(plan.Of) > 0 {
		return true
	}
	table := catalog.Tables[plan.Table]
	if table == nil || !plan.Exact {
		return false
	}
	for _, name := range plan.Key {
		if column := table.Column(name); column == nil || !column.Bytewise {
			return false
		}
	}
	return true
}

// uninstalled ends what Install began in this process; the database keeps it.
func (e *Engine) uninstalled() error {
	e.installing.Lock()
	defer e.installing.Unlock()
	e.mu.Lock()
	for _, list := range e.collections {
		for _, r := range list {
			r.detach()
		}
	}
	e.mu.Unlock()
	if l := e.live.Load(); l != nil {
		l.release()
		return l.feed.Close()
	}
	return nil
}

// Uninstall removes from the database everything that Install made, of all programs: caches of other processes
// go to the database from then on. The engine is as before Install. A Run has to be ended before.
func (e *Engine) Uninstall(ctx context.Context) error {
	if l := e.live.Load(); l != nil && l.running.Load() {
		return errors.New("uninstall denorm: Run has to be ended before")
	}
	err := e.uninstalled()
	e.live.Store(nil)
	return errors.Join(err, capture.Uninstall(ctx, e.db, capture.Dialect(e.dialect)))
}
