package capture

import (
	"context"
	"fmt"
	"slices"
)

// Catalog reads tables of the main database: those of the temporary one hide them from one connection only,
// and those of attached ones cannot be watched.
func (sqliteBackend) Catalog(ctx context.Context, q Queryer, tables []Table) (*Catalog, error) {
	names, err := sqliteTables(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("reading the list of tables: %w", err)
	}
	catalog := &Catalog{Tables: map[Table]*TableInfo{}}
	byName := map[string]sqliteListed{}
	for _, listed := range names {
		catalog.Names = append(catalog.Names, Table{Name: listed.name})
		byName[sqliteFold(listed.name)] = listed
	}
	for _, table := range tables {
		listed, ok := byName[sqliteFold(table.Name)]
		if !ok || table.Schema != "" && sqliteFold(table.Schema) != "main" {
			continue
		}
		info, err := sqliteTable(ctx, q, listed)
		if err != nil {
			return nil, fmt.Errorf("reading what table %s is: %w", listed.name, err)
		}
		catalog.Tables[table] = info
	}
	return catalog, nil
}

// sqliteListed is a table of the list.
type sqliteListed struct {
	name, kind string
	noRowID    bool
	sql        string
}

func sqliteTables(ctx context.Context, q Queryer) ([]sqliteListed, error) {
	return readRows(ctx, q, `SELECT l.name, l.type, l.wr, coalesce(m.sql, '') FROM pragma_table_list AS l
JOIN main.sqlite_master AS m ON m.name = l.name AND m.type IN ('table', 'view')
WHERE l.schema = 'main' AND l.name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY l.name`,
		func(scan func(...any) error) (l sqliteListed, err error) {
			return l, scan(&l.name, &l.kind, &l.noRowID, &l.sql)
		})
}

func sqliteTable(ctx context.Context, q Queryer, listed sqliteListed) (*TableInfo, error) {
	info := &TableInfo{Table: Table{Name: listed.name}, Kind: BaseTable}
	switch listed.kind {
	case "view":
		info.Kind = View
	case "virtual", "shadow":
		info.Kind = Virtual
	}
	if err := sqliteColumns(ctx, q, info, listed.sql); err != nil {
		return nil, fmt.Errorf("its columns: %w", err)
	}
	if info.Kind != BaseTable {
		return info, nil
	}
	if !listed.noRowID {
		info.RowID = sqliteRowID(info)
	}
	if err := sqliteIndexes(ctx, q, info); err != nil {
		return nil, fmt.Errorf("its indexes: %w", err)
	}
	if err := sqliteForeignKeys(ctx, q, info); err != nil {
		return nil, fmt.Errorf("its foreign keys: %w", err)
	}
	return info, nil
}

// sqliteRowID finds a name of the row number that is not the name of a column.
func sqliteRowID(info *TableInfo) string {
	for _, name := range []string{"_rowid_", "rowid", "oid"} {
		if !slices.ContainsFunc(info.Columns, func(c ColumnInfo) bool { return sqliteFold(c.Name) == name }) {
			return name
		}
	}
	return ""
}

func sqliteColumns(ctx context.Context, q Queryer, info *TableInfo, definition string) error {
	encodings, err := readRows(ctx, q, "PRAGMA encoding", func(scan func(...any) error) (e string, err error) {
		return e, scan(&e)
	})
	if err != nil || len(encodings) != 1 {
		return fmt.Errorf("the encoding of the database: %w", err)
	}
	keys := map[int]string{}
	collations := sqliteCollations(definition)
	info.Columns, err = readRows(ctx, q, `SELECT name, type, "notnull", coalesce(dflt_value, ''), pk, hidden FROM pragma_table_xinfo(?, 'main') ORDER BY cid`,
		func(scan func(...any) error) (c ColumnInfo, err error) {
			var notNull bool
			var key, hidden int
			if err := scan(&c.Name, &c.Type, &notNull, &c.Default, &key, &hidden); err != nil {
				return c, err
			}
			c.Nullable, c.Generated, c.Charset = !notNull, hidden == 2 || hidden == 3, encodings[0]
			c.Collation = "BINARY"
			if collation, ok := collations[sqliteFold(c.Name)]; ok {
				c.Collation = collation
			}
			// Without an affinity 1 and 1.0 are kept apart, and are equal.
			c.Bytewise = sqliteFold(c.Collation) == "binary" && sqliteAffinity(c.Type) != ""
			if key > 0 {
				keys[key] = c.Name
			}
			return c, nil
		}, info.Table.Name)
	for i := range len(keys) {
		info.Key = append(info.Key, keys[i+1])
	}
	return err
}

