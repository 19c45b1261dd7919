package capture

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// state is what there is, and what of it differs from what there should be.
type state struct {
	ready    bool // our tables are there
	records  map[string]record
	stored   map[string]*Layout
	plans    []Plan // all, those of the request included, as far as they fit
	catalog  *Catalog
	layouts  []Layout
	objects  []Object
	found    map[string]string
	problems []Problem

	tables bool            // our tables are to be made or altered
	insert []Plan          // plans to store
	create []Object        // objects to make
	adopt  bool            // a script made objects: what there is has to be remembered
	drop   []string        // objects to drop
	gaps   map[Table]bool  // tables whose changes may have passed unseen
	broken map[string]bool // objects that are there and are not as Install left them
}

// look reads the database and changes nothing.
func (i *installation) look(ctx context.Context) (*state, error) {
	s := &state{}
	if err := i.readStored(ctx, s); err != nil {
		return nil, err
	}
	tables := tablesOf(slices.Concat(s.plans, i.request.plans)...)
	catalog, err := i.backend.Catalog(ctx, i.conn, tables)
	if err != nil {
		return nil, fmt.Errorf("reading the catalog: %w", err)
	}
	s.catalog = catalog
	dialect := i.backend.Dialect()
	others, bypassed := fit(dialect, s.plans, catalog, false)
	own, refused := fit(dialect, i.request.plans, catalog, true)
	s.plans = slices.Concat(others, own)
	s.layouts = Layouts(s.plans)
	objects, problems := i.backend.Objects(s.layouts, catalog)
	s.objects = s.withoutOthersRefused(objects, problems, tablesOf(own...))
	s.problems = slices.Concat(refused, bypassed, s.problems)
	if s.found, err = i.backend.Installed(ctx, i.conn); err != nil {
		return nil, fmt.Errorf("reading what is installed: %w", err)
	}
	s.compare(i.request.repair, hashOf(i.backend.Tables()...))
	return s, nil
}

// readStored reads our own tables, if they are there. Of the plans it keeps those of others.
func (i *installation) readStored(ctx context.Context, s *state) error {
	marker := Table{Name: "denorm_installed"}
	catalog, err := i.backend.Catalog(ctx, i.conn, []Table{marker})
	if err != nil {
		return fmt.Errorf("looking for the tables of capture: %w", err)
	}
	s.insert = i.request.plans
	if _, ok := catalog.Tables[marker]; !ok {
		return nil
	}
	s.ready = true
	if s.records, err = records(ctx, i.conn); err != nil {
		return err
	}
	if s.stored, err = LayoutsByID(ctx, i.conn); err != nil {
		return err
	}
	stored, err := Plans(ctx, i.conn)
	if err != nil {
		return err
	}
	mine := map[planID]string{}
	for _, plan := range i.request.plans {
		if mine[plan.id()], err = encode(plan); err != nil {
			return err
		}
	}
	same := map[planID]bool{}
	for _, plan := range stored {
		body, ok := mine[plan.id()]
		if !ok {
			s.plans = append(s.plans, plan.Plan)
			continue
		}
		before, err := encode(plan.Plan)
		if err != nil {
			return err
		}
		same[plan.id()] = before == body
	}
	s.insert = slices.DeleteFunc(slices.Clone(i.request.plans), func(p Plan) bool { return same[p.id()] })
	return nil
}

// withoutOthersRefused drops the objects of tables that only plans of others need and that cannot be
// watched: they are no reason to refuse.
func (s *state) withoutOthersRefused(objects []Object, problems []Problem, own []Table) []Object {
	dropped := map[Table]bool{}
	for _, problem := range problems {
		if problem.Severity == Refused && problem.Table != (Table{}) && !slices.Contains(own, problem.Table) {
			problem.Severity = Bypassed
			dropped[problem.Table] = true
		}
		s.problems = append(s.problems, problem)
	}
	return slices.DeleteFunc(objects, func(o Object) bool { return dropped[o.Table] })
}

// compare finds what differs.
func (s *state) compare(repair bool, tables string) {
	s.tables = !s.ready || s.records[tablesRecord].Made != tables
	s.gaps, s.broken = map[Table]bool{}, map[string]bool{}
	known := map[Table]bool{}
	for name, record := range s.records {
		if name == tablesRecord {
			continue
		}
		known[record.Table] = true
		if found := s.found[name]; found == "" || record.Found != "" && record.Found != found {
			s.broken[name] = true
			s.gaps[record.Table] = true
		}
	}
	wanted := map[string]bool{}
	for _, object := range s.objects {
		wanted[object.Name] = true
		if !known[object.Table] {
			s.gaps[object.Table] = true
		}
		record, ok := s.records[object.Name]
		switch {
		case !ok, s.broken[object.Name], record.Made != hashOf(object.Create...):
			s.create = append(s.create, object)
			if repair {
				s.gaps[object.Table] = true
			}
		case record.Found == "":
			s.adopt = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.found)) {
		if !wanted[name] {
			s.drop = append(s.drop, name)
		}
	}
	for name := range s.records {
		if name != tablesRecord && !wanted[name] && s.found[name] == "" {
			s.adopt = true // forget it
		}
	}
}

// current tells whether there is nothing to do.
func (s *state) current() bool {
	layouts := slices.ContainsFunc(s.layouts, func(l Layout) bool { return s.stored[l.ID] == nil })
	return !s.tables && !layouts && !s.adopt && len(s.insert) == 0 && len(s.create) == 0 && len(s.drop) == 0
}

// concerned lists the collections that depend on a table with a gap.
func (s *state) concerned() []string {
	var plans []Plan
	for _, plan := range s.plans {
		if slices.ContainsFunc(plan.Depends, func(d Dependency) bool { return s.gaps[d.Table] }) {
			plans = append(plans, plan)
		}
	}
	return collections(plans)
}

// collections lists the names, sorted.
func collections(plans []Plan) []string {
	var names []string
	for _, plan := range plans {
		names = append(names, plan.Collection)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// encode writes what is stored as JSON: the same text for the same value.
func encode[T Plan | Layout | record](value T) (string, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("encoding for the database: %w", err)
	}
	return string(body), nil
}
