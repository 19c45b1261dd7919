package pgxpipeline_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/pgxpipeline"
)

// on calls do with the driver's connection.
func on(t *testing.T, db *sqlx.DB, do func(conn any)) {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Raw(func(driverConn any) error { do(driverConn); return nil }); err != nil {
		t.Fatal(err)
	}
}

// begin sends queries.
func begin(t *testing.T, conn any, queries ...denorm.PipelineQuery) denorm.PipelineResults {
	t.Helper()
	results, err := pgxpipeline.New().Begin(t.Context(), conn, queries)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// one reads the single row of the next result.
func one(t *testing.T, results denorm.PipelineResults) denorm.PipelineRows {
	t.Helper()
	rows, err := results.Next()
	if err != nil {
		t.Fatal(err)
	}
	if !rows.NextRow() {
		t.Fatalf("there is no row: %v", rows.Err())
	}
	return rows
}

// TestValuesAreThoseOfTheDriver reads values of many types both ways: what the pipeline hands over has to be what
// database/sql gets, and what it reads by itself has to be the same.
func TestValuesAreThoseOfTheDriver(t *testing.T) {
	db := testservers.Postgres(t)
	for _, expression := range []string{
		"NULL::bigint", "0::smallint", "(-32768)::smallint", "2147483647::int", "-1::int", "9223372036854775807::bigint", "(-9223372036854775808)::bigint",
		"1.5::float8", "'NaN'::float8", "'-Infinity'::float8", "0.1::float4", "12345.670::numeric", "'NaN'::numeric", "true", "false", "NULL::bool",
		"''::text", "'naïve'::text", "'ab   '::char(6)", "'x'::varchar", "'y'::name", "NULL::text", `'\x00ff'::bytea`, `''::bytea`,
		`'{"b":1, "a":[2]}'::json`, `'{"b":1, "a":[2]}'::jsonb`, "'<a/>'::xml", "'6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid", "'{1,NULL,3}'::int[]",
		`'{"a b",c}'::text[]`, "'[1,5)'::int4range", "'1 day 2 hours'::interval", "'12:34:56.789'::time", "'2024-02-29'::date", "'infinity'::date",
		"'0001-01-01'::date", "'2024-02-29 12:34:56.789012'::timestamp", "'1969-12-31 23:59:59.999999'::timestamp", "'-infinity'::timestamp",
		"'2024-02-29 12:34:56.789012+05:30'::timestamptz", "'0044-03-15 12:00:00+00 BC'::timestamptz", "'294276-12-31 23:59:59.999999'::timestamp", "42::oid",
		"'10.0.0.1/8'::inet", "'(1,2)'::point", "B'101'", "'$1.50'::money",
	} {
		t.Run(expression, func(t *testing.T) {
			text := "SELECT " + expression + " AS v"
			var want any
			if err := db.QueryRow(text).Scan(&want); err != nil {
				t.Fatal(err)
			}
			on(t, db, func(conn any) {
				results := begin(t, conn, denorm.PipelineQuery{SQL: text})
				rows := one(t, results)
				got, err := rows.Value(0)
				if err != nil {
					t.Fatal(err)
				}
				if !same(got, want) {
					t.Errorf("the value is %#v, want %#v", got, want)
				}
				check(t, rows, want)
				if rows.NextRow() || rows.Err() != nil || results.Close() != nil {
					t.Errorf("the result does not end well: %v", rows.Err())
				}
			})
		})
	}
}

func same(a, b driver.Value) bool {
	if x, ok := a.(float64); ok && math.IsNaN(x) {
		y, ok := b.(float64)
		return ok && math.IsNaN(y)
	}
	return reflect.DeepEqual(a, b)
}

// check holds what was read without conversion against the driver's value.
func check(t *testing.T, rows denorm.PipelineRows, want driver.Value) {
	t.Helper()
	if rows.Null(0) != (want == nil) || rows.Column(0) != "v" {
		t.Errorf("NULL is %v, and the name of the column %q", rows.Null(0), rows.Column(0))
	}
	if v, ok := rows.Int64(0); ok && !same(v, want) {
		t.Errorf("the integer is %d, want %v", v, want)
	}
	if v, ok := rows.Float64(0); ok && !same(v, want) {
		t.Errorf("the float is %v, want %v", v, want)
	}
	if v, ok := rows.Time(0); ok {
		if w, is := want.(interface{ UnixMicro() int64 }); !is || v.UnixMicro() != w.UnixMicro() || v.Location().String() != "UTC" {
			t.Errorf("the time is %v, want %v", v, want)
		}
	}
	if v, ok := rows.Text(0); ok {
		if bytes, is := want.([]byte); is {
			want = string(bytes)
		}
		if string(v) != want {
			t.Errorf("the text is %q, want %v", v, want)
		}
	}
	if _, is := want.(string); is {
		if _, ok := rows.Text(0); !ok && !strings.Contains(want.(string), "infinity") {
			t.Errorf("text is not read as text: %v", want)
		}
	}
}

// TestSnapshot holds that several queries see one state, and one query no transaction.
func TestSnapshot(t *testing.T) {
	db := testservers.Postgres(t)
	on(t, db, func(conn any) {
		show := denorm.PipelineQuery{SQL: "SELECT current_setting('transaction_isolation') || ' ' || current_setting('transaction_read_only') || ' ' || $1::text", Args: []any{"x"}}
		for queries, want := range map[int]string{1: "read committed off x", 2: "repeatable read on x"} {
			list := []denorm.PipelineQuery{show, show}[:queries]
			results := begin(t, conn, list...)
			for range list {
				if got, ok := one(t, results).Text(0); !ok || string(got) != want {
					t.Errorf("of %d queries one runs in %q, want %q", queries, got, want)
				}
			}
			if err := results.Close(); err != nil {
				t.Fatal(err)
			}
			if status := conn.(*stdlib.Conn).Conn().PgConn().TxStatus(); status != 'I' {
				t.Errorf("behind %d queries the connection is in state %c", queries, status)
			}
		}
	})
}

// TestConnectionAfterwards holds that a connection is fit for others whatever happened on it.
func TestConnectionAfterwards(t *testing.T) {
	db := testservers.Postgres(t)
	db.SetMaxOpenConns(1)
	good := denorm.PipelineQuery{SQL: "SELECT 1"}
	many := denorm.PipelineQuery{SQL: "SELECT g FROM generate_series(1, 100000) AS g"}
	bad := denorm.PipelineQuery{SQL: "SELECT 1 / g FROM generate_series(-1, 1) AS g"}
	for name, queries := range map[string][]denorm.PipelineQuery{
		"nothing read": {many, many}, "error in front": {bad, good}, "error behind": {good, bad}, "wrong syntax": {{SQL: "SELEKT"}, good},
		"wrong argument": {{SQL: "SELECT $1::bigint", Args: []any{"x"}}, good}, "an argument too much": {{SQL: "SELECT 1", Args: []any{1}}, good},
	} {
		t.Run(name, func(t *testing.T) {
			on(t, db, func(conn any) {
				results, err := pgxpipeline.New().Begin(t.Context(), conn, queries)
				if err == nil {
					rows, failed := results.Next()
					if failed == nil && rows.NextRow() && name != "nothing read" {
						failed = rows.Err()
					}
					err = errors.Join(failed, results.Close())
				}
				if wrong := name != "nothing read"; wrong != (err != nil) {
					t.Errorf("the error is %v", err)
				}
				if errors.Is(err, driver.ErrBadConn) {
					t.Errorf("the connection counts as lost: %v", err)
				}
			})
			var n int
			if err := db.Get(&n, "SELECT 42"); err != nil || n != 42 {
				t.Errorf("the next query answers %d, %v", n, err)
			}
		})
	}
}

// TestLostConnection holds that a connection which the server has closed is told from a query that fails.
func TestLostConnection(t *testing.T) {
	db := testservers.Postgres(t)
	on(t, db, func(conn any) {
		results := begin(t, conn, denorm.PipelineQuery{SQL: "SELECT 1"}, denorm.PipelineQuery{SQL: "SELECT pg_backend_pid()"})
		one(t, results)
		pid, _ := one(t, results).Int64(0)
		if err := results.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec("SELECT pg_terminate_backend($1)", pid); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the first one may be what notices it
			results, err := pgxpipeline.New().Begin(t.Context(), conn, []denorm.PipelineQuery{{SQL: "SELECT 1"}, {SQL: "SELECT 2"}})
			if err == nil {
				_, failed := results.Next()
				err = errors.Join(failed, results.Close())
			}
			if !errors.Is(err, driver.ErrBadConn) {
				t.Errorf("the error is %v, want driver.ErrBadConn", err)
			}
		}
	})
}

