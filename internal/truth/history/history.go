package history

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/internal/truth/naive"
)

// History changes a database at random. The same seed makes the same changes to the same rows.
type History struct {
	naive.Dialect
	Random  *rand.Rand
	Changes int
}

const (
	keyRange   = 12 // numbers that keys are taken from
	FewRows    = 9
	ManyRows   = 22
	firstRows  = 12
	insertTrys = 8
)

// Fill inserts the first rows.
func (h *History) Fill(ctx context.Context, q naive.Queryer) error {
	for _, table := range naive.Schema() {
		for range firstRows {
			if err := h.Insert(ctx, q, table); err != nil {
				return err
			}
		}
	}
	return nil
}

// Step makes one change of a random table.
func (h *History) Step(ctx context.Context, q naive.Queryer) error {
	tables := naive.Schema()
	table := tables[h.Random.IntN(len(tables))]
	rows, err := h.Current(ctx, q, table)
	if err != nil {
		return err
	}
	h.Changes++
	dice := h.Random.IntN(100)
	switch {
	case len(rows) < FewRows && (len(rows) == 0 || dice < 60):
		for range FewRows {
			if err := h.Insert(ctx, q, table); err != nil {
				return err
			}
		}
		return nil
	case dice < 28 && len(rows) < ManyRows:
		return h.Insert(ctx, q, table)
	case len(rows) > ManyRows && dice < 60 || dice < 40:
		return h.Delete(ctx, q, table, rows)
	case dice == 40:
		return h.exec(ctx, q, "DELETE FROM "+h.Quote(table.Name))
	case dice < 47:
		return h.updateAll(ctx, q, table)
	case dice < 75 && len(table.Key) == 0 && len(rows) < ManyRows:
		return h.double(ctx, q, table, rows)
	default:
		return h.update(ctx, q, table, rows)
	}
}

// Part makes one change, or several in a savepoint.
func (h *History) Part(ctx context.Context, tx naive.Queryer) error {
	random := h.Random
	if random.IntN(5) > 0 {
		return h.Step(ctx, tx)
	}
	if _, err := tx.ExecContext(ctx, "SAVEPOINT part"); err != nil {
		return err
	}
	for range 1 + random.IntN(3) {
		if err := h.Step(ctx, tx); err != nil {
			return err
		}
	}
	end := "RELEASE SAVEPOINT part"
	if random.IntN(2) == 0 {
		end = "ROLLBACK TO SAVEPOINT part"
	}
	_, err := tx.ExecContext(ctx, end)
	return err
}

// Current are a table's rows in an order that does not depend on the database.
func (h *History) Current(ctx context.Context, q naive.Queryer, table naive.Table) ([]naive.Row, error) {
	rows, err := naive.ReadTable(ctx, h.Dialect, q, table)
	slices.SortFunc(rows, func(x, y naive.Row) int { return strings.Compare(table.Identity(x), table.Identity(y)) })
	return rows, err
}

// Value is a random value for a column.
func (h *History) Value(c naive.Column) any {
	switch {
	case c.Nullable && h.Random.IntN(7) == 0:
		return nil
	case c.Values != nil:
		return c.Values[h.Random.IntN(len(c.Values))]
	case c.Kind == naive.Code:
		letter := "K"
		if h.Random.IntN(3) == 0 {
			letter = "k"
		}
		return fmt.Sprint(letter, 1+h.Random.IntN(7))
	case c.Name == "number" || c.Name == "chapter_no":
		return 1 + h.Random.IntN(4)
	case strings.HasSuffix(c.Name, "room"):
		return 1 + h.Random.IntN(3)
	case c.Refers != "":
		return 1 + h.Random.IntN(keyRange+1)
	default:
		return 1 + h.Random.IntN(keyRange)
	}
}

// free tells whether no other row has the key, or the unique value, of a new row.
func (h *History) free(table naive.Table, rows []naive.Row, fresh map[string]any) bool {
	c := naive.Collation(h.Dialect)
	taken := func(columns ...string) bool {
		return slices.ContainsFunc(rows, func(r naive.Row) bool {
			equal := naive.Yes
			for _, name := range columns {
				want, err := naive.Plain(table.Column(name).Kind, fresh[name])
				if err != nil {
					return true
				}
				equal = naive.And(equal, c.Same(r[name], want, naive.IsCode(name)))
			}
			return equal == naive.Yes
		})
	}
	return (len(table.Key) == 0 || !taken(table.Key...)) && (table.Unique == "" || !taken(table.Unique))
}

