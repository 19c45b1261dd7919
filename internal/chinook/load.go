package chinook

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
)

// table is one table's rows, as the SQLite driver reads them.
type table struct {
	name    string
	columns []string
	rows    [][]any
}

// readTables reads everything from the SQLite file.
func readTables(tb testing.TB) []table {
	tb.Helper()
	db := SQLite(tb, testservers.Pure)
	var names []string
	if err := db.Select(&names, `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`); err != nil {
		tb.Fatalf("chinook: listing the tables: %v", err)
	}
	tables := make([]table, len(names))
	for i, name := range names {
		rows, err := db.Queryx(`SELECT * FROM "` + name + `"`)
		if err != nil {
			tb.Fatalf("chinook: reading %s: %v", name, err)
		}
		tables[i].name = name
		if tables[i].columns, err = rows.Columns(); err != nil {
			tb.Fatalf("chinook: reading %s: %v", name, err)
		}
		for rows.Next() {
			row, err := rows.SliceScan()
			if err != nil {
				tb.Fatalf("chinook: reading %s: %v", name, err)
			}
			tables[i].rows = append(tables[i].rows, row)
		}
		if err := rows.Err(); err != nil {
			tb.Fatalf("chinook: reading %s: %v", name, err)
		}
	}
	return tables
}

// definitions are the statements of a dump that make tables, and those that make indexes and
// constraints and come after the rows.
func definitions(tb testing.TB, dump string) (tables, constraints []string) {
	tb.Helper()
	content, err := os.ReadFile(dump)
	if err != nil {
		tb.Fatalf("chinook: reading the dump: %v", err)
	}
	text := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(string(content), "")
	for statement := range strings.SplitSeq(text, ";\n") {
		switch statement = strings.TrimSpace(statement); {
		case strings.HasPrefix(statement, "CREATE TABLE"):
			tables = append(tables, statement)
		case strings.HasPrefix(statement, "ALTER TABLE"), strings.HasPrefix(statement, "CREATE INDEX"):
			constraints = append(constraints, statement)
		}
	}
	return tables, constraints
}

func execute(tb testing.TB, db *sqlx.DB, statements []string) {
	tb.Helper()
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			tb.Fatalf("chinook: %v in\n%s", err, statement)
		}
	}
}

func loadPostgres(tb testing.TB, db *sqlx.DB, dump string) *sqlx.DB {
	tb.Helper()
	data := readTables(tb)
	tables, constraints := definitions(tb, dump)
	// The dump's names are lower case, and its keywords upper case.
	names := mixedCase(data)
	identifier := regexp.MustCompile(`\b[a-z_]+\b`)
	for _, statements := range [][]string{tables, constraints} {
		for i, statement := range statements {
			statements[i] = identifier.ReplaceAllStringFunc(statement, func(name string) string {
				if mixed, ok := names[name]; ok {
					return `"` + mixed + `"`
				}
				return name
			})
		}
	}
	execute(tb, db, tables)
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		tb.Fatalf("chinook: connecting: %v", err)
	}
	defer conn.Close()
	err = conn.Raw(func(driverConn any) error {
		pg, ok := driverConn.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the connection is a %T, not one of pgx", driverConn)
		}
		for _, table := range data {
			if _, err := pg.Conn().CopyFrom(ctx, pgx.Identifier{table.name}, table.columns, pgx.CopyFromRows(table.rows)); err != nil {
				return fmt.Errorf("copying %s: %w", table.name, err)
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatalf("chinook: loading into PostgreSQL: %v", err)
	}
	execute(tb, db, constraints)
	execute(tb, db, []string{"ANALYZE"})
	return db
}

// mixedCase maps album_id to AlbumId for all tables and columns.
func mixedCase(data []table) map[string]string {
	names := map[string]string{}
	inner := regexp.MustCompile(`([a-z])([A-Z])`)
	add := func(name string) {
		names[strings.ToLower(inner.ReplaceAllString(name, "${1}_$2"))] = name
	}
	for _, table := range data {
		add(table.name)
		for _, column := range table.columns {
			add(column)
		}
	}
	return names
}

func loadMySQL(tb testing.TB, db *sqlx.DB, dump string) *sqlx.DB {
	tb.Helper()
	data := readTables(tb)
	tables, constraints := definitions(tb, dump)
	execute(tb, db, tables)
	const batch = 1000 // rows; the server takes 65,535 values
	tx, err := db.Beginx()
	if err != nil {
		tb.Fatalf("chinook: loading into MariaDB: %v", err)
	}
	for _, table := range data {
		row := "(?" + strings.Repeat(", ?", len(table.columns)-1) + ")"
		into := "INSERT INTO `" + table.name + "` (`" + strings.Join(table.columns, "`, `") + "`) VALUES "
		for start := 0; start < len(table.rows); start += batch {
			rows := table.rows[start:min(start+batch, len(table.rows))]
			values := make([]any, 0, len(rows)*len(table.columns))
			for _, r := range rows {
				values = append(values, r...)
			}
			if _, err := tx.Exec(into+row+strings.Repeat(", "+row, len(rows)-1), values...); err != nil {
				tb.Fatalf("chinook: loading %s into MariaDB: %v", table.name, err)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		tb.Fatalf("chinook: loading into MariaDB: %v", err)
	}
	execute(tb, db, constraints)
	return db
}
