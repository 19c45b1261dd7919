package truth

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// history changes a database at random. The same seed makes the same changes to the same rows.
type history struct {
	dialect
	random  *rand.Rand
	changes int
}

const (
	keyRange   = 12 // numbers that keys are taken from
	fewRows    = 9
	manyRows   = 22
	firstRows  = 12
	insertTrys = 8
)

// fill inserts the first rows.
func (h *history) fill(ctx context.Context, q queryer) error {
	for _, table := range schema() {
		for range firstRows {
			if err := h.insert(ctx, q, table); err != nil {
				return err
			}
		}
	}
	return nil
}

// step makes one change of a random table.
func (h *history) step(ctx context.Context, q queryer) error {
	tables := schema()
	table := tables[h.random.IntN(len(tables))]
	rows, err := h.current(ctx, q, table)
	if err != nil {
		return err
	}
	h.changes++
	dice := h.random.IntN(100)
	switch {
	case len(rows) < fewRows && (len(rows) == 0 || dice < 60):
		for range fewRows {
			if err := h.insert(ctx, q, table); err != nil {
				return err
			}
		}
		return nil
	case dice < 28 && len(rows) < manyRows:
		return h.insert(ctx, q, table)
	case len(rows) > manyRows && dice < 60 || dice < 40:
		return h.delete(ctx, q, table, rows)
	case dice == 40:
		return h.exec(ctx, q, "DELETE FROM "+h.quote(table.name))
	case dice < 47:
		return h.updateAll(ctx, q, table)
	case dice < 75 && len(table.key) == 0 && len(rows) < manyRows:
		return h.double(ctx, q, table, rows)
	default:
		return h.update(ctx, q, table, rows)
	}
}

// current are a table's rows in an order that does not depend on the database.
func (h *history) current(ctx context.Context, q queryer, table table) ([]row, error) {
	rows, err := readTable(ctx, h.dialect, q, table)
	slices.SortFunc(rows, func(x, y row) int { return strings.Compare(table.identity(x), table.identity(y)) })
	return rows, err
}

// identity is a text that tells rows apart: the key, or all columns.
func (t table) identity(r row) string {
	text := ""
	for _, name := range t.identifying() {
		text += encode(r[name]) + ","
	}
	return text
}

func (t table) identifying() []string {
	if len(t.key) > 0 {
		return t.key
	}
	var all []string
	for _, c := range t.columns {
		all = append(all, c.name)
	}
	return all
}

// value is a random value for a column.
func (h *history) value(c column) any {
	switch {
	case c.nullable && h.random.IntN(7) == 0:
		return nil
	case c.values != nil:
		return c.values[h.random.IntN(len(c.values))]
	case c.kind == code:
		letter := "K"
		if h.random.IntN(3) == 0 {
			letter = "k"
		}
		return fmt.Sprint(letter, 1+h.random.IntN(7))
	case c.name == "number" || c.name == "chapter_no":
		return 1 + h.random.IntN(4)
	case strings.HasSuffix(c.name, "room"):
		return 1 + h.random.IntN(3)
	case c.refers != "":
		return 1 + h.random.IntN(keyRange+1)
	default:
		return 1 + h.random.IntN(keyRange)
	}
}

// free tells whether no other row has the key, or the unique value, of a new row.
func (h *history) free(table table, rows []row, fresh map[string]any) bool {
	c := collation{h.driver}
	taken := func(columns ...string) bool {
		return slices.ContainsFunc(rows, func(r row) bool {
			equal := yes
			for _, name := range columns {
				want, err := plain(table.column(name).kind, fresh[name])
				if err != nil {
					return true
				}
				equal = and(equal, c.same(r[name], want, isCode(name)))
			}
			return equal == yes
		})
	}
	return (len(table.key) == 0 || !taken(table.key...)) && (table.unique == "" || !taken(table.unique))
}

