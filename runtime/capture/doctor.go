package capture

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Doctor finds what is missing, old, disabled or bypassed for plans and for those that are stored, settings
// that hurt, and indexes that finding the documents of a change would need. It changes nothing. Problems are
// sorted, the worst first.
func Doctor(ctx context.Context, db *sql.DB, dialect Dialect, plans []Plan) ([]Problem, error) {
	backend, err := Lookup(dialect)
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("examining change capture: getting a connection: %w", err)
	}
	defer conn.Close()
	i := installation{backend: backend, conn: conn, request: request{plans: plans}}
	s, err := i.look(ctx)
	if err != nil {
		return nil, fmt.Errorf("examining change capture: %w", err)
	}
	settings, err := backend.Examine(ctx, conn, db.Stats().MaxOpenConnections, s.layouts, s.catalog)
	if err != nil {
		return nil, fmt.Errorf("examining change capture: %w", err)
	}
	problems := slices.Concat(s.problems, settings, s.complaints(), missingIndexes(dialect, s.plans, s.catalog))
	rank := map[Severity]int{Refused: 0, Bypassed: 1, Warning: 2}
	slices.SortStableFunc(problems, func(a, b Problem) int { return rank[a.Severity] - rank[b.Severity] })
	return problems, nil
}

// complaints are what Install would change.
func (s *state) complaints() []Problem {
	const remedy = "install again: engine.Install, or what denormgen sql prints"
	if !s.ready {
		return []Problem{{Severity: Bypassed, Message: "nothing is installed: no change is seen", Remedy: remedy}}
	}
	var problems []Problem
	if s.tables {
		problems = append(problems, Problem{Severity: Warning, Message: "the tables of capture are of another release", Remedy: remedy})
	}
	for _, name := range collections(s.insert) {
		problems = append(problems, Problem{Severity: Bypassed, Message: fmt.Sprintf("collection %s is not installed as it is now: its changes are not seen", name), Remedy: remedy})
	}
	told := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(s.broken)) {
		told[name] = true
		what := "is not what was installed: it was altered or disabled, or its table was"
		if s.found[name] == "" {
			what = "is missing"
		}
		problems = append(problems, Problem{
			Severity: Bypassed, Table: s.records[name].Table,
			Message: fmt.Sprintf("%s %s: changes of table %s may pass unseen", name, what, s.records[name].Table), Remedy: remedy,
		})
	}
	for _, object := range s.create {
		if told[object.Name] {
			continue
		}
		severity, what := Warning, "is old: what it logs is not all that is needed now"
		if s.found[object.Name] == "" {
			severity, what = Bypassed, "is missing"
		}
		problems = append(problems, Problem{Severity: severity, Table: object.Table, Message: object.Name + " " + what, Remedy: remedy})
	}
	for _, name := range s.drop {
		if !told[name] {
			problems = append(problems, Problem{Severity: Warning, Message: name + " serves no plan: it only costs writers time", Remedy: remedy})
		}
	}
	return problems
}

// missingIndexes finds joins toward the roots that no index serves.
func missingIndexes(dialect Dialect, plans []Plan, catalog *Catalog) []Problem {
	var problems []Problem
	seen := map[string]bool{}
	for _, plan := range plans {
		for _, dependency := range plan.Depends {
			for _, join := range dependency.Joins {
				info := catalog.Tables[join.Table]
				if info == nil || len(join.Columns) == 0 || served(info, join.Columns) {
					continue
				}
				name := "denorm_" + join.Table.Name + "_" + strings.Join(join.Columns, "_")
				ddl := "CREATE INDEX " + quoteName(dialect, name) + " ON " + quoteTable(dialect, join.Table) + " (" + quoteNames(dialect, join.Columns) + ")"
				if seen[ddl] {
					continue
				}
				seen[ddl] = true
				problems = append(problems, Problem{
					Severity: Warning, Table: join.Table, Remedy: ddl,
					Message: fmt.Sprintf("no index of table %s begins with %s: to find the documents of collection %s that a change of %s touches, the whole table is read",
						join.Table, strings.Join(join.Columns, ", "), plan.Collection, dependency.Table),
				})
			}
		}
	}
	return problems
}

// served tells whether an index begins with the columns, in any order.
func served(info *TableInfo, columns []string) bool {
	return slices.ContainsFunc(slices.Concat(info.Indexes, info.Unique, [][]string{info.Key}), func(index []string) bool {
		return len(index) >= len(columns) && !slices.ContainsFunc(columns, func(column string) bool {
			return !slices.ContainsFunc(index[:len(columns)], func(c string) bool { return strings.EqualFold(c, column) })
		})
	})
}
