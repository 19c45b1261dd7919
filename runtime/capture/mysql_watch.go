package capture

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// mysqlOurs is a condition on information_schema.TRIGGERS: triggers of capture that write to the log in the
// connection's database. Another application may have its own on the same tables.
const mysqlOurs = "LEFT(TRIGGER_NAME, 15) = '" + mysqlPrefix + "' AND (LOCATE(CONCAT('INTO `', REPLACE(DATABASE(), '`', '``'), '`.`" + mysqlLogName +
	"`'), ACTION_STATEMENT) > 0 OR TRIGGER_SCHEMA = DATABASE() AND LOCATE('INTO `" + mysqlLogName + "`', ACTION_STATEMENT) > 0)"

// mysqlPlaces tells on which table each trigger of capture is, whoever's log it writes to.
func mysqlPlaces(ctx context.Context, q Queryer, schemas []string) (map[string]Table, error) {
	places := map[string]Table{}
	for _, schema := range schemas {
		type place struct {
			name  string
			table Table
		}
		found, err := readRows(ctx, q, `SELECT TRIGGER_NAME, EVENT_OBJECT_SCHEMA, EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS
WHERE EVENT_OBJECT_SCHEMA = ? AND LEFT(TRIGGER_NAME, 15) = '`+mysqlPrefix+`'`, func(scan func(...any) error) (p place, err error) {
			return p, scan(&p.name, &p.table.Schema, &p.table.Name)
		}, schema)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			places[schema+"."+p.name] = p.table
		}
	}
	return places, nil
}

// Installed includes when the definition of the trigger's table last changed: it tells a table that was rebuilt or
// swapped. The account has to have the right TRIGGER on the tables to see their triggers.
func (mysqlBackend) Installed(ctx context.Context, q Queryer) (map[string]string, error) {
	server, err := mysqlReadServer(ctx, q)
	if err != nil {
		return nil, err
	}
	type trigger struct {
		schema, name, text string
		table              Table
	}
	triggers, err := readRows(ctx, q, `SELECT TRIGGER_SCHEMA, TRIGGER_NAME, EVENT_OBJECT_SCHEMA, EVENT_OBJECT_TABLE,
  CONCAT_WS('/', ACTION_TIMING, EVENT_MANIPULATION, SQL_MODE, DEFINER, ACTION_STATEMENT)
FROM information_schema.TRIGGERS WHERE `+mysqlOurs, func(scan func(...any) error) (t trigger, err error) {
		return t, scan(&t.schema, &t.name, &t.table.Schema, &t.table.Name, &t.text)
	})
	if err != nil {
		return nil, err
	}
	var tables []Table
	for _, t := range triggers {
		tables = append(tables, t.table)
	}
	rows, err := mysqlCreated(ctx, q, server, tables)
	if err != nil {
		return nil, err
	}
	created := map[Table]string{}
	for _, row := range rows {
		created[Table{Schema: row[1], Name: row[2]}] = row[3]
	}
	found := map[string]string{}
	for _, t := range triggers {
		found[mysqlObjectName(server.schema, t.schema, t.name)] = hashOf(t.text, t.table.Schema, t.table.Name, created[t.table])
	}
	return found, nil
}

// mysqlCreated reads when the definitions of tables last changed, their kind and their columns, by one statement.
// Equality with constants spares the server to open all tables.
func mysqlCreated(ctx context.Context, q Queryer, server mysqlServer, tables []Table) ([][]string, error) {
	tables = slices.Clone(tables)
	for i := range tables {
		tables[i].Schema = cmp.Or(tables[i].Schema, server.schema)
	}
	slices.SortFunc(tables, compareTables)
	tables = slices.Compact(tables)
	if len(tables) == 0 {
		return nil, nil
	}
	var parts []string
	var args []any
	for _, table := range tables {
		parts = append(parts, `SELECT 'table', TABLE_SCHEMA, TABLE_NAME, COALESCE(CREATE_TIME, ''), CONCAT_WS('/', TABLE_TYPE, ENGINE, CREATE_OPTIONS)
FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?`, `SELECT 'column', TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, CONCAT_WS('/', COLUMN_TYPE, COLLATION_NAME, IS_NULLABLE, EXTRA)
FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?`)
		args = append(args, table.Schema, table.Name, table.Schema, table.Name)
	}
	rows, err := readRows(ctx, q, strings.Join(parts, "\nUNION ALL "), mysqlFive, args...)
	if err != nil {
		return nil, fmt.Errorf("reading what the tables are: %w", err)
	}
	return rows, nil
}

func mysqlFive(scan func(...any) error) ([]string, error) {
	row := make([]string, 5)
	return row, scan(&row[0], &row[1], &row[2], &row[3], &row[4])
}

