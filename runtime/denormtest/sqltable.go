package denormtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/runtime/capture"
)

// sqlTable is a table that documents depend on.
type sqlTable struct {
	dialect capture.Dialect
	backend capture.Backend
	table   capture.Table
	info    *capture.TableInfo
	columns []capture.ColumnInfo // but for the generated ones
	matters map[string]bool      // the columns that the plan names
	// followed are the columns by which rows of other tables go with rows of this one.
	followed []string
	values   []sqlRow // the rows as they were read last
}

// readTables looks at all tables of a plan.
func readTables(ctx context.Context, db *sql.DB, dialect capture.Dialect, plan capture.Plan) ([]*sqlTable, error) {
	backend, err := capture.Lookup(dialect)
	if err != nil {
		return nil, err
	}
	layouts := capture.Layouts([]capture.Plan{plan})
	names := make([]capture.Table, len(layouts))
	for i, layout := range layouts {
		names[i] = layout.Table
	}
	catalog, err := backend.Catalog(ctx, db, names)
	if err != nil {
		return nil, fmt.Errorf("read the catalog: %w", err)
	}
	tables := make([]*sqlTable, 0, len(names))
	for _, layout := range layouts {
		info := catalog.Tables[layout.Table]
		if info == nil {
			return nil, fmt.Errorf("there is no table %s", layout.Table)
		}
		t := &sqlTable{dialect: dialect, backend: backend, table: layout.Table, info: info, matters: map[string]bool{}}
		for _, column := range layout.Tracked {
			t.matters[column] = true
		}
		t.columns = slices.DeleteFunc(slices.Clone(info.Columns), func(c capture.ColumnInfo) bool { return c.Generated })
		if err := t.follow(ctx, db); err != nil {
			return nil, fmt.Errorf("read the foreign keys to %s: %w", layout.Table, err)
		}
		tables = append(tables, t)
	}
	return tables, nil
}

// follow reads the columns that foreign keys lead to which change the rows that have them.
func (t *sqlTable) follow(ctx context.Context, db *sql.DB) error {
	var query string
	var args []any
	switch t.dialect {
	case capture.Postgres:
		query, args = `SELECT a.attname FROM pg_catalog.pg_constraint AS c
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = ANY (c.confkey)
WHERE c.contype = 'f' AND c.confrelid = $1::regclass AND (c.confdeltype IN ('c', 'n', 'd') OR c.confupdtype IN ('c', 'n', 'd'))`, []any{t.quoted()}
	case capture.MySQL:
		query, args = `SELECT k.REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE AS k
JOIN information_schema.REFERENTIAL_CONSTRAINTS AS r ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
WHERE k.REFERENCED_TABLE_SCHEMA = ? AND k.REFERENCED_TABLE_NAME = ?
AND (r.DELETE_RULE IN ('CASCADE', 'SET NULL') OR r.UPDATE_RULE IN ('CASCADE', 'SET NULL'))`, []any{t.info.Table.Schema, t.info.Table.Name}
	default: // without a column the primary key is meant
		query, args = `SELECT coalesce(f."to", '') FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS f
WHERE m.type = 'table' AND lower(f."table") = lower(?)
AND (f.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT') OR f.on_update IN ('CASCADE', 'SET NULL', 'SET DEFAULT'))`, []any{t.info.Table.Name}
	}
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var column string
		if err := rows.Scan(&column); err != nil {
			return err
		}
		if column == "" {
			t.followed = append(t.followed, t.info.Key...)
		} else {
			t.followed = append(t.followed, column)
		}
	}
	return rows.Err()
}

func (t *sqlTable) name() string { return t.table.Name }

func (t *sqlTable) place(column string) int {
	return slices.IndexFunc(t.columns, func(c capture.ColumnInfo) bool { return c.Name == column })
}

// unique tells whether a column is part of a key.
func (t *sqlTable) unique(column string) bool {
	return slices.Contains(t.info.Key, column) ||
		slices.ContainsFunc(t.info.Unique, func(key []string) bool { return slices.Contains(key, column) })
}

