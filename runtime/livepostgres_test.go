package denorm_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"testing"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/example/bookstore/store"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// onPostgres is a bookstore on PostgreSQL, and a process that reads it through a handle that may lag behind.
func onPostgres(t *testing.T) (db *sqlx.DB, p *process, replica *lagging) {
	t.Helper()
	dsn := testservers.PostgresDSN(t)
	db, err := sqlx.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := store.Fill(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	replica = &lagging{inner: stdlib.GetDefaultDriver(), dsn: dsn}
	handle := sql.OpenDB(replica)
	t.Cleanup(func() { handle.Close() })
	engine := open(t, sqlx.NewDb(handle, "pgx"))
	p = &process{T: t, engine: engine, books: models.NewBooks(engine)}
	return db, p, replica
}

func (p *process) install() {
	p.Helper()
	if err := p.engine.Install(p.Context()); err != nil {
		p.Fatal(err)
	}
	p.drain()
}

// TestDeferredTriggers lets a trigger write at the commit what nobody has written before.
func TestDeferredTriggers(t *testing.T) {
	db, p, _ := onPostgres(t)
	p.install()
	execute(t, db,
		`CREATE TABLE orders (book_id bigint)`,
		`CREATE FUNCTION ordered() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN UPDATE books SET title = 'ordered' WHERE id = NEW.book_id; RETURN NULL; END $$`,
		`CREATE CONSTRAINT TRIGGER ordered AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
			FOR EACH ROW EXECUTE FUNCTION ordered()`)
	p.title(1)
	p.tx(func(tx *sqlx.Tx) error {
		_, err := tx.Exec(`INSERT INTO orders VALUES (1)`)
		return err
	})
	p.wantTitle(1, "ordered")
	p.drain()
	p.wantTitle(1, "ordered")
}

// TestLaggingReplica reads from a snapshot that shows less of the feed than is known: what it brings must not be
// kept, for the kill of what it lacks has passed already.
func TestLaggingReplica(t *testing.T) {
	db, p, replica := onPostgres(t)
	p.install()
	replica.behind = true
	execute(t, db, `UPDATE books SET title = 'new' WHERE id = 1`)
	p.drain()
	refused := p.engine.Stats().Refused
	p.title(1)
	before := p.engine.Stats()
	if before.Refused == refused {
		t.Error("what came from a snapshot that lags was kept")
	}
	replica.behind = false
	p.wantTitle(1, "new")
	p.wantTitle(1, "new")
	if after := p.engine.Stats(); after.LocalHits != before.LocalHits+1 {
		t.Errorf("%d hits once the snapshot is current", after.LocalHits-before.LocalHits)
	}
}

// TestAggregateOfALaggingReplica does so with a document that is made of many, where the build reads nothing at all, too.
func TestAggregateOfALaggingReplica(t *testing.T) {
	for _, reads := range []bool{true, false} {
		db, p, replica := onPostgres(t)
		x := &index{process: p}
		x.register()
		if !reads {
			x.within = func(context.Context, string) error { return denorm.Skip }
		}
		p.install()
		replica.behind = true
		execute(t, db, `UPDATE books SET title = 'new' WHERE id = 1`)
		p.drain()
		for range 2 {
			_, err := x.titles.Get(t.Context(), "all")
			if reads != (err == nil) {
				t.Fatal(err)
			}
		}
		x.wantBuilds(2, "while the snapshot lags")
		replica.behind = false
		for range 2 {
			_, _ = x.titles.Get(t.Context(), "all")
		}
		x.wantBuilds(1, "once it is current")
	}
}

// lagging is a driver whose snapshots say that they are one event behind.
type lagging struct {
	inner  driver.Driver
	dsn    string
	behind bool
}

func (l *lagging) Driver() driver.Driver { return l.inner }

func (l *lagging) Connect(context.Context) (driver.Conn, error) {
	conn, err := l.inner.Open(l.dsn)
	if err != nil {
		return nil, err
	}
	return laggingConn{conn, l}, nil
}

type laggingConn struct {
	driver.Conn
	from *lagging
}

func (c laggingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if query == relay.HeadSQL && c.from.behind {
		query = `SELECT epoch, seq - 1 FROM denorm_state WHERE id = 1`
	}
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

func (c laggingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (c laggingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
}

func (c laggingConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, options)
}
