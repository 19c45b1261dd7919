package capture

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Options are settings of Install and Repair. The zero value is good for production.
type Options struct {
	// LockTimeout is how long one attempt waits for a lock, while writers may queue up behind it: 1 s for 0.
	LockTimeout time.Duration
	// Pause is the time between attempts: 100 ms for 0.
	Pause time.Duration
}

// Result says what Install and Repair did. Collections are sorted.
type Result struct {
	// New are collections with a plan that was not stored before, or was changed. Concerned are those whose
	// changes may have passed unseen before. For both all documents have to be declared changed.
	New, Concerned []string
	// Created and Dropped are the objects that were made anew or removed, by name.
	Created, Dropped []string
	// Plans tells that the stored plans are not what they were, or that a script may have stored some.
	Plans bool
	// Problems are warnings, and what is not seen for plans of others.
	Problems []Problem
}

// RefusedError says why Install did nothing.
type RefusedError struct{ Problems []Problem }

// Error lists all problems.
func (e *RefusedError) Error() string {
	var text strings.Builder
	text.WriteString("changes cannot be captured")
	for _, problem := range e.Problems {
		text.WriteString("\n  " + problem.String())
	}
	return text.String()
}

// String is the problem on one line.
func (p Problem) String() string {
	if p.Remedy == "" {
		return p.Message
	}
	return p.Message + " (" + p.Remedy + ")"
}

// Install stores plans and makes the database log what all stored plans need. It is serialised between
// processes, may be repeated, and changes nothing but the plans' signs of life where everything is current;
// then it needs no rights to define anything. Locks that others hold make it try again until ctx ends. Where
// something cannot be watched it changes nothing and returns a *RefusedError.
func Install(ctx context.Context, db *sql.DB, dialect Dialect, application string, plans []Plan, options Options) (Result, error) {
	result, err := install(ctx, db, dialect, request{application: application, plans: plans}, options)
	if err != nil {
		return Result{}, fmt.Errorf("installing change capture: %w", err)
	}
	return result, nil
}

// ErrNotInstalled is returned by Repair where the tables of capture are missing.
var ErrNotInstalled = errors.New("change capture is not installed in this database")

// Repair makes again what the stored plans need and is missing, disabled or altered. Result.Concerned are
// the collections whose changes may have passed unseen. It returns ErrNotInstalled where Install never ran,
// or Uninstall did.
func Repair(ctx context.Context, db *sql.DB, dialect Dialect, options Options) (Result, error) {
	result, err := install(ctx, db, dialect, request{repair: true}, options)
	if err != nil {
		return Result{}, fmt.Errorf("repairing change capture: %w", err)
	}
	return result, nil
}

// request is what one installation is asked to do.
type request struct {
	application string
	plans       []Plan
	repair      bool
}

func install(ctx context.Context, db *sql.DB, dialect Dialect, request request, options Options) (Result, error) {
	backend, err := Lookup(dialect)
	if err != nil {
		return Result{}, err
	}
	if options.LockTimeout <= 0 {
		options.LockTimeout = time.Second
	}
	if options.Pause <= 0 {
		options.Pause = 100 * time.Millisecond
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("getting a connection: %w", err)
	}
	defer conn.Close()
	i := installation{backend: backend, conn: conn, pool: db.Stats().MaxOpenConnections, request: request, wait: options.LockTimeout}
	for {
		result, err := i.try(ctx)
		if err == nil || !backend.Busy(err) {
			return result, err
		}
		select {
		case <-ctx.Done():
			return Result{}, errors.Join(context.Cause(ctx), err)
		case <-time.After(options.Pause):
		}
	}
}

// installation is an attempt to install, or several.
type installation struct {
	backend Backend
	conn    *sql.Conn
	pool    int // how many connections there may be, 0 for any number
	request request
	wait    time.Duration
}

// try looks first, without a lock, and again under it: another process may have done everything meanwhile.
func (i *installation) try(ctx context.Context) (Result, error) {
	state, err := i.look(ctx)
	if err != nil {
		return Result{}, err
	}
	if i.request.repair && !state.ready {
		return Result{}, ErrNotInstalled
	}
	problems, err := i.backend.Examine(ctx, i.conn, i.pool, state.layouts, state.catalog)
	if err != nil {
		return Result{}, fmt.Errorf("examining the database: %w", err)
	}
	if err := refusal(slices.Concat(state.problems, problems)); err != nil {
		return Result{}, err
	}
	if state.current() {
		if _, err := Touch(ctx, i.conn, i.backend.Dialect(), i.request.plans); err != nil {
			return Result{}, err
		}
		return Result{Problems: slices.Concat(state.problems, problems)}, nil
	}
	end, err := i.backend.Begin(ctx, i.conn, i.wait)
	if err != nil {
		return Result{}, err
	}
	result, err := i.apply(ctx)
	if err != nil {
		return Result{}, errors.Join(err, end(false))
	}
	result.Problems = append(result.Problems, problems...)
	return result, end(true)
}

