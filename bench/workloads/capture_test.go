package workloads

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/bench/measure"
	"github.com/denormgen/denormgen/runtime/capture"
)

// overheadRows is how many rows a table of the benchmark starts with.
const overheadRows = 20_000

// BenchmarkOCapture measures what capture costs writers. Two tables of 20,000 books in one database, one captured
// and one not, get the same statements in turn on one connection. "commit" are statements that write one row in a
// transaction of their own, the others write 100 rows in one; "untracked" are updates of a column that no document has.
//
// Nothing waits for a disk: testservers starts PostgreSQL with fsync, full_page_writes and synchronous_commit
// off and MariaDB with innodb_flush_log_at_trx_commit = 0, and SQLite is in WAL mode with what its driver takes
// for synchronous. Where a commit waits, the ratios are lower.
func BenchmarkOCapture(b *testing.B) {
	dialects := map[string]capture.Dialect{
		"postgres": capture.Postgres, "mysql": capture.MySQL, "sqlite": capture.SQLite, "sqlite3": capture.SQLite,
	}
	eachDatabase(b, func(b *testing.B, name string) {
		peers := newOverheadPeers(b, databases()[name](b), dialects[name])
		for _, workload := range []overheadWorkload{
			{name: "commit-update", timed: peers.updateOne("title")},
			{name: "commit-update-untracked", timed: peers.updateOne("stock")},
			{name: "commit-insert", timed: peers.insert(1)},
			{name: "update-100", timed: peers.updateMany("title")},
			{name: "update-100-untracked", timed: peers.updateMany("stock")},
			{name: "insert-100", timed: peers.insert(100)},
			{name: "delete-100", before: peers.insert(100), timed: peers.deleteMany},
		} {
			b.Run(workload.name, func(b *testing.B) { peers.measure(b, name, workload) })
		}
	})
}

// overheadStatement makes the n-th statement on a table.
type overheadStatement func(table string, n int) (query string, args []any)

// overheadWorkload is a statement that is measured, and perhaps one that prepares for it.
type overheadWorkload struct {
	name          string
	before, timed overheadStatement
}

// overheadPeers are tables that get the same statements.
type overheadPeers struct {
	conn    *sql.Conn
	dialect capture.Dialect
	tables  []string // the first is not captured
	next    int      // statements so far: each has ids of its own for a hundred rows
	stmts   map[string]*sql.Stmt
}

