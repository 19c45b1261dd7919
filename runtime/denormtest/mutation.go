package denormtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	denorm "github.com/denormgen/denormgen/runtime"
)

// mutation is one run of Mutate.
type mutation[K comparable, D any] struct {
	*settling[K, D]
	t       testing.TB
	db      *sql.DB
	options mutateOptions
	random  *rand.Rand
	report  Report

	shown    map[K]string // the documents at the last look
	broken   int64
	failures int
}

// table changes every column of a table, and deletes and inserts rows.
func (m *mutation[K, D]) table(ctx context.Context, table *sqlTable) error {
	for _, column := range table.columns {
		if err := m.column(ctx, table, column.Name); err != nil {
			return err
		}
	}
	return m.deleteAndInsert(ctx, table)
}

// column changes a column in one row after the other until a document shows it. A column that no document
// depends on is changed once, for it might be that the plan forgot it.
func (m *mutation[K, D]) column(ctx context.Context, table *sqlTable, column string) error {
	rows, err := m.pick(ctx, table)
	if err != nil {
		return err
	}
	what, matters := table.name()+"."+column, table.matters[column]
	if slices.ContainsFunc(table.followed, func(c string) bool { return strings.EqualFold(c, column) }) {
		m.unshown(matters, what, "rows of other tables follow it by a foreign key that acts")
		return nil
	}
	at := table.place(column)
	var shown, applied bool
	var refused error
	for _, old := range rows {
		for _, value := range table.candidates(m.random, at, old) {
			changed := old.with(at, value)
			done, showed, err := m.exchange(ctx, table, old, changed)
			if err != nil {
				return err
			}
			if done != nil {
				refused = done
				continue
			}
			applied, shown = true, shown || showed
		}
		if shown || applied && !matters {
			break
		}
	}
	switch {
	case shown:
		m.report.note(what, true, "")
	case !applied && refused != nil:
		m.unshown(matters, what, "every change was refused, the last one because "+refused.Error())
	case !applied:
		m.unshown(matters, what, "the table has no row to change")
	default:
		m.unshown(matters, what, fmt.Sprintf("no document showed the changes of %d rows", len(rows)))
	}
	return nil
}

func (m *mutation[K, D]) unshown(matters bool, what, why string) {
	if matters {
		m.report.note(what, false, why)
	}
}

// deleteAndInsert takes rows out and puts them in again until a document shows it. Where they cannot be taken out,
// copies are put in and taken out.
func (m *mutation[K, D]) deleteAndInsert(ctx context.Context, table *sqlTable) error {
	rows, err := m.pick(ctx, table)
	if err != nil {
		return err
	}
	why := errors.New("the table has no row")
	var out, in bool
	for _, old := range rows {
		if out && in {
			break
		}
		done, showed, err := m.takeOut(ctx, table, old)
		if err != nil {
			return err
		}
		if done == nil {
			why = errors.New("no document showed it")
			out, in = out || showed, in || showed
			continue
		}
		for _, copied := range table.copies(old) {
			if done, showed, err = m.putIn(ctx, table, copied); err != nil {
				return err
			}
			if done == nil {
				why = errors.New("no document showed it")
				out, in = out || showed, in || showed
				break
			}
			why = fmt.Errorf("it was refused because %w", done)
		}
	}
	m.report.note(table.name()+" (delete)", out, why.Error())
	m.report.note(table.name()+" (insert)", in, why.Error())
	return nil
}

// pick returns some rows in an order by chance.
func (m *mutation[K, D]) pick(ctx context.Context, table *sqlTable) ([]sqlRow, error) {
	rows, err := table.read(ctx, m.db)
	if err != nil {
		return nil, err
	}
	table.values = rows
	picked := append([]sqlRow(nil), rows...)
	m.random.Shuffle(len(picked), func(i, j int) { picked[i], picked[j] = picked[j], picked[i] })
	return picked[:min(len(picked), m.options.rows)], nil
}

// change is something that is done and taken back.
type change struct {
	said       string
	makes      sqlRow // a row that was not there
	do, revert func(ctx context.Context) error
}

// exchange makes a row another one, and back. refused is why the database did not take it.
func (m *mutation[K, D]) exchange(ctx context.Context, table *sqlTable, old, changed sqlRow) (refused error, showed bool, err error) {
	return m.change(ctx, table, change{
		said:   table.say("UPDATE", old, changed),
		makes:  changed,
		do:     func(ctx context.Context) error { return table.update(ctx, m.db, old, changed) },
		revert: func(ctx context.Context) error { return table.update(ctx, m.db, changed, old) },
	})
}

// takeOut deletes a row, and puts it in again.
func (m *mutation[K, D]) takeOut(ctx context.Context, table *sqlTable, row sqlRow) (refused error, showed bool, err error) {
	if len(table.followed) > 0 {
		return errors.New("rows of other tables would go with it"), false, nil
	}
	return m.change(ctx, table, change{
		said:   table.say("DELETE", row, row),
		do:     func(ctx context.Context) error { return table.delete(ctx, m.db, row) },
		revert: func(ctx context.Context) error { return table.insert(ctx, m.db, row) },
	})
}

// putIn inserts a row, and deletes it again.
func (m *mutation[K, D]) putIn(ctx context.Context, table *sqlTable, row sqlRow) (refused error, showed bool, err error) {
	return m.change(ctx, table, change{
		said:   table.say("INSERT", row, row),
		makes:  row,
		do:     func(ctx context.Context) error { return table.insert(ctx, m.db, row) },
		revert: func(ctx context.Context) error { return table.delete(ctx, m.db, row) },
	})
}

// change commits a change, looks, takes it back, and looks again. Showed is whether both showed in documents.
func (m *mutation[K, D]) change(ctx context.Context, table *sqlTable, c change) (refused error, showed bool, err error) {
	m.t.Helper()
	if c.makes != nil && table.doubles(c.makes) {
		return errRows, false, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	if refused := c.do(ctx); refused != nil {
		return refused, false, ctx.Err()
	}
	there, err := m.look(ctx, c.said)
	if reverted := c.revert(context.WithoutCancel(ctx)); reverted != nil {
		return nil, false, errors.Join(err, fmt.Errorf("take back %s: %w", c.said, reverted))
	}
	var unfit *denorm.LoadError
	if err != nil && !errors.As(err, &unfit) {
		return nil, false, err
	}
	back, err := m.look(ctx, "taking back "+c.said)
	if unfit != nil && err == nil {
		return unfit, false, nil // the model cannot hold it: NULL, for example
	}
	return nil, there && back, err
}
