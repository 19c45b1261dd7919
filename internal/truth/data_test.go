package truth

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"
)

// row is a row by column name: nil, int64, float64, bool, string or time.Time.
type row map[string]any

// data is all there is in the database.
type data struct {
	tables map[string][]row
	collation
}

// queryer is a *sqlx.DB or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// read reads every table as it is.
func read(ctx context.Context, d dialect, q queryer) (*data, error) {
	all := &data{tables: map[string][]row{}, collation: collation(d)}
	for _, table := range schema() {
		rows, err := readTable(ctx, d, q, table)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", table.name, err)
		}
		all.tables[table.name] = rows
	}
	return all, nil
}

func readTable(ctx context.Context, d dialect, q queryer, table table) ([]row, error) {
	return readWhere(ctx, d, q, table, "")
}

func readWhere(ctx context.Context, d dialect, q queryer, table table, where string, args ...any) ([]row, error) {
	result, err := q.QueryContext(ctx, "SELECT * FROM "+d.quote(table.name)+where, args...)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	names, err := result.Columns()
	if err != nil {
		return nil, err
	}
	var rows []row
	for result.Next() {
		values := make([]any, len(names))
		into := make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := result.Scan(into...); err != nil {
			return nil, err
		}
		r := row{}
		for i, name := range names {
			if r[name], err = plain(table.column(name).kind, values[i]); err != nil {
				return nil, fmt.Errorf("column %s: %w", name, err)
			}
		}
		rows = append(rows, r)
	}
	return rows, result.Err()
}

// plain brings what the drivers hand over to one type for each kind.
func plain(k kind, value any) (any, error) {
	if value == nil {
		return nil, nil
	}
	if bytes, ok := value.([]byte); ok {
		value = string(bytes)
	}
	switch k {
	case whole:
		return strconv.ParseInt(fmt.Sprint(value), 10, 64)
	case double:
		if number, ok := value.(float64); ok {
			return number, nil
		}
		return strconv.ParseFloat(fmt.Sprint(value), 64)
	case boolean:
		return strconv.ParseBool(fmt.Sprint(value))
	case moment:
		if t, ok := value.(time.Time); ok {
			return t.UTC(), nil
		}
		return time.Parse("2006-01-02 15:04:05", fmt.Sprint(value))
	default:
		if s, ok := value.(string); ok {
			return s, nil
		}
		return nil, fmt.Errorf("a %T where a text was expected", value)
	}
}

// rows are the rows of a table that satisfy all conditions.
func (d *data) rows(table string, conditions ...func(row) truth) []row {
	var list []row
	for _, r := range d.tables[table] {
		keep := yes
		for _, condition := range conditions {
			keep = and(keep, condition(r))
		}
		if keep == yes {
			list = append(list, r)
		}
	}
	return list
}

// first is the row with the lowest key among those that satisfy all conditions, or nil.
func (d *data) first(table string, key string, conditions ...func(row) truth) row {
	var lowest row
	for _, r := range d.rows(table, conditions...) {
		if lowest == nil || d.compare(r[key], lowest[key]) < 0 {
			lowest = r
		}
	}
	return lowest
}

// refers is satisfied by rows whose columns hold the same as those of another row.
func (d *data) refers(columns []string, to row, keys []string) func(row) truth {
	return func(r row) truth {
		result := yes
		for i := range columns {
			result = and(result, d.same(r[columns[i]], to[keys[i]], isCode(columns[i])))
		}
		return result
	}
}

// by is refers with one column.
func (d *data) by(column string, to row, key string) func(row) truth {
	return d.refers([]string{column}, to, []string{key})
}

// hit is a row as a list reaches it, with the row of the join table.
type hit struct{ row, link row }

// hits are rows without links.
func hits(rows []row) []hit {
	var list []hit
	for _, r := range rows {
		list = append(list, hit{row: r})
	}
	return list
}
