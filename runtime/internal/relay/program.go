package relay

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/denormgen/denormgen/runtime/capture"
)

// program is all stored plans, made ready to run over the rows of all stored layouts. It does not change.
type program struct {
	version int64    // of the plans
	names   []string // tell the plans apart, sorted
	plans   []capture.Plan
	layouts map[string]*layout
	catalog *capture.Catalog
}

// layout is how rows of one layout are read, and what they mean.
type layout struct {
	capture.Layout
	matches []*match
}

// match is one dependency of a plan on the table of a layout.
type match struct {
	query *query
	// tracked are the places in Layout.Tracked that matter; any tells that one is not there.
	tracked []int
	any     bool
	from    []int // places in Layout.Values, nil where one is not there: that may be any document
	guard   int   // place in Layout.Guards, -1 for what always holds
}

// query finds the roots of one dependency.
type query struct {
	collection string
	table      capture.Table // that From is of
	from       []string
	root       capture.Table
	key        []string
	roots      string
	own        bool // From is the key itself: each tuple is the key of one document
}

// ownRoots is the text of a root's own dependency. Without DISTINCT, for keys that SQL calls equal, as 'a' and 'A'
// under a loose collation, are those of different documents.
func ownRoots(columns int) string {
	text := "SELECT "
	for i := range columns {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("c.v%d AS k%d", i+1, i+1)
	}
	return text + " FROM denorm_changed AS c"
}

// load returns the program for the plans as q sees them now, which has to be after the changes were read: what was
// logged for a plan is seen no earlier than the plan itself.
func (f *feed) load(ctx context.Context, q capture.Queryer, version int64) (*program, error) {
	f.mu.Lock()
	known := f.program
	f.mu.Unlock()
	if known != nil && known.version == version {
		names, err := planNames(ctx, f.sql, q)
		if err != nil {
			return nil, fmt.Errorf("read the stored plans: %w", err)
		}
		if slices.Equal(names, known.names) {
			return known, nil
		}
	}
	return f.reload(ctx, q, version)
}

// reload reads plans, layouts and catalog anew.
func (f *feed) reload(ctx context.Context, q capture.Queryer, version int64) (*program, error) {
	fresh, err := f.readProgram(ctx, q, version)
	if err != nil {
		return nil, fmt.Errorf("read the stored plans: %w", err)
	}
	f.mu.Lock()
	f.program = fresh
	f.mu.Unlock()
	return fresh, nil
}

// PlansChanged implements Feed.
func (f *feed) PlansChanged(ctx context.Context) error {
	f.forget()
	err := f.update(ctx, func(q capture.Queryer) error {
		if _, err := f.sql.loadState(ctx, q, lockWait); err != nil {
			return err
		}
		_, err := q.ExecContext(ctx, f.sql.text(`UPDATE "denorm_state" SET "plans" = "plans" + 1 WHERE "id" = 1`))
		return err
	})
	if err != nil {
		return fmt.Errorf("tell of new plans: %w", err)
	}
	return nil
}

// forget makes the next step read everything anew.
func (f *feed) forget() {
	f.mu.Lock()
	f.program = nil
	f.mu.Unlock()
}

func (f *feed) readProgram(ctx context.Context, q capture.Queryer, version int64) (*program, error) {
	p := &program{version: version, layouts: map[string]*layout{}}
	names, err := planNames(ctx, f.sql, q)
	if err != nil {
		return nil, err
	}
	p.names = names
	err = each(ctx, q, f.sql.text(`SELECT "body" FROM "denorm_plans" ORDER BY "collection", "shape"`), nil, func(rows *sql.Rows) error {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return err
		}
		var plan capture.Plan
		if err := json.Unmarshal(body, &plan); err != nil {
			return fmt.Errorf("a stored plan is not readable: %w", err)
		}
		p.plans = append(p.plans, plan)
		return nil
	})
	if err != nil {
		return nil, err
	}
	queries := p.queries()
	err = each(ctx, q, f.sql.text(`SELECT "id", "body" FROM "denorm_layouts"`), nil, func(rows *sql.Rows) error {
		var id string
		var body []byte
		if err := rows.Scan(&id, &body); err != nil {
			return err
		}
		l := &layout{}
		if err := json.Unmarshal(body, &l.Layout); err != nil {
			return fmt.Errorf("the stored layout %s is not readable: %w", id, err)
		}
		l.matches = p.matches(&l.Layout, queries)
		p.layouts[id] = l
		return nil
	})
	if err != nil {
		return nil, err
	}
	p.catalog, err = f.Backend.Catalog(ctx, q, p.tables())
	if err != nil {
		return nil, fmt.Errorf("read the catalog: %w", err)
	}
	return p, nil
}

