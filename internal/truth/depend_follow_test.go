package truth

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/gen/emit/sqltext"
	"github.com/denormgen/denormgen/internal/truth/naive"
)

// change is one written row, or a link and its doubles.
type change struct {
	table    naive.Table
	column   string // "" for a row that came or went
	old, new []naive.Row
	holds    map[witnessed]bool
}

// witnessed is a guard on one side of a change.
type witnessed struct {
	guard int
	side  string
}

func (c change) String() string {
	if c.column == "" {
		return "the whole row of " + c.table.Name
	}
	return c.table.Name + "." + c.column
}

// covers tells whether a dependency says that the change may concern it.
func (c change) covers(d *sqltext.Dependency) bool {
	return d.Table.Name == c.table.Name && (c.column == "" || slices.Contains(d.Columns, c.column))
}

// sqlName is the name of the dialect in generated code.
func sqlName(d naive.Dialect) string {
	switch d.Driver {
	case "pgx":
		return sqltext.Postgres
	case "mysql":
		return sqltext.MySQL
	default:
		return sqltext.SQLite
	}
}

// witness makes triggers that tell what the guards say of a row.
func (f *follower) witness(t *testing.T) {
	t.Helper()
	f.guards = map[string]int{}
	verdicts := map[string]map[string][]string{"OLD": {}, "NEW": {}} // by table
	for _, list := range f.depends {
		for _, d := range list {
			if _, known := f.guards[d.Table.Name+" "+d.Old]; known || d.Old == "" {
				continue
			}
			number := len(f.guards)
			f.guards[d.Table.Name+" "+d.Old] = number
			for side, guard := range map[string]string{"OLD": d.Old, "NEW": d.New} {
				verdicts[side][d.Table.Name] = append(verdicts[side][d.Table.Name],
					fmt.Sprintf("(%d, '%s', CASE WHEN (%s) IS NOT FALSE THEN 1 ELSE 0 END)", number, side, guard))
			}
		}
	}
	statements := []string{"CREATE TABLE guard_log (number INTEGER, side VARCHAR(3), holds INTEGER)"}
	for name := range verdicts["OLD"] {
		for operation, values := range map[string][]string{
			"DELETE": verdicts["OLD"][name],
			"INSERT": verdicts["NEW"][name],
			"UPDATE": slices.Concat(verdicts["OLD"][name], verdicts["NEW"][name]),
		} {
			statements = append(statements, trigger(f.history.Dialect, name, operation, strings.Join(values, ",\n"))...)
		}
	}
	for _, statement := range statements {
		if _, err := f.db.Exec(statement); err != nil {
			t.Fatalf("%v in\n%s", err, statement)
		}
	}
}

// trigger logs values after an operation. On PostgreSQL it sees pg_catalog only, as those of the product do.
func trigger(d naive.Dialect, table, operation, values string) []string {
	name := "witness_" + table + "_" + strings.ToLower(operation)
	head := fmt.Sprintf("CREATE TRIGGER %s AFTER %s ON %s FOR EACH ROW ", name, operation, d.Quote(table))
	switch d.Driver {
	case "pgx":
		return []string{
			fmt.Sprintf("CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS "+
				"$body$ BEGIN INSERT INTO public.guard_log VALUES %s; RETURN NULL; END $body$", name, values),
			head + "EXECUTE FUNCTION " + name + "()",
		}
	case "mysql":
		return []string{head + "INSERT INTO guard_log VALUES " + values}
	default:
		return []string{head + "BEGIN INSERT INTO guard_log VALUES " + values + "; END"}
	}
}

// testify returns what the guards said of the rows that were just written.
func (f *follower) testify(ctx context.Context) (map[witnessed]bool, error) {
	holds := map[witnessed]bool{}
	rows, err := f.db.QueryContext(ctx, "SELECT number, side FROM guard_log WHERE holds = 1")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var w witnessed
		if err := rows.Scan(&w.guard, &w.side); err != nil {
			return nil, err
		}
		holds[w] = true
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	_, err = f.db.ExecContext(ctx, "DELETE FROM guard_log")
	return holds, err
}

// follow adds the keys of a collection's documents that a change leads to, and tells whether the collection
// depends on what was changed.
func (f *follower) follow(ctx context.Context, about naive.Collection, c change, reached map[string]bool) (bool, error) {
	listed := false
	for _, d := range f.depends[about.Name] {
		if !c.covers(&d) {
			continue
		}
		listed = true
		var rows []naive.Row
		guard, guarded := f.guards[c.table.Name+" "+d.Old]
		if !guarded || c.holds[witnessed{guard, "OLD"}] {
			rows = append(rows, c.old...)
		}
		if !guarded || c.holds[witnessed{guard, "NEW"}] {
			rows = append(rows, c.new...)
		}
		if err := f.roots(ctx, about, c.table, &d, rows, reached); err != nil {
			return listed, err
		}
	}
	return listed, nil
}

// roots runs the generated SQL for some rows.
func (f *follower) roots(ctx context.Context, about naive.Collection, of naive.Table, d *sqltext.Dependency, rows []naive.Row, reached map[string]bool) error {
	if len(rows) == 0 {
		return nil
	}
	names := make([]string, len(d.From))
	for i := range names {
		names[i] = fmt.Sprintf("v%d", i+1)
	}
	var args []any
	selects := make([]string, len(rows))
	for i, r := range rows {
		var values []string
		for _, name := range d.From {
			values = append(values, typedValue(f.history.Dialect, of.Column(name)))
			args = append(args, r[name])
		}
		selects[i] = "SELECT " + strings.Join(values, ", ")
	}
	statement := fmt.Sprintf("WITH denorm_changed (%s) AS (%s) %s", strings.Join(names, ", "), strings.Join(selects, " UNION ALL "), d.Roots)
	found, err := f.db.QueryContext(ctx, f.history.Bind(statement), args...)
	if err != nil {
		return fmt.Errorf("%w in\n%s", err, statement)
	}
	defer found.Close()
	tables := naive.Schema()
	root := tables[slices.IndexFunc(tables, func(t naive.Table) bool { return t.Name == about.Root })]
	for found.Next() {
		values, into := make([]any, len(about.Key)), make([]any, len(about.Key))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			return err
		}
		key := naive.Row{}
		for i, name := range about.Key {
			if key[name], err = naive.Plain(root.Column(name).Kind, values[i]); err != nil {
				return err
			}
		}
		reached[about.KeyText(key)] = true
	}
	return found.Err()
}

// typedValue is a bound value of a column's type.
func typedValue(d naive.Dialect, c naive.Column) string {
	switch {
	case d.Driver == "pgx":
		return "CAST(? AS " + d.ColumnType(c) + ")"
	case d.Driver == "mysql" && c.Kind == naive.Whole:
		return "CAST(? AS SIGNED)"
	case d.Driver == "mysql" && c.Kind == naive.Code:
		return "CONVERT(? USING utf8mb4) COLLATE utf8mb4_general_ci"
	case d.Driver == "mysql":
		return "CONVERT(? USING utf8mb4) COLLATE utf8mb4_bin"
	default:
		return "?"
	}
}