// refusal is an error that holds all problems that are reasons to refuse.
func refusal(problems []Problem) error {
	refused := slices.DeleteFunc(slices.Clone(problems), func(p Problem) bool { return p.Severity != Refused })
	if len(refused) == 0 {
		return nil
	}
	return &RefusedError{Problems: refused}
}

// apply makes what differs. Layouts come before the triggers that use them, plans before both, and old
// triggers go last: an installation that is cut off, where DDL has no transactions, has missed nothing.
func (i *installation) apply(ctx context.Context) (Result, error) {
	state, err := i.look(ctx)
	if err != nil {
		return Result{}, err
	}
	if err := refusal(state.problems); err != nil {
		return Result{}, err
	}
	if state.tables {
		for _, statement := range i.backend.Tables() {
			if err := i.exec(ctx, statement, "making the tables of capture"); err != nil {
				return Result{}, err
			}
		}
	}
	if err := i.store(ctx, state); err != nil {
		return Result{}, err
	}
	result := Result{
		New: collections(state.insert), Concerned: state.concerned(), Dropped: state.drop,
		Plans: len(state.insert) > 0 || state.adopt, Problems: state.problems,
	}
	for _, object := range state.create {
		if err := i.create(ctx, object); err != nil {
			return Result{}, err
		}
		result.Created = append(result.Created, object.Name)
	}
	for _, name := range state.drop {
		for _, statement := range i.backend.Drop(name) {
			if err := i.exec(ctx, statement, "dropping "+name); err != nil {
				return Result{}, err
			}
		}
	}
	return result, i.remember(ctx, state)
}

func (i *installation) create(ctx context.Context, object Object) error {
	for _, statement := range object.Create {
		if err := i.exec(ctx, statement, "making "+object.Name); err != nil {
			return err
		}
	}
	for _, statement := range object.Check {
		if err := i.exec(ctx, statement, "checking "+object.Name); err != nil {
			return err
		}
	}
	return nil
}

func (i *installation) exec(ctx context.Context, statement, doing string) error {
	if _, err := i.conn.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// store writes plans and layouts.
func (i *installation) store(ctx context.Context, state *state) error {
	dialect, now := i.backend.Dialect(), time.Now().Unix()
	for _, plan := range state.insert {
		body, err := encode(plan)
		if err != nil {
			return err
		}
		err = put(ctx, i.conn, dialect, "denorm_plans", []string{"collection", "shape", "application", "body", "seen_at"}, 2,
			plan.Collection, plan.Shape, i.request.application, body, now)
		if err != nil {
			return err
		}
	}
	if state.ready {
		if _, err := Touch(ctx, i.conn, dialect, i.request.plans); err != nil {
			return err
		}
	}
	for _, layout := range state.layouts {
		if state.stored[layout.ID] != nil {
			continue
		}
		body, err := encode(layout)
		if err != nil {
			return err
		}
		if err := put(ctx, i.conn, dialect, "denorm_layouts", []string{"id", "body"}, 1, layout.ID, body); err != nil {
			return err
		}
	}
	return nil
}

// remember writes down what is there now, so that the next one can tell whether it is still the same.
func (i *installation) remember(ctx context.Context, state *state) error {
	dialect := i.backend.Dialect()
	found, err := i.backend.Installed(ctx, i.conn)
	if err != nil {
		return err
	}
	wanted := map[string]record{tablesRecord: {Made: hashOf(i.backend.Tables()...)}}
	for _, object := range state.objects {
		wanted[object.Name] = record{Made: hashOf(object.Create...), Found: found[object.Name], Table: object.Table}
		if found[object.Name] == "" {
			return fmt.Errorf("%s was made and is not there", object.Name)
		}
	}
	for name := range state.records {
		if _, ok := wanted[name]; !ok {
			if err := remove(ctx, i.conn, dialect, "denorm_installed", []string{"name"}, name); err != nil {
				return err
			}
		}
	}
	for name, record := range wanted {
		if state.records[name] == record {
			continue
		}
		body, err := encode(record)
		if err != nil {
			return err
		}
		if err := put(ctx, i.conn, dialect, "denorm_installed", []string{"name", "fingerprint"}, 1, name, body); err != nil {
			return err
		}
	}
	return nil
}
