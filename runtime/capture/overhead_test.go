package capture_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/capture"
)

// overheadRows is how many rows a table of the benchmark starts with.
const overheadRows = 20_000

// overheadDatabase is a kind of database that is measured.
type overheadDatabase struct {
	name    string
	dialect capture.Dialect
	open    func(tb testing.TB) *sqlx.DB
}

// BenchmarkOverhead measures what capture costs writers. Two tables of 20,000 books in one database, one captured
// and one not, get the same statements in turn on one connection, and the medians of their times are
// compared: "ratio" is captured by plain. "commit" are statements that write one row in a transaction of
// their own, the others write 100 rows in one; "untracked" are updates of a column that no document has.
//
// Nothing waits for a disk: testservers starts PostgreSQL with fsync, full_page_writes and synchronous_commit
// off and MariaDB with innodb_flush_log_at_trx_commit = 0, and SQLite is in WAL mode with what its driver takes
// for synchronous. Where a commit waits, the ratios are lower.
//
//	go test ./runtime/capture -run '^$' -bench 'Overhead/postgres' -benchtime 2000x
func BenchmarkOverhead(b *testing.B) {
	for _, database := range []overheadDatabase{
		{"postgres", capture.Postgres, func(tb testing.TB) *sqlx.DB { return testservers.Postgres(tb) }},
		{"mysql", capture.MySQL, func(tb testing.TB) *sqlx.DB { return testservers.MySQL(tb) }},
		{"sqlite", capture.SQLite, func(tb testing.TB) *sqlx.DB { return testservers.SQLite(tb, testservers.Pure) }},
		{"sqlite3", capture.SQLite, func(tb testing.TB) *sqlx.DB { return testservers.SQLite(tb, testservers.Cgo) }},
	} {
		b.Run(database.name, func(b *testing.B) {
			peers := newOverheadPeers(b, database)
			for _, workload := range []overheadWorkload{
				{name: "commit update", timed: peers.updateOne("title")},
				{name: "commit update untracked", timed: peers.updateOne("stock")},
				{name: "commit insert", timed: peers.insert(1)},
				{name: "update 100", timed: peers.updateMany("title")},
				{name: "update 100 untracked", timed: peers.updateMany("stock")},
				{name: "insert 100", timed: peers.insert(100)},
				{name: "delete 100", before: peers.insert(100), timed: peers.deleteMany},
			} {
				b.Run(workload.name, func(b *testing.B) { peers.measure(b, workload) })
			}
		})
	}
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

func newOverheadPeers(b *testing.B, database overheadDatabase) *overheadPeers {
	db := database.open(b)
	conn, err := db.Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	p := &overheadPeers{conn: conn, dialect: database.dialect, tables: []string{"plain", "books"}, stmts: map[string]*sql.Stmt{}}
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

// measure runs the workload on both tables in turn, and changes who comes first.
func (p *overheadPeers) measure(b *testing.B, workload overheadWorkload) {
	times := make([][]time.Duration, len(p.tables))
	for i := range b.N {
		if i%200 == 0 {
			p.claim(b)
		}
		for k := range p.tables {
			at := (i + k) % len(p.tables)
			if workload.before != nil {
				query, args := workload.before(p.tables[at], p.next)
				p.exec(b, query, args...)
			}
			query, args := workload.timed(p.tables[at], p.next)
			times[at] = append(times[at], p.exec(b, query, args...))
		}
		p.next++
	}
	median := func(list []time.Duration) float64 {
		slices.Sort(list)
		return float64(list[len(list)/2]) / float64(time.Microsecond)
	}
	plain, captured := median(times[0]), median(times[1])
	b.ReportMetric(0, "ns/op") // it would be that of both
	b.ReportMetric(plain, "µs-plain")
	b.ReportMetric(captured, "µs-captured")
	b.ReportMetric(captured/plain, "ratio")
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
