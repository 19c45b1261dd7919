package naive

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"
)

// Row is a row by column name: nil, int64, float64, bool, string or time.Time.
type Row map[string]any

// Data is all there is in the database.
type Data struct {
	Tables map[string][]Row
	Collation
}

// Queryer is a *sqlx.DB or a transaction.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Read reads every table as it is.
func Read(ctx context.Context, d Dialect, q Queryer) (*Data, error) {
	all := &Data{Tables: map[string][]Row{}, Collation: Collation(d)}
	for _, table := range Schema() {
		rows, err := ReadTable(ctx, d, q, table)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", table.Name, err)
		}
		all.Tables[table.Name] = rows
	}
	return all, nil
}

// ReadTable reads one table as it is.
func ReadTable(ctx context.Context, d Dialect, q Queryer, table Table) ([]Row, error) {
	return readWhere(ctx, d, q, table, "")
}

func readWhere(ctx context.Context, d Dialect, q Queryer, table Table, where string, args ...any) ([]Row, error) {
	result, err := q.QueryContext(ctx, "SELECT * FROM "+d.Quote(table.Name)+where, args...)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	names, err := result.Columns()
	if err != nil {
		return nil, err
	}
	var rows []Row
	for result.Next() {
		values := make([]any, len(names))
		into := make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := result.Scan(into...); err != nil {
			return nil, err
		}
		r := Row{}
		for i, name := range names {
			if r[name], err = Plain(table.Column(name).Kind, values[i]); err != nil {
				return nil, fmt.Errorf("column %s: %w", name, err)
			}
		}
		rows = append(rows, r)
	}
	return rows, result.Err()
}

// Plain brings what the drivers hand over to one type for each kind.
func Plain(k kind, value any) (any, error) {
	if value == nil {
		return nil, nil
	}
	if bytes, ok := value.([]byte); ok {
		value = string(bytes)
	}
	switch k {
	case Whole:
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
func (d *Data) rows(table string, conditions ...func(Row) truth) []Row {
	var list []Row
	for _, r := range d.Tables[table] {
		keep := Yes
		for _, condition := range conditions {
			keep = And(keep, condition(r))
		}
		if keep == Yes {
			list = append(list, r)
		}
	}
	return list
}

// first is the row with the lowest key among those that satisfy all conditions, or nil.
func (d *Data) first(table string, key string, conditions ...func(Row) truth) Row {
	var lowest Row
	for _, r := range d.rows(table, conditions...) {
		if lowest == nil || d.compare(r[key], lowest[key]) < 0 {
			lowest = r
		}
	}
	return lowest
}

// refers is satisfied by rows whose columns hold the same as those of another row.
func (d *Data) refers(columns []string, to Row, keys []string) func(Row) truth {
	return func(r Row) truth {
		result := Yes
		for i := range columns {
			result = And(result, d.Same(r[columns[i]], to[keys[i]], IsCode(columns[i])))
		}
		return result
	}
}

// by is refers with one column.
func (d *Data) by(column string, to Row, key string) func(Row) truth {
	return d.refers([]string{column}, to, []string{key})
}

// hit is a row as a list reaches it, with the row of the join table.
type hit struct{ row, link Row }

// hits are rows without links.
func hits(rows []Row) []hit {
	var list []hit
	for _, r := range rows {
		list = append(list, hit{row: r})
	}
	return list
}
