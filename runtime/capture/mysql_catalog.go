package capture

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// mysqlServer is what there is to know of the server and the connection.
type mysqlServer struct {
	schema  string // database of the connection
	version string
	fold    bool // the case of table names does not matter
}

func mysqlReadServer(ctx context.Context, q Queryer) (mysqlServer, error) {
	servers, err := readRows(ctx, q, "SELECT DATABASE(), VERSION(), @@lower_case_table_names", func(scan func(...any) error) (mysqlServer, error) {
		var s mysqlServer
		var schema sql.NullString
		var lower int
		err := scan(&schema, &s.version, &lower)
		s.schema, s.fold = schema.String, lower != 0
		return s, err
	})
	switch {
	case err != nil:
		return mysqlServer{}, fmt.Errorf("asking the server who it is: %w", err)
	case len(servers) != 1 || servers[0].schema == "":
		return mysqlServer{}, fmt.Errorf("the connection has no database")
	}
	return servers[0], nil
}

// mysqlIsMariaDB tells by the server's version.
func mysqlIsMariaDB(version string) bool {
	return strings.Contains(strings.ToLower(version), "mariadb")
}

// key is a table's name as a key: in one case where the server does not tell cases apart.
func (s mysqlServer) key(table Table) Table {
	if table.Schema == "" {
		table.Schema = s.schema
	}
	if s.fold {
		table.Schema, table.Name = strings.ToLower(table.Schema), strings.ToLower(table.Name)
	}
	return table
}

// Catalog also reads every table above the given ones: those whose rows, deleted or updated, make InnoDB delete or
// update theirs, at any distance. They are there by their resolved names.
func (b mysqlBackend) Catalog(ctx context.Context, q Queryer, tables []Table) (*Catalog, error) {
	server, err := mysqlReadServer(ctx, q)
	if err != nil {
		return nil, err
	}
	catalog := &Catalog{Tables: map[Table]*TableInfo{}, Schema: server.schema, Version: server.version}
	keys, err := mysqlForeignKeys(ctx, q, server)
	if err != nil {
		return nil, fmt.Errorf("reading the foreign keys: %w", err)
	}
	read := map[Table]bool{}
	schemas := []string{server.schema}
	for queue := slices.Clone(tables); len(queue) > 0; queue = queue[1:] {
		table := queue[0]
		if catalog.Tables[table] != nil {
			continue
		}
		if read[server.key(table)] && !slices.Contains(tables, table) {
			continue
		}
		info, err := mysqlTable(ctx, q, server, table)
		if err != nil {
			return nil, fmt.Errorf("reading table %s: %w", table, err)
		}
		if info == nil {
			continue
		}
		info.ForeignKeys = keys[server.key(info.Table)]
		catalog.Tables[table] = info
		read[server.key(info.Table)] = true
		schemas = append(schemas, info.Table.Schema)
		for _, key := range info.ForeignKeys {
			if mysqlActs(key.OnDelete) || mysqlActs(key.OnUpdate) {
				queue = append(queue, key.References)
			}
		}
	}
	if catalog.Names, err = mysqlNames(ctx, q); err != nil {
		return nil, fmt.Errorf("listing the tables: %w", err)
	}
	slices.Sort(schemas)
	catalog.Triggers, err = mysqlPlaces(ctx, q, slices.Compact(schemas))
	if err != nil {
		return nil, fmt.Errorf("listing the triggers: %w", err)
	}
	return catalog, nil
}

// mysqlActs tells whether a rule of a foreign key changes rows of the table that has it.
func mysqlActs(rule string) bool { return rule == "CASCADE" || rule == "SET NULL" }

// mysqlTable reads one table, nil if it is not there.
func mysqlTable(ctx context.Context, q Queryer, server mysqlServer, table Table) (*TableInfo, error) {
	if table.Schema == "" {
		table.Schema = server.schema
	}
	infos, err := readRows(ctx, q, `SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, COALESCE(ENGINE, ''), COALESCE(CREATE_OPTIONS, '')
FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?`, func(scan func(...any) error) (*TableInfo, error) {
		info := &TableInfo{}
		var kind, options string
		err := scan(&info.Table.Schema, &info.Table.Name, &kind, &info.Engine, &options)
		info.Kind = mysqlTableKind(kind, options)
		return info, err
	}, table.Schema, table.Name)
	if err != nil {
		return nil, err
	}
	// The comparison of names may be looser than the server's own.
	infos = slices.DeleteFunc(infos, func(info *TableInfo) bool { return server.key(info.Table) != server.key(table) })
	if len(infos) == 0 {
		return nil, nil
	}
	info := infos[0]
	info.Columns, err = readRows(ctx, q, `SELECT COLUMN_NAME, COLUMN_TYPE, COALESCE(CHARACTER_SET_NAME, ''), COALESCE(COLLATION_NAME, ''),
  IS_NULLABLE = 'YES', EXTRA LIKE '%VIRTUAL GENERATED%' OR EXTRA LIKE '%STORED GENERATED%' OR EXTRA LIKE '%PERSISTENT GENERATED%', COALESCE(COLUMN_DEFAULT, '')
FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION`, func(scan func(...any) error) (ColumnInfo, error) {
		var c ColumnInfo
		err := scan(&c.Name, &c.Type, &c.Charset, &c.Collation, &c.Nullable, &c.Generated, &c.Default)
		c.Bytewise = mysqlBytewise(&c)
		return c, err
	}, info.Table.Schema, info.Table.Name)
	if err != nil {
		return nil, err
	}
	return info, mysqlIndexes(ctx, q, info)
}