// read returns the table's rows, at most a thousand.
func (t *sqlTable) read(ctx context.Context, db *sql.DB) ([]sqlRow, error) {
	list := make([]string, len(t.columns))
	for i := range t.columns {
		list[i] = t.reading(&t.columns[i])
	}
	query := "SELECT " + strings.Join(list, ", ") + " FROM " + t.quoted()
	if len(t.info.Key) > 0 {
		query += " ORDER BY " + strings.Join(t.quoteAll(t.info.Key), ", ")
	}
	result, err := db.QueryContext(ctx, query+" LIMIT 1000")
	if err != nil {
		return nil, fmt.Errorf("read the rows: %w", err)
	}
	defer result.Close()
	var rows []sqlRow
	for result.Next() {
		row, into := make(sqlRow, len(list)), make([]any, len(list))
		for i := range row {
			into[i] = &row[i]
		}
		if err := result.Scan(into...); err != nil {
			return nil, fmt.Errorf("read a row: %w", err)
		}
		for i := range row {
			row[i] = t.bindable(&t.columns[i], row[i])
		}
		rows = append(rows, row)
	}
	return rows, result.Err()
}

func (t *sqlTable) update(ctx context.Context, db *sql.DB, old, changed sqlRow) error {
	s := statement{table: t}
	s.text("UPDATE " + t.quoted() + " SET ")
	separator := ""
	for i := range t.columns {
		if !sameValue(old[i], changed[i]) {
			s.text(separator + t.quote(t.columns[i].Name) + " = ")
			s.bind(i, changed[i])
			separator = ", "
		}
	}
	s.where(old)
	return s.exec(ctx, db)
}

func (t *sqlTable) delete(ctx context.Context, db *sql.DB, row sqlRow) error {
	s := statement{table: t}
	s.text("DELETE FROM " + t.quoted())
	s.where(row)
	return s.exec(ctx, db)
}

func (t *sqlTable) insert(ctx context.Context, db *sql.DB, row sqlRow) error {
	s := statement{table: t}
	names := make([]string, len(t.columns))
	for i, column := range t.columns {
		names[i] = column.Name
	}
	s.text("INSERT INTO " + t.quoted() + " (" + strings.Join(t.quoteAll(names), ", ") + ")")
	if t.dialect == capture.Postgres {
		s.text(" OVERRIDING SYSTEM VALUE")
	}
	separator := " VALUES ("
	for i, value := range row {
		s.text(separator)
		s.bind(i, value)
		separator = ", "
	}
	s.text(")")
	return s.exec(ctx, db)
}

// errRows means that a statement did not find the one row that it was for.
var errRows = errors.New("it concerns another number of rows than one")

// statement is one that is being written.
type statement struct {
	table *sqlTable
	query strings.Builder
	args  []any
}

func (s *statement) text(text string) { s.query.WriteString(text) }

// bind binds a value of a column.
func (s *statement) bind(at int, value any) {
	s.args = append(s.args, value)
	if s.table.dialect != capture.Postgres {
		s.text("?")
		return
	}
	s.text(s.table.backend.Cast(s.table.columns[at], fmt.Sprint("$", len(s.args))))
}

// where finds a row by its key, or by all of its values where the table has none.
func (s *statement) where(row sqlRow) {
	equals := map[capture.Dialect]string{capture.Postgres: " IS NOT DISTINCT FROM ", capture.MySQL: " <=> ", capture.SQLite: " IS "}[s.table.dialect]
	separator := " WHERE "
	for i, column := range s.table.columns {
		if len(s.table.info.Key) == 0 || slices.Contains(s.table.info.Key, column.Name) {
			s.text(separator + s.table.quote(column.Name) + equals)
			s.bind(i, row[i])
			separator = " AND "
		}
	}
}

// exec commits the statement if it concerns one row.
func (s *statement) exec(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	result, err := tx.ExecContext(ctx, s.query.String(), s.args...)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err != nil {
		return err
	}
	if n != 1 {
		return errRows
	}
	return tx.Commit()
}
