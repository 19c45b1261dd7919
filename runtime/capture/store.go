package capture

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// StoredPlan is a plan as the database keeps it.
type StoredPlan struct {
	Plan
	Application string
	SeenAt      time.Time // when a process that uses it last said so
}

// Plans reads the plans of all applications, sorted by collection and shape. Between Install and Retire the
// result is what the triggers serve.
func Plans(ctx context.Context, q Queryer) ([]StoredPlan, error) {
	plans, err := readRows(ctx, q, "SELECT application, body, seen_at FROM denorm_plans ORDER BY collection, shape",
		func(scan func(...any) error) (p StoredPlan, err error) {
			var body []byte
			var seen int64
			if err := scan(&p.Application, &body, &seen); err != nil {
				return p, err
			}
			p.SeenAt = time.Unix(seen, 0).UTC()
			return p, json.Unmarshal(body, &p.Plan)
		})
	if err != nil {
		return nil, fmt.Errorf("reading the stored plans: %w", err)
	}
	return plans, nil
}

// LayoutsByID reads the layouts that rows of the log may have been written by, old ones included.
func LayoutsByID(ctx context.Context, q Queryer) (map[string]*Layout, error) {
	layouts, err := readRows(ctx, q, "SELECT body FROM denorm_layouts", func(scan func(...any) error) (*Layout, error) {
		var body []byte
		layout := &Layout{}
		if err := scan(&body); err != nil {
			return nil, err
		}
		return layout, json.Unmarshal(body, layout)
	})
	if err != nil {
		return nil, fmt.Errorf("reading the stored layouts: %w", err)
	}
	byID := make(map[string]*Layout, len(layouts))
	for _, layout := range layouts {
		byID[layout.ID] = layout
	}
	return byID, nil
}

// readRows reads all rows of a query.
func readRows[T any](ctx context.Context, q Queryer, query string, read func(scan func(...any) error) (T, error), args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		item, err := read(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, rows.Err()
}

// Touch says that plans are in use, so that Retire keeps them. It returns those that are not stored: they
// were retired, and have to be installed again.
func Touch(ctx context.Context, q Queryer, dialect Dialect, plans []Plan) (gone []Plan, err error) {
	now := time.Now().Unix()
	for _, plan := range plans {
		query := "UPDATE denorm_plans SET seen_at = " + placeholder(dialect, 1) +
			" WHERE collection = " + placeholder(dialect, 2) + " AND shape = " + placeholder(dialect, 3)
		if _, err := q.ExecContext(ctx, query, now, plan.Collection, plan.Shape); err != nil {
			return nil, fmt.Errorf("saying that collection %s is in use: %w", plan.Collection, err)
		}
	}
	stored, err := Plans(ctx, q)
	if err != nil {
		return nil, err
	}
	there := map[planID]bool{}
	for i := range stored {
		there[stored[i].id()] = true
	}
	for _, plan := range plans {
		if !there[plan.id()] {
			gone = append(gone, plan)
		}
	}
	return gone, nil
}

// Retire removes the plans that no process has used since a time, and returns them. The triggers log what
// was needed for them until the next Install or Repair.
func Retire(ctx context.Context, q Queryer, dialect Dialect, unseenSince time.Time) ([]StoredPlan, error) {
	stored, err := Plans(ctx, q)
	if err != nil {
		return nil, err
	}
	var retired []StoredPlan
	for _, plan := range stored {
		if !plan.SeenAt.Before(unseenSince) {
			continue
		}
		// A process that comes back meanwhile keeps it.
		query := "DELETE FROM denorm_plans WHERE collection = " + placeholder(dialect, 1) + " AND shape = " + placeholder(dialect, 2) +
			" AND seen_at < " + placeholder(dialect, 3)
		result, err := q.ExecContext(ctx, query, plan.Collection, plan.Shape, unseenSince.Unix())
		if err != nil {
			return retired, fmt.Errorf("retiring collection %s: %w", plan.Collection, err)
		}
		if n, err := result.RowsAffected(); err != nil || n > 0 {
			retired = append(retired, plan)
		}
	}
	return retired, nil
}

// planID tells stored plans apart.
type planID struct{ collection, shape string }

func (p *Plan) id() planID { return planID{p.Collection, p.Shape} }

// record is what Install remembers of an object that it made, in denorm_installed.
type record struct {
	// Made is a hash of the statements, Found what Installed said afterwards: empty if a script did it.
	Made  string `json:"made"`
	Found string `json:"found,omitempty"`
	Table Table  `json:"table"`
}

// tablesRecord is the name under which the DDL of our own tables is remembered. No object is called so.
const tablesRecord = "tables"

func records(ctx context.Context, q Queryer) (map[string]record, error) {
	type named struct {
		name string
		record
	}
	list, err := readRows(ctx, q, "SELECT name, fingerprint FROM denorm_installed", func(scan func(...any) error) (n named, err error) {
		var body []byte
		if err := scan(&n.name, &body); err != nil {
			return n, err
		}
		// What cannot be read is as good as none: the object is made again.
		_ = json.Unmarshal(body, &n.record)
		return n, nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading what is installed: %w", err)
	}
	byName := make(map[string]record, len(list))
	for _, n := range list {
		byName[n.name] = n.record
	}
	return byName, nil
}

// put replaces a row of one of our tables: its key columns come first.
func put(ctx context.Context, q Queryer, dialect Dialect, table string, columns []string, keys int, values ...any) error {
	if err := remove(ctx, q, dialect, table, columns[:keys], values[:keys]...); err != nil {
		return err
	}
	query := "INSERT INTO " + table + " (" + quoteNames(dialect, columns) + ") VALUES (" + placeholders(dialect, len(columns)) + ")"
	if _, err := q.ExecContext(ctx, query, values...); err != nil {
		return fmt.Errorf("writing to %s: %w", table, err)
	}
	return nil
}

func remove(ctx context.Context, q Queryer, dialect Dialect, table string, columns []string, values ...any) error {
	query := "DELETE FROM " + table
	for i, column := range columns {
		word := " AND "
		if i == 0 {
			word = " WHERE "
		}
		query += word + quoteName(dialect, column) + " = " + placeholder(dialect, i+1)
	}
	if _, err := q.ExecContext(ctx, query, values...); err != nil {
		return fmt.Errorf("removing from %s: %w", table, err)
	}
	return nil
}