func (h *history) insert(ctx context.Context, q queryer, table table) error {
	rows, err := h.current(ctx, q, table)
	if err != nil {
		return err
	}
	for range insertTrys {
		fresh := map[string]any{}
		var names []string
		var args []any
		for _, c := range table.columns {
			fresh[c.name] = h.value(c)
			names, args = append(names, c.name), append(args, fresh[c.name])
		}
		if h.free(table, rows, fresh) {
			marks := strings.TrimSuffix(strings.Repeat("?, ", len(names)), ", ")
			return h.exec(ctx, q, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", h.quote(table.name), h.list(names), marks), args...)
		}
	}
	return nil
}

// double inserts a link once more.
func (h *history) double(ctx context.Context, q queryer, table table, rows []row) error {
	r := rows[h.random.IntN(len(rows))]
	names := table.identifying()
	var args []any
	for _, name := range names {
		args = append(args, r[name])
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(names)), ", ")
	return h.exec(ctx, q, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", h.quote(table.name), h.list(names), marks), args...)
}

func (h *history) delete(ctx context.Context, q queryer, table table, rows []row) error {
	where, args := h.identified(table, rows[h.random.IntN(len(rows))])
	return h.exec(ctx, q, "DELETE FROM "+h.quote(table.name)+where, args...)
}

// update changes one column of one row, or of one link and its doubles.
func (h *history) update(ctx context.Context, q queryer, table table, rows []row) error {
	r := rows[h.random.IntN(len(rows))]
	c := table.columns[h.random.IntN(len(table.columns))]
	if table.isKey(c.name) && h.random.IntN(2) == 0 {
		c = table.columns[len(table.columns)-1]
	}
	return h.set(ctx, q, table, rows, r, c, h.value(c))
}

// set writes a column of a row unless that breaks a key.
func (h *history) set(ctx context.Context, q queryer, table table, rows []row, r row, c column, value any) error {
	if table.isKey(c.name) || table.unique == c.name {
		fresh := map[string]any{}
		for name, old := range r {
			fresh[name] = old
		}
		fresh[c.name] = value
		others := slices.DeleteFunc(slices.Clone(rows), func(o row) bool { return table.identity(o) == table.identity(r) })
		if !h.free(table, others, fresh) {
			return nil
		}
	}
	where, args := h.identified(table, r)
	return h.exec(ctx, q, fmt.Sprintf("UPDATE %s SET %s = ?", h.quote(table.name), h.quote(c.name))+where, append([]any{value}, args...)...)
}

// updateAll gives all rows one value, or those that have another.
func (h *history) updateAll(ctx context.Context, q queryer, table table) error {
	var free []column
	for _, c := range table.columns {
		if !table.isKey(c.name) && c.name != table.unique {
			free = append(free, c)
		}
	}
	c, other := free[h.random.IntN(len(free))], free[h.random.IntN(len(free))]
	statement := fmt.Sprintf("UPDATE %s SET %s = ?", h.quote(table.name), h.quote(c.name))
	args := []any{h.value(c)}
	if value := h.value(other); value != nil {
		statement += fmt.Sprintf(" WHERE %s = ?", h.quote(other.name))
		args = append(args, value)
	}
	return h.exec(ctx, q, statement, args...)
}

// identified is the WHERE that finds a row again.
func (h *history) identified(table table, r row) (where string, args []any) {
	var parts []string
	for _, name := range table.identifying() {
		if r[name] == nil {
			parts = append(parts, h.quote(name)+" IS NULL")
			continue
		}
		parts = append(parts, h.quote(name)+" = ?")
		args = append(args, r[name])
	}
	return " WHERE " + strings.Join(parts, " AND "), args
}

func (h *history) exec(ctx context.Context, q queryer, statement string, args ...any) error {
	if _, err := q.ExecContext(ctx, h.bind(statement), args...); err != nil {
		return fmt.Errorf("%w in\n%s\nwith %v", err, statement, args)
	}
	return nil
}
