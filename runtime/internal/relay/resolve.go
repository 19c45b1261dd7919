package relay

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/keytext"
)

// errSuspect tells that a query failed because of what it was asked: the step is to be done again, carefully.
var errSuspect = errors.New("documents could not be found")

// resolver finds the documents that changes touch.
type resolver struct {
	feed    *feed
	q       capture.Queryer // reads the documents' tables
	program *program
	// careful goes on after a query that fails; isolate keeps its failure from failing the transaction.
	careful, isolate bool
	// chunk is how many documents one query names at most.
	chunk  int
	events *events
	work   []*expansion
	aside  []aside
}

// aside is what could not be resolved, for people.
type aside struct {
	collection string
	values     [][]saved
	from       []string
	err        string
}

// changes resolves rows of the log.
func (r *resolver) changes(ctx context.Context, rows []capture.Row) error {
	asked := newCollection()
	for i := range rows {
		l := r.program.layouts[rows[i].Layout]
		if l == nil {
			for _, plan := range r.program.plans {
				asked.everything[plan.Collection] = fmt.Sprintf("a change was logged by the unknown layout %q", rows[i].Layout)
			}
			continue
		}
		change, err := r.feed.Backend.Parse(&l.Layout, r.program.catalog, rows[i])
		for _, m := range l.matches {
			if err != nil {
				asked.everything[m.query.collection] = fmt.Sprintf("change %d is not readable: %v", rows[i].ID, err)
				continue
			}
			asked.add(&change, m)
		}
	}
	for name, reason := range asked.everything {
		r.everything(name)
		if reason != "" {
			r.aside = append(r.aside, aside{collection: name, err: reason})
		}
	}
	for _, q := range asked.order {
		if err := r.run(ctx, q, asked.asked[q].list); err != nil {
			return err
		}
	}
	return nil
}

// everything declares all documents of a collection changed.
func (r *resolver) everything(name string) {
	r.events.addAll(name)
	r.work = slices.DeleteFunc(r.work, func(e *expansion) bool { return e.collection == name })
}

// run finds the roots of tuples, in as many statements as they need.
func (r *resolver) run(ctx context.Context, q *query, list []tuple) error {
	if q.own && r.feed.plainKeys(q, r.program.catalog) {
		for _, values := range list {
			key, err := keytext.Append(nil, values...)
			if err != nil {
				return fmt.Errorf("find documents of %s: %w", q.collection, err)
			}
			r.events.add(q.collection, string(key))
		}
		return nil
	}
	size := r.feed.sql.perStatement(len(q.from))
	if q.own { // in no more than a chunk: what is left of one begins behind all keys equal to its last
		size = min(size, r.chunk)
	}
	for part := range slices.Chunk(list, size) {
		if r.events.all[q.collection] {
			return nil
		}
		if err := r.expand(ctx, &expansion{query: q, tuples: part}); err != nil {
			return err
		}
	}
	return nil
}

// expand does the next chunk of an expansion. What is left of it becomes work.
func (r *resolver) expand(ctx context.Context, e *expansion) error {
	if len(e.keys) > 0 {
		for _, key := range e.keys {
			r.events.add(e.collection, key)
		}
		return nil
	}
	to := &ahead{chunk: r.chunk, events: r.events, collection: e.collection}
	if e.id != 0 { // few need more than their first chunk
		to.bytes = r.feed.Ahead
	}
	last, more, err := r.ask(ctx, e.query, e.tuples, e.after, to)
	switch {
	case err == nil:
		r.work = append(r.work, to.ready...)
		if more {
			r.work = append(r.work, &expansion{query: e.query, tuples: e.tuples, after: last})
		}
		return nil
	case faultOf(err) != faultStatement && !errors.Is(err, errKey):
		return fmt.Errorf("find documents of %s: %w", e.query.collection, err)
	case !r.careful:
		return fmt.Errorf("%w: %w", errSuspect, err)
	}
	return r.poison(ctx, e, err)
}

// errKey tells that a key cannot be written as text.
var errKey = errors.New("a key is not readable")

