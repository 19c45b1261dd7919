package capture

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// postgresBackend captures changes on PostgreSQL 13 and later. A table has one trigger function, owned by
// who installs, and triggers on itself, its partitions and its inheritance children. All that depends on the
// database, schemas above all, is found out by the SQL itself when it runs, so that printed DDL needs no
// catalog.
type postgresBackend struct{}

// postgresLock names the advisory lock of installations.
const postgresLock = "denormgen install"

func (postgresBackend) Dialect() Dialect { return Postgres }

func (postgresBackend) Tables() []string { return postgresScript("tables") }

func (postgresBackend) Undo() []string { return postgresScript("undo") }

// postgresScript reads statements without parameters. They are embedded; a test holds that they render.
func postgresScript(file string) []string {
	text, err := templateText(Postgres, file, nil)
	if err != nil {
		return nil
	}
	return statementsOf(text)
}

// Begin opens a transaction: on PostgreSQL it holds all of DDL, and the lock of installations too.
func (postgresBackend) Begin(ctx context.Context, conn *sql.Conn, wait time.Duration) (func(commit bool) error, error) {
	after := context.WithoutCancel(ctx)
	end := func(commit bool) error {
		if !commit {
			_, err := conn.ExecContext(after, "ROLLBACK")
			return err
		}
		_, err := conn.ExecContext(after, "COMMIT")
		return err
	}
	for _, statement := range []string{
		// A snapshot taken before the locks would not see what their holders did.
		"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
		"SET LOCAL lock_timeout = " + strconv.FormatInt(max(1, wait.Milliseconds()), 10),
		"SET LOCAL standard_conforming_strings = on",
		"SELECT pg_advisory_xact_lock(hashtext(" + quoteText(Postgres, postgresLock) + "), hashtext(current_schema()))",
	} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return nil, errors.Join(fmt.Errorf("beginning an installation: %w", err), end(false))
		}
	}
	return end, nil
}

// Busy tells by SQLSTATE, which every driver offers in its own way: lock not available, deadlock, serialization
// failure, and what two installations do to one another where no lock could be shared.
func (postgresBackend) Busy(err error) bool {
	switch postgresState(err) {
	case "55P03", "40P01", "40001":
		return true
	default:
		return false
	}
}

// postgresState is the SQLSTATE of an error, "" if it has none.
func postgresState(err error) string {
	var coded interface{ SQLState() string } // pgx, and pq since 1.10
	if errors.As(err, &coded) {
		return coded.SQLState()
	}
	return ""
}

// Drop removes a trigger function and, with it, its triggers.
func (postgresBackend) Drop(name string) []string {
	text, err := templateText(Postgres, "drop", map[string]string{"Function": name, "Tag": postgresTag(name)})
	if err != nil {
		return nil
	}
	return []string{text}
}

// postgresTag is a tag for dollar quotes that the texts do not contain.
func postgresTag(texts ...string) string {
	tag := "denorm"
	for strings.Contains(strings.Join(texts, "\n"), "$"+tag) {
		tag += "_"
	}
	return tag
}
