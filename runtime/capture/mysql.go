package capture

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// mysqlBackend captures changes on MariaDB and MySQL by row triggers. They run with the rights of the account
// that installs them, their definer, so that writers need none on the log. To give capture an account of its own,
// install with it: it needs TRIGGER and SELECT on the captured tables and on those that cascade into them, CREATE,
// CREATE VIEW, INSERT and SELECT where the log stands, and has to stay.
type mysqlBackend struct{}

func (mysqlBackend) Dialect() Dialect { return MySQL }

func (mysqlBackend) Tables() []string { return mysqlScript("tables") }

func (mysqlBackend) Undo() []string { return mysqlScript("undo") }

// mysqlScript reads statements without parameters. They are embedded; a test holds that they render.
func mysqlScript(file string) []string {
	text, err := templateText(MySQL, file, nil)
	if err != nil {
		return nil
	}
	return statementsOf(text)
}

// mysqlSession are the settings of a connection that capture changes while it installs.
type mysqlSession struct {
	wait int64
	mode string
}

// Begin takes a named lock of the server, one for each database. DDL is not part of a transaction. The modes that
// reject or rewrite values are off meanwhile, because a trigger keeps those that it is created under.
func (b mysqlBackend) Begin(ctx context.Context, conn *sql.Conn, wait time.Duration) (func(commit bool) error, error) {
	var schema sql.NullString
	var before mysqlSession
	const read = "SELECT DATABASE(), @@SESSION.lock_wait_timeout, @@SESSION.sql_mode"
	if err := conn.QueryRowContext(ctx, read).Scan(&schema, &before.wait, &before.mode); err != nil {
		return nil, fmt.Errorf("reading the settings of the session: %w", err)
	}
	if !schema.Valid {
		return nil, fmt.Errorf("taking the lock of installations: the connection has no database")
	}
	seconds := max(1, int64((wait+time.Second-1)/time.Second))
	name := "denorm_capture_" + hashOf(schema.String)
	var taken sql.NullInt64
	if err := conn.QueryRowContext(ctx, "SELECT GET_LOCK(?, ?)", name, seconds).Scan(&taken); err != nil {
		return nil, fmt.Errorf("taking the lock of installations: %w", err)
	}
	if taken.Int64 != 1 {
		return nil, fmt.Errorf("taking the lock of installations: another one runs: lock wait timeout")
	}
	after := context.WithoutCancel(ctx)
	end := func(bool) error {
		if _, err := conn.ExecContext(after, "SET SESSION lock_wait_timeout = ?, SESSION sql_mode = ?", before.wait, before.mode); err != nil {
			return fmt.Errorf("restoring the settings of the session: %w", err)
		}
		if err := conn.QueryRowContext(after, "SELECT RELEASE_LOCK(?)", name).Scan(&taken); err != nil {
			return fmt.Errorf("releasing the lock of installations: %w", err)
		}
		return nil
	}
	if _, err := conn.ExecContext(ctx, "SET SESSION lock_wait_timeout = ?, SESSION sql_mode = ''", seconds); err != nil {
		end(false)
		return nil, fmt.Errorf("setting how long to wait for locks: %w", err)
	}
	return end, nil
}

// Busy reads the message, which does not depend on the driver.
func (mysqlBackend) Busy(err error) bool {
	if err == nil {
		return false
	}
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "lock wait timeout") || strings.Contains(text, "deadlock found") ||
		strings.Contains(text, "error 1205") || strings.Contains(text, "error 1213") ||
		strings.Contains(text, "nowait is set")
}

// mysqlPrefix begins the names of all triggers of capture.
const mysqlPrefix = "denorm_capture_"

// mysqlLogName is the view that triggers write to.
const mysqlLogName = "denorm_capture_log"

// mysqlObjectName is how an object is called: the trigger's name, after that of its database and a point where that
// is not the log's.
func mysqlObjectName(home, schema, trigger string) string {
	if schema == "" || schema == home {
		return trigger
	}
	return schema + "." + trigger
}

// mysqlQuotedTrigger is the quoted name of the trigger that mysqlObjectName named.
func mysqlQuotedTrigger(name string) string {
	if strings.HasPrefix(name, mysqlPrefix) {
		return quoteName(MySQL, name)
	}
	if at := strings.Index(name, "."+mysqlPrefix); at >= 0 {
		return quoteTable(MySQL, Table{Schema: name[:at], Name: name[at+1:]})
	}
	return quoteName(MySQL, name)
}

func (mysqlBackend) Drop(name string) []string {
	return []string{"DROP TRIGGER IF EXISTS " + mysqlQuotedTrigger(name)}
}

// mysqlTriggerName names the trigger of a table for an event, within the 64 characters that names may have. Five are
// left for a suffix. The tag is empty for most.
func mysqlTriggerName(event, table, tag string) string {
	const limit = 59
	name := mysqlPrefix + event + "_" + table
	if tag != "" {
		name += "_" + tag
	}
	if runes := []rune(name); len(runes) > limit {
		return string(runes[:limit-17]) + "_" + hashOf(event, table, tag)
	}
	return name
}
