package denorm_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/example/bookstore/store"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sharedcache/memorycache"
)

// world is a bookstore on SQLite, with a handle that knows of no engine, and a cache for those that share one.
type world struct {
	*testing.T
	path   string
	db     *sqlx.DB
	shared *memorycache.Cache
}

func newWorld(t *testing.T) *world {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bookstore.db")
	db, err := sqlx.ConnectContext(t.Context(), sqliteName, sqliteDSN(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := store.Fill(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	return &world{T: t, path: path, db: db, shared: memorycache.New()}
}

// eachMode runs a test with every combination of caches.
func eachMode(t *testing.T, test func(t *testing.T, w *world, opts []denorm.Option)) {
	t.Helper()
	for _, mode := range []string{"local", "shared", "both"} {
		t.Run(mode, func(t *testing.T) {
			w := newWorld(t)
			test(t, w, w.mode(mode))
		})
	}
}

func (w *world) mode(mode string) []denorm.Option {
	switch mode {
	case "local":
		return nil
	case "shared":
		return []denorm.Option{denorm.WithSharedCache(w.shared), denorm.WithLocalCache(0)}
	default:
		return []denorm.Option{denorm.WithSharedCache(w.shared)}
	}
}

// process is an engine over a handle of its own, as another process has one.
type process struct {
	*testing.T
	engine *denorm.Engine
	books  *models.Books
	hook   *hook
}

// process starts an engine, installs it and lets it catch up. Nothing runs by itself.
func (w *world) process(opts ...denorm.Option) *process {
	w.Helper()
	p := w.installed(opts...)
	p.drain()
	return p
}

// installed starts an engine and installs it.
func (w *world) installed(opts ...denorm.Option) *process {
	w.Helper()
	p := w.opened(opts...)
	if err := p.engine.Install(w.Context()); err != nil {
		w.Fatal(err)
	}
	return p
}

// opened starts an engine that is to be installed.
func (w *world) opened(opts ...denorm.Option) *process {
	w.Helper()
	h := &hook{}
	handle := sql.OpenDB(hookedConnector{
		driver: hookedDriver{sqliteDriver(), h},
		dsn:    sqliteDSN(w.path),
	})
	w.Cleanup(func() { handle.Close() })
	engine, err := denorm.Open(w.Context(), sqlx.NewDb(handle, sqliteName), opts...)
	if err != nil {
		w.Fatal(err)
	}
	p := &process{T: w.T, engine: engine, books: models.NewBooks(engine), hook: h}
	w.Cleanup(func() {
		if err := engine.Close(); err != nil {
			w.Error(err)
		}
	})
	return p
}

func (p *process) drain() {
	p.Helper()
	if err := p.engine.Drain(p.Context()); err != nil {
		p.Fatal(err)
	}
}

// run follows changes until the function that it returns is called, or the test ends.
func (p *process) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.engine.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			p.Error(err)
		}
	})
	p.Cleanup(stop)
	return stop
}

func (p *process) title(id int64) string {
	p.Helper()
	book, err := p.books.Get(p.Context(), id)
	if errors.Is(err, denorm.ErrNotFound) {
		return "(none)"
	}
	if err != nil {
		p.Fatal(err)
	}
	return book.Title
}

func (p *process) wantTitle(id int64, want string) {
	p.Helper()
	if got := p.title(id); got != want {
		p.Errorf("the title of book %d is %q, want %q", id, got, want)
	}
}

func (w *world) exec(statement string, args ...any) {
	w.Helper()
	if _, err := w.db.ExecContext(w.Context(), statement, args...); err != nil {
		w.Fatal(err)
	}
}

func (w *world) rename(id int64, title string) {
	w.Helper()
	w.exec("UPDATE books SET title = ? WHERE id = ?", title, id)
}

func (p *process) tx(fn func(tx *sqlx.Tx) error) {
	p.Helper()
	if err := p.engine.Tx(p.Context(), fn); err != nil {
		p.Fatal(err)
	}
}

// eventually waits for a condition that another goroutine brings about.
func (w *world) eventually(what string, condition func() bool) {
	w.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			w.Fatalf("it did not happen: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// hook is called before each query of a handle, and around commits.
type hook struct {
	mu     sync.Mutex
	query  func(text string)
	commit func(commit func() error) error
}

func (h *hook) onQuery(fn func(text string)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.query = fn
}

func (h *hook) onCommit(fn func(commit func() error) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.commit = fn
}

func (h *hook) before(text string) {
	h.mu.Lock()
	fn := h.query
	h.mu.Unlock()
	if fn != nil {
		fn(text)
	}
}

// barrier stops the next query that holds a text, once, until released.
type barrier struct{ reached, release chan struct{} }

func (h *hook) barrier(text string) barrier {
	b := barrier{make(chan struct{}), make(chan struct{})}
	var passed atomic.Bool
	h.onQuery(func(query string) {
		if strings.Contains(query, text) && !passed.Swap(true) {
			close(b.reached)
			<-b.release
		}
	})
	return b
}

type hookedConnector struct {
	driver hookedDriver
	dsn    string
}

func (c hookedConnector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c hookedConnector) Driver() driver.Driver                        { return c.driver }

type hookedDriver struct {
	driver.Driver
	hook *hook
}

func (d hookedDriver) Open(name string) (driver.Conn, error) {
	conn, err := d.Driver.Open(name)
	if err != nil {
		return nil, err
	}
	return hookedConn{conn, d.hook}, nil
}

type hookedConn struct {
	driver.Conn
	hook *hook
}

func (c hookedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.hook.before(query)
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

func (c hookedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (c hookedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	stmt, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	return hookedStmt{stmt, c.hook, query}, err
}

func (c hookedConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, options)
	return hookedTx{tx, c.hook}, err
}

type hookedTx struct {
	driver.Tx
	hook *hook
}

func (t hookedTx) Commit() error {
	t.hook.mu.Lock()
	fn := t.hook.commit
	t.hook.mu.Unlock()
	if fn != nil {
		return fn(t.Tx.Commit)
	}
	return t.Tx.Commit()
}

type hookedStmt struct {
	driver.Stmt
	hook *hook
	text string
}

func (s hookedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.hook.before(s.text)
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

func (s hookedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}