func mysqlTableKind(kind, options string) Kind {
	switch {
	case strings.Contains(kind, "VIEW"):
		return View
	case kind == "SEQUENCE":
		return Virtual
	case strings.Contains(options, "partitioned"):
		return Partitioned
	default:
		return BaseTable
	}
}

// mysqlIndexes reads the indexes and keys of a table. An index on an expression ends before it.
func mysqlIndexes(ctx context.Context, q Queryer, info *TableInfo) error {
	type part struct {
		index, column string
		unique        bool
	}
	parts, err := readRows(ctx, q, `SELECT INDEX_NAME, COALESCE(COLUMN_NAME, ''), NON_UNIQUE = 0 FROM information_schema.STATISTICS
WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY INDEX_NAME, SEQ_IN_INDEX`, func(scan func(...any) error) (p part, err error) {
		return p, scan(&p.index, &p.column, &p.unique)
	}, info.Table.Schema, info.Table.Name)
	if err != nil {
		return err
	}
	for len(parts) > 0 {
		first := parts[0]
		n := 0
		var columns []string
		whole := true
		for ; n < len(parts) && parts[n].index == first.index; n++ {
			whole = whole && parts[n].column != ""
			if whole {
				columns = append(columns, parts[n].column)
			}
		}
		parts = parts[n:]
		if len(columns) > 0 {
			info.Indexes = append(info.Indexes, columns)
		}
		if first.unique && whole {
			info.Unique = append(info.Unique, columns)
		}
		if first.index == "PRIMARY" {
			info.Key = columns
		}
	}
	return nil
}

// mysqlForeignKeys reads the foreign keys of all tables that the account sees, by the table that has them.
func mysqlForeignKeys(ctx context.Context, q Queryer, server mysqlServer) (map[Table][]ForeignKey, error) {
	type name struct {
		table Table
		key   string
	}
	type rule struct {
		name
		onUpdate, onDelete string
	}
	type part struct {
		name
		column, refColumn string
		references        Table
	}
	rules, err := readRows(ctx, q, `SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE FROM information_schema.REFERENTIAL_CONSTRAINTS`,
		func(scan func(...any) error) (r rule, err error) {
			return r, scan(&r.table.Schema, &r.table.Name, &r.key, &r.onUpdate, &r.onDelete)
		})
	if err != nil {
		return nil, err
	}
	parts, err := readRows(ctx, q, `SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL ORDER BY TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION`,
		func(scan func(...any) error) (p part, err error) {
			return p, scan(&p.table.Schema, &p.table.Name, &p.key, &p.column, &p.references.Schema, &p.references.Name, &p.refColumn)
		})
	if err != nil {
		return nil, err
	}
	byName := map[name]rule{}
	for _, r := range rules {
		byName[r.name] = r
	}
	keys := map[Table][]ForeignKey{}
	var last name
	for _, p := range parts {
		table := server.key(p.table)
		if len(keys[table]) == 0 || p.name != last {
			r := byName[p.name]
			keys[table] = append(keys[table], ForeignKey{Name: p.key, References: p.references, OnDelete: r.onDelete, OnUpdate: r.onUpdate})
		}
		last = p.name
		key := &keys[table][len(keys[table])-1]
		key.Columns, key.RefColumns = append(key.Columns, p.column), append(key.RefColumns, p.refColumn)
	}
	return keys, nil
}

// mysqlNames lists the tables of the connection's database, as plans name them.
func mysqlNames(ctx context.Context, q Queryer) ([]Table, error) {
	return readRows(ctx, q, `SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND LEFT(TABLE_NAME, 7) <> 'denorm_' ORDER BY TABLE_NAME`,
		func(scan func(...any) error) (t Table, err error) { return t, scan(&t.Name) })
}