// planNames tells the stored plans apart without reading them over the network.
func planNames(ctx context.Context, d sqlDialect, q capture.Queryer) ([]string, error) {
	body := `MD5("body")`
	if d == sqlite {
		body = `"body"`
	}
	var names []string
	err := each(ctx, q, d.text(`SELECT "collection", "shape", `+body+` FROM "denorm_plans"`), nil, func(rows *sql.Rows) error {
		var collection, shape, content string
		err := rows.Scan(&collection, &shape, &content)
		names = append(names, collection+" "+shape+" "+content)
		return err
	})
	slices.Sort(names)
	return names, err
}

// collections are those of all stored plans.
func (f *feed) collections(ctx context.Context, q capture.Queryer) ([]string, error) {
	var list []string
	err := each(ctx, q, f.sql.text(`SELECT DISTINCT "collection" FROM "denorm_plans" ORDER BY "collection"`), nil, func(rows *sql.Rows) error {
		var collection string
		err := rows.Scan(&collection)
		list = append(list, collection)
		return err
	})
	return list, err
}

// tables are all that plans read changes or keys of.
func (p *program) tables() []capture.Table {
	set := map[capture.Table]bool{}
	for _, plan := range p.plans {
		if len(plan.Of) == 0 {
			set[plan.Table] = true
		}
		for _, d := range plan.Depends {
			set[d.Table] = true
		}
	}
	for _, l := range p.layouts {
		set[l.Table] = true
	}
	return slices.Collect(maps.Keys(set))
}

// queries are those of all dependencies, by plan and dependency. Shapes of one collection share what is alike.
func (p *program) queries() [][]*query {
	type identity struct{ collection, roots, from string }
	shared := map[identity]*query{}
	list := make([][]*query, len(p.plans))
	for i, plan := range p.plans {
		for _, d := range plan.Depends {
			id := identity{plan.Collection, d.Roots, fmt.Sprintf("%q %q", d.Table, d.From)}
			q := shared[id]
			if q == nil {
				q = &query{collection: plan.Collection, table: d.Table, from: d.From, root: plan.Table, key: plan.Key, roots: d.Roots}
				q.own = d.Table == plan.Table && slices.Equal(d.From, plan.Key) && d.Roots == ownRoots(len(plan.Key))
				shared[id] = q
			}
			list[i] = append(list[i], q)
		}
	}
	return list
}

// matches finds what the plans depend on of the table that a layout is of. An older layout may lack columns and
// guards: then more counts as changed than did.
func (p *program) matches(l *capture.Layout, queries [][]*query) []*match {
	var list []*match
	for i, plan := range p.plans {
		for j, d := range plan.Depends {
			if d.Table != l.Table {
				continue
			}
			m := &match{query: queries[i][j], guard: -1}
			for _, column := range slices.Concat(d.Columns, d.From) {
				if at := slices.Index(l.Tracked, column); at >= 0 {
					m.tracked = append(m.tracked, at)
				} else {
					m.any = true
				}
			}
			m.from = make([]int, 0, len(d.From))
			for _, column := range d.From {
				at := slices.Index(l.Values, column)
				if at < 0 {
					m.from = nil
					break
				}
				m.from = append(m.from, at)
			}
			if guard := d.Guard(); guard != (capture.Guard{}) {
				m.guard = slices.Index(l.Guards, guard)
			}
			list = append(list, m)
		}
	}
	return list
}