func newOverheadPeers(b *testing.B, db *sqlx.DB, dialect capture.Dialect) *overheadPeers {
	b.Helper()
	conn, err := db.Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	p := &overheadPeers{conn: conn, dialect: dialect, tables: []string{"plain", "books"}, stmts: map[string]*sql.Stmt{}}
	for _, table := range p.tables {
		p.exec(b, "CREATE TABLE "+table+` (id BIGINT PRIMARY KEY, publisher_id BIGINT NOT NULL, title VARCHAR(200) NOT NULL, isbn VARCHAR(20) NOT NULL,
			price DOUBLE PRECISION NOT NULL, pages INTEGER NOT NULL, stock INTEGER NOT NULL, summary TEXT, deleted_at TIMESTAMP NULL)`)
		p.exec(b, "CREATE INDEX "+table+"_publisher ON "+table+" (publisher_id)")
		p.exec(b, "BEGIN")
		for n := 0; n < overheadRows; n += 100 {
			query, args := p.insert(100)(table, n/100)
			p.exec(b, query, args...)
		}
		p.exec(b, "COMMIT")
	}
	p.next = overheadRows / 100
	if p.dialect == capture.Postgres {
		p.exec(b, "VACUUM ANALYZE")
	}
	quote := `"`
	if p.dialect == capture.MySQL {
		quote = "`"
	}
	shown := "ROW." + quote + "deleted_at" + quote + " IS NULL"
	books := capture.Table{Name: "books"}
	_, err = capture.Install(b.Context(), db.DB, p.dialect, "overhead", []capture.Plan{{
		Collection: "books", Shape: "s1", Table: books, Key: []string{"id"},
		Depends: []capture.Dependency{{
			Table: books, From: []string{"id"}, Columns: []string{"deleted_at", "isbn", "pages", "price", "publisher_id", "summary", "title"},
			Old: strings.ReplaceAll(shown, "ROW", "OLD"), New: strings.ReplaceAll(shown, "ROW", "NEW"), Roots: "-",
		}, {Table: books, From: []string{"publisher_id"}, Columns: []string{"title"}, Roots: "-"}},
	}}, capture.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return p
}

// exec runs a statement, prepared once if it has arguments, and returns the time that it took.
func (p *overheadPeers) exec(b *testing.B, query string, args ...any) time.Duration {
	b.Helper()
	stmt := p.stmts[query]
	if stmt == nil && len(args) > 0 {
		prepared, err := p.conn.PrepareContext(b.Context(), query)
		if err != nil {
			b.Fatalf("%v\n%s", err, query)
		}
		stmt, p.stmts[query] = prepared, prepared
	}
	ctx := context.Background() // one that can end costs the drivers time
	start := time.Now()
	var err error
	if stmt == nil {
		_, err = p.conn.ExecContext(ctx, query)
	} else {
		_, err = stmt.ExecContext(ctx, args...)
	}
	took := time.Since(start)
	if err != nil {
		b.Fatalf("%v\n%s", err, query)
	}
	return took
}

// measure runs the workload on both tables in turn.
func (p *overheadPeers) measure(b *testing.B, database string, workload overheadWorkload) {
	written := 0
	on := func(table string) func() (time.Duration, error) {
		return func() (time.Duration, error) {
			if written++; written%400 == 0 {
				p.claim(b)
			}
			p.next++
			if workload.before != nil {
				query, args := workload.before(table, p.next)
				p.exec(b, query, args...)
			}
			query, args := workload.timed(table, p.next)
			return p.exec(b, query, args...), nil
		}
	}
	measure.Interleave(b, measure.Case{Workload: "O-" + workload.name, Database: database, Size: overheadRows},
		measure.Run{Name: "captured", Clock: on("books")}, measure.Run{Name: "plain", Clock: on("plain")})
}

// claim empties the log, as the relay does.
func (p *overheadPeers) claim(b *testing.B) {
	p.exec(b, "DELETE FROM denorm_changes")
	if p.dialect == capture.Postgres {
		p.exec(b, "VACUUM denorm_changes")
	}
}

// mark is a placeholder.
func (p *overheadPeers) mark(n int) string {
	if p.dialect == capture.Postgres {
		return fmt.Sprintf("$%d", n)
	}
	return "?"
}

// assign is a statement's beginning that gives a column a new value.
func (p *overheadPeers) assign(table, column string, n int) (string, any) {
	query := "UPDATE " + table + " SET " + column + " = " + p.mark(1)
	if column == "stock" {
		return query, n
	}
	return query, fmt.Sprintf("Title %d", n)
}

func (p *overheadPeers) updateOne(column string) overheadStatement {
	return func(table string, n int) (string, []any) {
		query, value := p.assign(table, column, n)
		return query + " WHERE id = " + p.mark(2), []any{value, n * 7919 % overheadRows}
	}
}

func (p *overheadPeers) updateMany(column string) overheadStatement {
	return func(table string, n int) (string, []any) {
		query, value := p.assign(table, column, n)
		first := n * 100 % overheadRows
		return query + " WHERE id BETWEEN " + p.mark(2) + " AND " + p.mark(3), []any{value, first, first + 99}
	}
}

// insert adds the first of the n-th hundred of rows.
func (p *overheadPeers) insert(rows int) overheadStatement {
	return func(table string, n int) (string, []any) {
		var values []string
		var args []any
		for id := n * 100; id < n*100+rows; id++ {
			at := len(args)
			values = append(values, fmt.Sprintf("(%s, %s, %s, '978-0-00-000000-2', 12.5, 300, 7, '%s')",
				p.mark(at+1), p.mark(at+2), p.mark(at+3), strings.Repeat("It was a dark and stormy night. ", 5)))
			args = append(args, id, id%500, fmt.Sprintf("Title %d", id))
		}
		return "INSERT INTO " + table + " (id, publisher_id, title, isbn, price, pages, stock, summary) VALUES " + strings.Join(values, ", "), args
	}
}

// deleteMany removes the n-th hundred of rows.
func (p *overheadPeers) deleteMany(table string, n int) (string, []any) {
	return "DELETE FROM " + table + " WHERE id BETWEEN " + p.mark(1) + " AND " + p.mark(2), []any{n * 100, n*100 + 99}
}
