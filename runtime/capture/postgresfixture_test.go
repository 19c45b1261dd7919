package capture

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
)

// postgresDB is a database with the tables of capture.
type postgresDB struct {
	t      *testing.T
	db     *sqlx.DB
	layout map[string]*Layout // installed ones, by ID
}

func newPostgresDB(t *testing.T) *postgresDB {
	t.Helper()
	d := &postgresDB{t: t, db: testservers.Postgres(t), layout: map[string]*Layout{}}
	d.exec(postgresBackend{}.Tables()...)
	return d
}

// in empties the database for a subtest, which is faster than another one.
func (d *postgresDB) in(t *testing.T) *postgresDB {
	t.Helper()
	empty := &postgresDB{t: t, db: d.db, layout: map[string]*Layout{}}
	empty.exec(`DROP SCHEMA IF EXISTS public, attic, "postgres" CASCADE`, `CREATE SCHEMA public`)
	empty.exec(postgresBackend{}.Tables()...)
	return empty
}

// exec runs statements, each in a transaction of its own.
func (d *postgresDB) exec(statements ...string) {
	d.t.Helper()
	for _, statement := range statements {
		if _, err := d.db.ExecContext(d.t.Context(), statement); err != nil {
			d.t.Fatalf("%v\n%s", err, statement)
		}
	}
}

// session runs statements on one connection, which is thrown away then.
func (d *postgresDB) session(statements ...string) {
	d.t.Helper()
	conn, err := d.db.Connx(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() {
		conn.Raw(func(any) error { return driver.ErrBadConn })
		conn.Close()
	}()
	for _, statement := range statements {
		if _, err := conn.ExecContext(d.t.Context(), statement); err != nil {
			d.t.Fatalf("%v\n%s", err, statement)
		}
	}
}

// layoutOf is a layout as Layouts makes it of one dependency.
func layoutOf(table Table, from, columns []string, guards ...Guard) Layout {
	plan := Plan{Depends: []Dependency{{Table: table, From: from, Columns: slices.Sorted(slices.Values(columns))}}}
	for _, guard := range guards {
		plan.Depends = append(plan.Depends, Dependency{Table: table, Old: guard.Old, New: guard.New})
	}
	return Layouts([]Plan{plan})[0]
}

func guardOn(condition string) Guard {
	return Guard{Old: strings.ReplaceAll(condition, "$", "OLD"), New: strings.ReplaceAll(condition, "$", "NEW")}
}

func (d *postgresDB) catalog(tables ...Table) *Catalog {
	d.t.Helper()
	catalog, err := postgresBackend{}.Catalog(d.t.Context(), d.db, tables)
	if err != nil {
		d.t.Fatal(err)
	}
	return catalog
}

// capture installs layouts, as Install does.
func (d *postgresDB) capture(layouts ...Layout) {
	d.t.Helper()
	if err := d.install(layouts...); err != nil {
		d.t.Fatal(err)
	}
}

func (d *postgresDB) install(layouts ...Layout) error {
	d.t.Helper()
	var tables []Table
	for i := range layouts {
		tables = append(tables, layouts[i].Table)
		d.layout[layouts[i].ID] = &layouts[i]
	}
	objects, problems := postgresBackend{}.Objects(layouts, d.catalog(tables...))
	for _, problem := range problems {
		if problem.Severity == Refused {
			return errors.New(problem.Message)
		}
	}
	conn, err := d.db.Conn(d.t.Context())
	if err != nil {
		return err
	}
	defer conn.Close()
	end, err := postgresBackend{}.Begin(d.t.Context(), conn, time.Minute)
	if err != nil {
		return err
	}
	for _, object := range objects {
		for _, statement := range object.Create {
			if _, err := conn.ExecContext(d.t.Context(), statement); err != nil {
				return errors.Join(fmt.Errorf("%w\n%s", err, statement), end(false))
			}
		}
	}
	return end(true)
}

// rows reads the log and empties it.
func (d *postgresDB) rows() []Row {
	d.t.Helper()
	return d.rowsOf("denorm_changes")
}

func (d *postgresDB) rowsOf(log string) []Row {
	d.t.Helper()
	rows, err := d.db.QueryContext(d.t.Context(), `WITH gone AS (DELETE FROM `+log+` RETURNING *)
		SELECT id, layout, op, changed, old_in, new_in, old_row, new_row FROM gone ORDER BY id`)
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	var list []Row
	for rows.Next() {
		var row Row
		if err := rows.Scan(&row.ID, &row.Layout, &row.Op, &row.Changed, &row.OldIn, &row.NewIn, &row.Old, &row.New); err != nil {
			d.t.Fatal(err)
		}
		list = append(list, row)
	}
	if err := rows.Err(); err != nil {
		d.t.Fatal(err)
	}
	return list
}

// log renders what was logged since the last call: "U changed old>new", a side is its values and verdicts.
func (d *postgresDB) log() []string {
	d.t.Helper()
	var lines []string
	for _, row := range d.rows() {
		side := func(values, holds []byte) string {
			if values == nil {
				return ""
			}
			if len(holds) > 0 {
				return string(values) + string(holds)
			}
			return string(values)
		}
		parts := []string{row.Op}
		if row.Changed != nil {
			parts = append(parts, string(row.Changed))
		}
		if row.Op != "T" {
			parts = append(parts, side(row.Old, row.OldIn)+">"+side(row.New, row.NewIn))
		}
		lines = append(lines, strings.Join(parts, " "))
	}
	return lines
}

// logged fails unless that is what was logged since the last look.
func (d *postgresDB) logged(what string, want ...string) {
	d.t.Helper()
	got := d.log()
	if !slices.Equal(got, want) {
		d.t.Errorf("%s logged\n  %s\nwant\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// loggedInAnyOrder is logged of what may come in any order.
func (d *postgresDB) loggedInAnyOrder(what string, want ...string) {
	d.t.Helper()
	if got, want := slices.Sorted(slices.Values(d.log())), slices.Sorted(slices.Values(want)); !slices.Equal(got, want) {
		d.t.Errorf("%s logged\n  %s\nwant\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func (d *postgresDB) fingerprint(layouts ...Layout) Fingerprint {
	d.t.Helper()
	now, err := postgresBackend{}.Fingerprint(d.t.Context(), d.db, layouts, Fingerprint{})
	if err != nil {
		d.t.Fatal(err)
	}
	return now
}

func (d *postgresDB) installed() map[string]string {
	d.t.Helper()
	installed, err := postgresBackend{}.Installed(d.t.Context(), d.db)
	if err != nil {
		d.t.Fatal(err)
	}
	return installed
}

// value is the only value that a query returns.
func value[T any](ctx context.Context, t *testing.T, q sqlx.QueryerContext, query string, args ...any) T {
	t.Helper()
	var v T
	if err := q.QueryRowxContext(ctx, query, args...).Scan(&v); err != nil && !errors.Is(err, sql.ErrNoRows) {
		t.Fatalf("%v\n%s", err, query)
	}
	return v
}
