package capture

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// postgresCatalog is a catalog that is being read.
type postgresCatalog struct {
	ctx    context.Context
	q      Queryer
	tables map[string]*TableInfo // by oid
	oids   string                // of all of them, as an array
}

// Catalog reads the tables, their partitions and inheritance children, and what cascades connect with them.
func (postgresBackend) Catalog(ctx context.Context, q Queryer, tables []Table) (*Catalog, error) {
	c := postgresCatalog{ctx: ctx, q: q, tables: map[string]*TableInfo{}}
	catalog := &Catalog{Tables: map[Table]*TableInfo{}}
	if err := c.relations(tables, catalog); err != nil {
		return nil, err
	}
	for _, read := range []func() error{c.columns, c.indexes, c.foreignKeys, c.children} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return catalog, nil
}

// each runs an embedded query and gives every row to a function that scans it.
func (c *postgresCatalog) each(file, what string, argument string, row func(scan func(...any) error) error) error {
	query, err := templateText(Postgres, file, nil)
	if err != nil {
		return err
	}
	rows, err := c.q.QueryContext(c.ctx, query, argument)
	if err != nil {
		return fmt.Errorf("reading the catalog of %s: %w", what, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return fmt.Errorf("reading the catalog of %s: %w", what, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading the catalog of %s: %w", what, err)
	}
	return nil
}

func (c *postgresCatalog) relations(asked []Table, catalog *Catalog) error {
	names := make([]string, len(asked))
	for i, table := range asked {
		names[i] = quoteTable(Postgres, table)
	}
	var oids []string
	err := c.each("relations", "tables", postgresLiteral(names), func(scan func(...any) error) error {
		var ord int
		var oid, kind string
		var table Table
		if err := scan(&ord, &oid, &table.Schema, &table.Name, &kind); err != nil {
			return err
		}
		info := c.tables[oid]
		if info == nil {
			info = &TableInfo{Table: table, Kind: postgresKind(kind)}
			c.tables[oid] = info
			oids = append(oids, oid)
		}
		catalog.Tables[table] = info
		if ord > 0 {
			catalog.Tables[asked[ord-1]] = info
		}
		return nil
	})
	c.oids = postgresLiteral(oids)
	return err
}

func postgresKind(relkind string) Kind {
	switch relkind {
	case "p":
		return Partitioned
	case "v", "m":
		return View
	case "f":
		return Foreign
	default:
		return BaseTable
	}
}

func (c *postgresCatalog) columns() error {
	return c.each("columns", "columns", c.oids, func(scan func(...any) error) error {
		var oid string
		var column ColumnInfo
		err := scan(&oid, &column.Name, &column.Type, &column.Collation, &column.Nullable, &column.Generated, &column.Bytewise)
		if err == nil {
			c.tables[oid].Columns = append(c.tables[oid].Columns, column)
		}
		return err
	})
}

func (c *postgresCatalog) indexes() error {
	var last string
	return c.each("indexes", "indexes", c.oids, func(scan func(...any) error) error {
		var oid, index, column string
		var primary, unique bool
		if err := scan(&oid, &index, &primary, &unique, &column); err != nil {
			return err
		}
		info := c.tables[oid]
		if primary {
			info.Key = append(info.Key, column)
		}
		if unique {
			info.Unique = postgresAppend(info.Unique, column, index != last)
		}
		info.Indexes = postgresAppend(info.Indexes, column, index != last)
		last = index
		return nil
	})
}

// postgresAppend adds a column to the last of some lists of columns, or to a new one.
func postgresAppend(lists [][]string, column string, first bool) [][]string {
	if first {
		return append(lists, []string{column})
	}
	end := len(lists) - 1
	lists[end] = append(lists[end], column)
	return lists
}

func (c *postgresCatalog) foreignKeys() error {
	return c.each("foreignkeys", "foreign keys", c.oids, func(scan func(...any) error) error {
		var oid, onDelete, onUpdate, column, other string
		var key ForeignKey
		err := scan(&oid, &key.Name, &key.References.Schema, &key.References.Name, &onDelete, &onUpdate, &column, &other)
		if err != nil {
			return err
		}
		info := c.tables[oid]
		at := slices.IndexFunc(info.ForeignKeys, func(k ForeignKey) bool { return k.Name == key.Name })
		if at < 0 {
			key.OnDelete, key.OnUpdate = postgresAction(onDelete), postgresAction(onUpdate)
			at = len(info.ForeignKeys)
			info.ForeignKeys = append(info.ForeignKeys, key)
		}
		own := &info.ForeignKeys[at]
		own.Columns, own.RefColumns = append(own.Columns, column), append(own.RefColumns, other)
		return nil
	})
}

func postgresAction(code string) string {
	switch code {
	case "c":
		return "CASCADE"
	case "n":
		return "SET NULL"
	case "d":
		return "SET DEFAULT"
	case "r":
		return "RESTRICT"
	default:
		return "NO ACTION"
	}
}

func (c *postgresCatalog) children() error {
	return c.each("children", "partitions", c.oids, func(scan func(...any) error) error {
		var oid string
		var child Table
		err := scan(&oid, &child.Schema, &child.Name)
		if err == nil {
			c.tables[oid].Children = append(c.tables[oid].Children, child)
		}
		return err
	})
}

// postgresLiteral writes texts as an array in text form.
func postgresLiteral(texts []string) string {
	escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = `"` + escaped.Replace(text) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}