func (h *History) Insert(ctx context.Context, q naive.Queryer, table naive.Table) error {
	rows, err := h.Current(ctx, q, table)
	if err != nil {
		return err
	}
	for range insertTrys {
		fresh := map[string]any{}
		var names []string
		var args []any
		for _, c := range table.Columns {
			fresh[c.Name] = h.Value(c)
			names, args = append(names, c.Name), append(args, fresh[c.Name])
		}
		if h.free(table, rows, fresh) {
			marks := strings.TrimSuffix(strings.Repeat("?, ", len(names)), ", ")
			return h.exec(ctx, q, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", h.Quote(table.Name), h.List(names), marks), args...)
		}
	}
	return nil
}

// double inserts a link once more.
func (h *History) double(ctx context.Context, q naive.Queryer, table naive.Table, rows []naive.Row) error {
	r := rows[h.Random.IntN(len(rows))]
	names := table.Identifying()
	var args []any
	for _, name := range names {
		args = append(args, r[name])
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(names)), ", ")
	return h.exec(ctx, q, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", h.Quote(table.Name), h.List(names), marks), args...)
}

func (h *History) Delete(ctx context.Context, q naive.Queryer, table naive.Table, rows []naive.Row) error {
	where, args := h.identified(table, rows[h.Random.IntN(len(rows))])
	return h.exec(ctx, q, "DELETE FROM "+h.Quote(table.Name)+where, args...)
}

// update changes one column of one row, or of one link and its doubles.
func (h *History) update(ctx context.Context, q naive.Queryer, table naive.Table, rows []naive.Row) error {
	r := rows[h.Random.IntN(len(rows))]
	c := table.Columns[h.Random.IntN(len(table.Columns))]
	if table.IsKey(c.Name) && h.Random.IntN(2) == 0 {
		c = table.Columns[len(table.Columns)-1]
	}
	return h.Set(ctx, q, table, rows, r, c, h.Value(c))
}

// Set writes a column of a row unless that breaks a key.
func (h *History) Set(ctx context.Context, q naive.Queryer, table naive.Table, rows []naive.Row, r naive.Row, c naive.Column, value any) error {
	if table.IsKey(c.Name) || table.Unique == c.Name {
		fresh := map[string]any{}
		for name, old := range r {
			fresh[name] = old
		}
		fresh[c.Name] = value
		others := slices.DeleteFunc(slices.Clone(rows), func(o naive.Row) bool { return table.Identity(o) == table.Identity(r) })
		if !h.free(table, others, fresh) {
			return nil
		}
	}
	where, args := h.identified(table, r)
	return h.exec(ctx, q, fmt.Sprintf("UPDATE %s SET %s = ?", h.Quote(table.Name), h.Quote(c.Name))+where, append([]any{value}, args...)...)
}

// updateAll gives all rows one value, or those that have another.
func (h *History) updateAll(ctx context.Context, q naive.Queryer, table naive.Table) error {
	var free []naive.Column
	for _, c := range table.Columns {
		if !table.IsKey(c.Name) && c.Name != table.Unique {
			free = append(free, c)
		}
	}
	c, other := free[h.Random.IntN(len(free))], free[h.Random.IntN(len(free))]
	statement := fmt.Sprintf("UPDATE %s SET %s = ?", h.Quote(table.Name), h.Quote(c.Name))
	args := []any{h.Value(c)}
	if value := h.Value(other); value != nil {
		statement += fmt.Sprintf(" WHERE %s = ?", h.Quote(other.Name))
		args = append(args, value)
	}
	return h.exec(ctx, q, statement, args...)
}

// identified is the WHERE that finds a row again.
func (h *History) identified(table naive.Table, r naive.Row) (where string, args []any) {
	var parts []string
	for _, name := range table.Identifying() {
		if r[name] == nil {
			parts = append(parts, h.Quote(name)+" IS NULL")
			continue
		}
		parts = append(parts, h.Quote(name)+" = ?")
		args = append(args, r[name])
	}
	return " WHERE " + strings.Join(parts, " AND "), args
}

func (h *History) exec(ctx context.Context, q naive.Queryer, statement string, args ...any) error {
	if _, err := q.ExecContext(ctx, h.Bind(statement), args...); err != nil {
		return fmt.Errorf("%w in\n%s\nwith %v", err, statement, args)
	}
	return nil
}