// ask runs one query and adds the documents it names, until there are enough. It returns the last key, and whether
// there are more.
func (r *resolver) ask(ctx context.Context, q *query, list []tuple, after tuple, to *ahead) (last tuple, more bool, err error) {
	limit := to.chunk + to.bytes/minKey
	s := r.feed.rootsStatement(q, r.program.catalog, list, after, limit+1)
	n := 0
	var text []byte
	values, targets := make([]any, len(q.key)), make([]any, len(q.key))
	for i := range values {
		targets[i] = &values[i]
	}
	err = r.isolated(ctx, func() error {
		err := each(ctx, r.q, s.text.String(), s.args, func(rows *sql.Rows) error {
			if n++; n > limit {
				return errAhead
			}
			err := rows.Scan(targets...) // bytes are copies
			if err != nil {
				return err
			}
			if slices.Contains(values, nil) {
				return nil // only an outer join makes one; it is the key of no document
			}
			if text, err = keytext.Append(text[:0], values...); err != nil {
				return fmt.Errorf("%w: %w", errKey, err)
			}
			if err := to.add(string(text)); err != nil {
				return err
			}
			last = last[:0]
			for _, value := range values {
				last = append(last, value)
			}
			return nil
		})
		if more = errors.Is(err, errAhead); more {
			return nil
		}
		return err
	})
	if err == nil {
		err = to.flush()
	}
	return last, more && last != nil, err
}

// minKey is how many bytes a key that was read ahead takes at least: a digit, quotes and a comma.
const minKey = 4

// isolated runs a query so that its failure leaves the transaction usable.
func (r *resolver) isolated(ctx context.Context, do func() error) error {
	if !r.isolate {
		return do()
	}
	if _, err := r.q.ExecContext(ctx, `SAVEPOINT "denorm_try"`); err != nil {
		return err
	}
	failed := do()
	text := `RELEASE SAVEPOINT "denorm_try"`
	if failed != nil {
		text = `ROLLBACK TO SAVEPOINT "denorm_try"`
	}
	if _, err := r.q.ExecContext(ctx, text); err != nil {
		return errors.Join(err, failed)
	}
	return failed
}

// poison looks for what it is that cannot be resolved, sets it aside, and declares the collection changed.
func (r *resolver) poison(ctx context.Context, e *expansion, cause error) error {
	report := aside{collection: e.query.collection, from: e.query.from}
	nobody := newEvents()
	fails := func(list []tuple) (bool, error) {
		_, _, err := r.ask(ctx, e.query, list, e.after, &ahead{chunk: r.chunk, events: nobody, collection: e.collection})
		clear(nobody.keys)
		if err == nil {
			return false, nil
		}
		if faultOf(err) != faultStatement && !errors.Is(err, errKey) {
			return false, fmt.Errorf("find documents of %s: %w", e.query.collection, err)
		}
		cause = err
		return true, nil
	}
	suspects := e.tuples
	broken, err := fails(nil)
	for err == nil && !broken && len(suspects) > 1 {
		half := suspects[:len(suspects)/2]
		var bad bool
		if bad, err = fails(half); bad {
			suspects = half
		} else {
			suspects = suspects[len(half):]
		}
	}
	if err != nil {
		return err
	}
	const enough = 20
	for _, values := range suspects[:min(len(suspects), enough)] {
		report.values = append(report.values, save(values))
	}
	what := "value: "
	if broken {
		what = "dependency: "
	}
	report.err = what + cause.Error()
	r.aside = append(r.aside, report)
	r.everything(e.query.collection)
	r.feed.Logger.ErrorContext(ctx, "denorm: a change could not be resolved, all documents of the collection count as changed",
		"collection", e.query.collection, "table", e.query.table.String(), "error", report.err)
	return nil
}

// plainKeys tells whether the logged values of the key are what a query of it would return: of integers and
// text they are.
func (f *feed) plainKeys(q *query, catalog *capture.Catalog) bool {
	if f.sql == sqlite {
		return true
	}
	for _, column := range columnsOf(catalog, q.root, q.key) {
		if column == nil {
			return false
		}
		kind, _, _ := strings.Cut(strings.ToLower(column.Type), "(")
		kind, _, _ = strings.Cut(kind, " unsigned")
		switch strings.TrimSpace(kind) {
		case "smallint", "integer", "bigint", "int", "tinyint", "mediumint", "text", "character varying", "varchar":
		default:
			return false
		}
	}
	return true
}
