package capture

import (
	"context"
	"database/sql"
	"fmt"
)

// Examine finds settings and rights under which capture misses something.
func (mysqlBackend) Examine(ctx context.Context, conn *sql.Conn, _ int, layouts []Layout, _ *Catalog) ([]Problem, error) {
	server, err := mysqlReadServer(ctx, conn)
	if err != nil {
		return nil, err
	}
	var problems []Problem
	_, err = mysqlSpaces(ctx, conn, server, []string{server.schema}, nil)
	switch {
	case mysqlDenied(err):
		problems = append(problems, Problem{Severity: Warning,
			Message: "without the right PROCESS, which table TRUNCATE emptied is not known: after every TRUNCATE on the server all documents count as changed",
			Remedy:  "GRANT PROCESS ON *.* TO the account of the application"})
	case err != nil:
		return nil, fmt.Errorf("reading the numbers of the tables: %w", err)
	}
	var binlog bool
	var format string
	if err := conn.QueryRowContext(ctx, "SELECT @@GLOBAL.log_bin, @@SESSION.binlog_format").Scan(&binlog, &format); err != nil {
		return nil, fmt.Errorf("reading the settings of the binary log: %w", err)
	}
	if binlog && format == "STATEMENT" {
		problems = append(problems, Problem{Severity: Warning,
			Message: "binlog_format is STATEMENT: replicas may number the log's rows differently",
			Remedy:  "SET GLOBAL binlog_format = 'MIXED'"})
	}
	return problems, nil
}