func sqliteForeignKeys(ctx context.Context, q Queryer, info *TableInfo) error {
	type column struct {
		id                                int
		table, from, to, update, deletion string
	}
	columns, err := readRows(ctx, q, `SELECT id, "table", "from", coalesce("to", ''), on_update, on_delete FROM pragma_foreign_key_list(?, 'main') ORDER BY id, seq`,
		func(scan func(...any) error) (c column, err error) {
			return c, scan(&c.id, &c.table, &c.from, &c.to, &c.update, &c.deletion)
		}, info.Table.Name)
	last := -1
	for _, c := range columns {
		if c.id != last {
			info.ForeignKeys = append(info.ForeignKeys, ForeignKey{References: Table{Name: c.table}, OnDelete: c.deletion, OnUpdate: c.update})
			last = c.id
		}
		key := &info.ForeignKeys[len(info.ForeignKeys)-1]
		key.Columns = append(key.Columns, c.from)
		if c.to != "" {
			key.RefColumns = append(key.RefColumns, c.to)
		}
	}
	for i := range info.ForeignKeys {
		if key := &info.ForeignKeys[i]; len(key.RefColumns) == 0 && err == nil { // the primary key is meant
			key.RefColumns, err = readRows(ctx, q, "SELECT name FROM pragma_table_info(?, 'main') WHERE pk > 0 ORDER BY pk",
				func(scan func(...any) error) (name string, err error) { return name, scan(&name) }, key.References.Name)
		}
	}
	return err
}

// sqliteIndexes reads the unique keys that have an index, and all indexes.
func sqliteIndexes(ctx context.Context, q Queryer, info *TableInfo) error {
	type index struct {
		name, sql       string
		unique, partial bool
	}
	list, err := readRows(ctx, q, `SELECT l.name, coalesce(m.sql, ''), l."unique", l.partial FROM pragma_index_list(?, 'main') AS l
LEFT JOIN main.sqlite_master AS m ON m.type = 'index' AND m.name = l.name ORDER BY l.name`,
		func(scan func(...any) error) (i index, err error) {
			return i, scan(&i.name, &i.sql, &i.unique, &i.partial)
		}, info.Table.Name)
	if err != nil {
		return err
	}
	for _, index := range list {
		terms, err := readRows(ctx, q, `SELECT coalesce(name, ''), coalesce(coll, 'BINARY') FROM pragma_index_xinfo(?, 'main') WHERE key = 1 ORDER BY seqno`,
			func(scan func(...any) error) (t UniqueTerm, err error) { return t, scan(&t.Column, &t.Collation) }, index.name)
		if err != nil {
			return err
		}
		key := UniqueKey{Terms: terms}
		plain := !slices.ContainsFunc(terms, func(t UniqueTerm) bool { return t.Column == "" })
		if !plain || index.partial {
			if err := sqliteIndexText(index.sql, &key); err != nil {
				return fmt.Errorf("index %s: %w", index.name, err)
			}
		}
		var columns []string
		for _, term := range terms {
			columns = append(columns, term.Column)
		}
		if plain && !index.partial {
			info.Indexes = append(info.Indexes, columns)
		}
		if index.unique {
			info.UniqueKeys = append(info.UniqueKeys, key)
			if plain && !index.partial {
				info.Unique = append(info.Unique, columns)
			}
		}
	}
	// An INTEGER PRIMARY KEY is the row number itself and has no index.
	if len(info.Key) == 1 && !slices.ContainsFunc(info.Unique, func(c []string) bool { return slices.Equal(c, info.Key) }) {
		info.Unique = append(info.Unique, info.Key)
		info.Indexes = append(info.Indexes, info.Key)
	}
	return nil
}