// Fingerprint has three parts: what the tables are, the triggers of capture in the databases concerned, and what
// TRUNCATE changes. TRUNCATE fires no trigger and leaves everything in information_schema as it was but InnoDB's
// own number of the table. To read that takes the right PROCESS. Without it, how often the server ran TRUNCATE has
// to do: that counts other tables too, and each read waits for a TRUNCATE that has begun.
//
// MariaDB reads information_schema by way of temporary tables on disk, which takes milliseconds a table. As long as
// the server has opened no table's definition, all who write do so through those that were open when it was read.
func (mysqlBackend) Fingerprint(ctx context.Context, q Queryer, layouts []Layout, last Fingerprint) (Fingerprint, error) {
	server, err := mysqlReadServer(ctx, q)
	if err != nil {
		return Fingerprint{}, err
	}
	var now Fingerprint
	if mysqlIsMariaDB(server.version) {
		if now.opened, err = mysqlReadOpened(ctx, q); err != nil {
			return Fingerprint{}, fmt.Errorf("reading how many definitions of tables were opened: %w", err)
		}
	}
	var tables []Table
	schemas := []string{server.schema}
	for i := range layouts {
		table := layouts[i].Table
		table.Schema = cmp.Or(table.Schema, server.schema)
		tables, schemas = append(tables, table), append(schemas, table.Schema)
	}
	slices.Sort(schemas)
	schemas = slices.Compact(schemas)
	if now.opened.same(last.opened) {
		// An error may come from a table that is there no more.
		if now.contents, err = mysqlContents(ctx, q, server, schemas, tables, last.definitions); err == nil && slices.EqualFunc(now.contents, last.contents, slices.Equal) {
			return last, nil
		}
	}
	if now.definitions, err = mysqlDefinitions(ctx, q, server, schemas, tables); err != nil {
		return Fingerprint{}, err
	}
	now.contents, err = mysqlContents(ctx, q, server, schemas, tables, now.definitions)
	return now, err
}

// mysqlContents reads what TRUNCATE changes.
func mysqlContents(ctx context.Context, q Queryer, server mysqlServer, schemas []string, tables []Table, definitions [][]string) ([][]string, error) {
	contents, err := mysqlSpaces(ctx, q, server, schemas, tables)
	if mysqlDenied(err) {
		contents, err = mysqlTruncations(ctx, q, tables, definitions)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the numbers of the tables: %w", err)
	}
	slices.SortFunc(contents, slices.Compare)
	return contents, nil
}

// mysqlDefinitions reads what the tables are, and the triggers of capture.
func mysqlDefinitions(ctx context.Context, q Queryer, server mysqlServer, schemas []string, tables []Table) ([][]string, error) {
	rows, err := mysqlCreated(ctx, q, server, tables)
	if err != nil {
		return nil, err
	}
	for _, schema := range schemas {
		triggers, err := readRows(ctx, q, `SELECT 'trigger', EVENT_OBJECT_TABLE, TRIGGER_NAME, COALESCE(CREATED, ''), CONCAT_WS('/', SQL_MODE, DEFINER, MD5(ACTION_STATEMENT))
FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = ? AND `+mysqlOurs, mysqlFive, schema)
		if err != nil {
			return nil, fmt.Errorf("reading the triggers: %w", err)
		}
		rows = append(rows, triggers...)
	}
	slices.SortFunc(rows, slices.Compare)
	return rows, nil
}

// mysqlDenied tells whether an error says that the account lacks a right.
func mysqlDenied(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "1227") || strings.Contains(err.Error(), "1142") || strings.Contains(err.Error(), "1109"))
}

// mysqlSpaces reads InnoDB's numbers of tables and their partitions.
func mysqlSpaces(ctx context.Context, q Queryer, server mysqlServer, schemas []string, tables []Table) ([][]string, error) {
	source := "information_schema.INNODB_TABLES"
	if mysqlIsMariaDB(server.version) {
		source = "information_schema.INNODB_SYS_TABLES"
	}
	// InnoDB writes a table's name as its file's: db/table#P#partition, with other characters than these as @0020.
	var spaces [][]string
	names := map[string]bool{}
	odd := false
	for _, table := range tables {
		plain := mysqlPlain(table.Name)
		odd = odd || !plain
		if plain {
			names[strings.ToLower(table.Name)] = true
		}
	}
	for _, schema := range schemas {
		where, args := "1 = 1", []any(nil)
		if mysqlPlain(schema) {
			where, args = "NAME LIKE ?", []any{strings.ReplaceAll(schema, "_", "|_") + "/%"}
			where += " ESCAPE '|'"
		}
		rows, err := readRows(ctx, q, "SELECT 'space', NAME, TABLE_ID, SPACE, N_COLS FROM "+source+" WHERE "+where, mysqlFive, args...)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			_, name, _ := strings.Cut(row[1], "/")
			name, _, _ = strings.Cut(strings.ToLower(name), "#")
			if names[name] || odd && strings.Contains(name, "@") {
				spaces = append(spaces, row)
			}
		}
	}
	return spaces, nil
}

// mysqlPlain tells whether a name stands for itself in a file's name.
func mysqlPlain(name string) bool {
	return strings.IndexFunc(name, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_')
	}) < 0
}

// mysqlTruncations counts the server's statements that may have emptied a table, and then touches the tables: a
// TRUNCATE is counted when it begins, and whoever opens its table waits until it has ended.
func mysqlTruncations(ctx context.Context, q Queryer, tables []Table, rows [][]string) ([][]string, error) {
	counters := "'Com_truncate'"
	var open []string
	there := map[string]bool{}
	for _, row := range rows {
		if row[0] != "table" {
			continue
		}
		there[strings.ToLower(row[2])] = true
		if strings.Contains(row[4], "partitioned") {
			counters = "'Com_truncate', 'Com_alter_table'" // ALTER TABLE ... TRUNCATE PARTITION
		}
	}
	counts, err := readRows(ctx, q, "SHOW GLOBAL STATUS WHERE Variable_name IN ("+counters+")", func(scan func(...any) error) ([]string, error) {
		row := make([]string, 2)
		return row, scan(&row[0], &row[1])
	})
	if err != nil {
		return nil, err
	}
	for _, table := range tables {
		if there[strings.ToLower(table.Name)] {
			open = append(open, "(SELECT 1 FROM "+quoteTable(MySQL, table)+" LIMIT 0)")
		}
	}
	if len(open) > 0 {
		if _, err := q.ExecContext(ctx, strings.Join(open, " UNION ALL ")); err != nil {
			return nil, err
		}
	}
	return counts, nil
}