// TestEndedContext holds that what the caller gave up is not taken for a lost connection, which would be tried again.
func TestEndedContext(t *testing.T) {
	db := testservers.Postgres(t)
	on(t, db, func(conn any) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		results, err := pgxpipeline.New().Begin(ctx, conn, []denorm.PipelineQuery{{SQL: "SELECT pg_sleep(60)"}, {SQL: "SELECT 1"}})
		if err == nil {
			_, failed := results.Next()
			err = errors.Join(failed, results.Close())
		}
		if !errors.Is(err, context.Canceled) || errors.Is(err, driver.ErrBadConn) {
			t.Errorf("the error is %v, want that of the context", err)
		}
	})
	if err := db.Ping(); err != nil {
		t.Errorf("the pool does not recover: %v", err)
	}
}

// TestChangedTable holds that a statement whose table has changed fails once, and is prepared again.
func TestChangedTable(t *testing.T) {
	db := testservers.Postgres(t)
	db.MustExec("CREATE TABLE t (id bigint, v integer); INSERT INTO t VALUES (1, 7)")
	query := denorm.PipelineQuery{SQL: "SELECT v FROM t WHERE id = $1", Args: []any{int64(1)}}
	read := func(conn any) (got any, err error) {
		results, err := pgxpipeline.New().Begin(t.Context(), conn, []denorm.PipelineQuery{query, query})
		if err != nil {
			return nil, err
		}
		rows, err := results.Next()
		if err == nil && rows.NextRow() {
			got, err = rows.Value(0)
		}
		return got, errors.Join(err, results.Close())
	}
	on(t, db, func(conn any) {
		if got, err := read(conn); err != nil || got != int64(7) {
			t.Fatalf("read %v, %v", got, err)
		}
		db.MustExec("ALTER TABLE t ALTER COLUMN v TYPE text")
		if _, err := read(conn); err == nil {
			t.Fatal("a prepared statement does not notice that its column has another type")
		}
		if got, err := read(conn); err != nil || got != "7" {
			t.Errorf("read %v, %v, want the text 7", got, err)
		}
	})
}

// TestNoPipeline holds that connections of others, and those that must not keep statements, are left to database/sql.
func TestNoPipeline(t *testing.T) {
	config, err := pgx.ParseConfig(testservers.PostgresDSN(t))
	if err != nil {
		t.Fatal(err)
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	for name, db := range map[string]*sqlx.DB{
		"sqlite": testservers.SQLite(t, testservers.Pure), "a pooler": sqlx.NewDb(stdlib.OpenDB(*config), "pgx"),
	} {
		t.Run(name, func(t *testing.T) {
			defer db.Close()
			on(t, db, func(conn any) {
				if _, err := pgxpipeline.New().Begin(t.Context(), conn, []denorm.PipelineQuery{{SQL: "SELECT 1"}}); !errors.Is(err, denorm.ErrNoPipeline) {
					t.Errorf("the error is %v, want ErrNoPipeline", err)
				}
			})
		})
	}
}
