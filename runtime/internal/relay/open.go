package relay

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
)

// Config says over which database a feed is, and how much one step does.
type Config struct {
	DB      *sql.DB
	Dialect capture.Dialect
	Backend capture.Backend
	// Logger gets what could not be resolved, and rewinds of history; slog.Default() if nil.
	Logger *slog.Logger
	// Clock is that of the machine, time.Now if nil. On SQLite it stamps events, for people and for pruning; servers
	// are asked for theirs.
	Clock func() time.Time
	// Batch is how many changes one step claims at most; 0 means 1,000.
	Batch int
	// Chunk is how many documents one query of a step names at most; 0 means 10,000. What is more is
	// expanded by later steps.
	Chunk int
	// Ahead is how many bytes of keys a step reads ahead at most, where it goes on with an expansion; 0 means
	// 4 MiB. They wait in the database.
	Ahead int
	// KeepFor is how long a named consumer that gives no sign of life keeps events from being pruned; 0
	// means a week.
	KeepFor time.Duration
}

const (
	defaultBatch   = 1000
	defaultChunk   = 10_000
	defaultAhead   = 4 << 20
	defaultKeepFor = 7 * 24 * time.Hour
)

// ErrNotInstalled tells that the tables of the feed are not there.
var ErrNotInstalled = errors.New("the tables of denormgen are not installed")

// Open makes the feed of a database. On PostgreSQL and MySQL it touches nothing; on SQLite it opens the side
// file, and makes it where it is missing.
func Open(ctx context.Context, cfg Config) (Feed, error) {
	if cfg.DB == nil || cfg.Backend == nil {
		return nil, errors.New("open the feed: a database and a backend of capture are needed")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	cfg.Batch = cmp.Or(cfg.Batch, defaultBatch)
	cfg.Chunk = cmp.Or(cfg.Chunk, defaultChunk)
	cfg.Ahead = cmp.Or(cfg.Ahead, defaultAhead)
	cfg.KeepFor = cmp.Or(cfg.KeepFor, defaultKeepFor)
	f := &feed{Config: cfg, sql: sqlDialect(cfg.Dialect)}
	switch cfg.Dialect {
	case capture.Postgres, capture.MySQL:
		f.store = &serverStore{feed: f}
	case capture.SQLite:
		store, err := openSQLite(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("open the feed: %w", err)
		}
		f.store = store
	default:
		return nil, fmt.Errorf("open the feed: %q is no dialect", cfg.Dialect)
	}
	return f, nil
}

// feed is the feed of one database. What the dialects do alike is here, the rest in its store.
type feed struct {
	Config
	sql   sqlDialect
	store store
	// recent is what this process appended.
	recent recent

	mu       sync.Mutex // guards what follows
	program  *program   // nil until plans were read
	identity string
	seen     []sighting
	worked   bool // the last step went on with an expansion
}

// sighting is when this process first saw the log's newest change.
type sighting struct {
	newest int64
	at     time.Time
}

// store is where a dialect keeps feed and log, and how it claims.
type store interface {
	// prepare makes the state row, and on SQLite the side's tables, where they are missing.
	prepare(ctx context.Context) error
	// reader reads the feed's tables outside of any transaction.
	reader() capture.Queryer
	// update runs a transaction on the feed's tables which waits for others.
	update(ctx context.Context, do func(q capture.Queryer) error) error
	// source reads plans, log and the tables of documents. Close it.
	source(ctx context.Context) (capture.Queryer, func(), error)
	poll(ctx context.Context) (Poll, error)
	// claim begins the transaction of one step, nil if another relay is at it.
	claim(ctx context.Context) (*claim, error)
	// take claims a batch of changes.
	take(ctx context.Context, c *claim) ([]capture.Row, error)
	mark(ctx context.Context) (int64, error)
	// above raises a mark to where the changes of q's transaction, which is under way, begin at the earliest.
	above(ctx context.Context, q capture.Queryer, mark int64) (int64, error)
	backlog(ctx context.Context) (int64, error)
	// pruneLog removes changes that the relay is done with, where that is not a matter of claiming.
	pruneLog(ctx context.Context) error
	close() error
}

// Identity implements Feed.
func (f *feed) Identity(ctx context.Context) (string, error) {
	f.mu.Lock()
	known := f.identity
	f.mu.Unlock()
	if known != "" {
		return known, nil
	}
	state, err := f.readState(ctx)
	if err == nil {
		err = f.sound(ctx)
	}
	if err != nil {
		return "", fmt.Errorf("read the identity of the feed: %w", err)
	}
	f.mu.Lock()
	f.identity = state.identity
	f.mu.Unlock()
	return state.identity, nil
}

// Close implements Feed.
func (f *feed) Close() error { return f.store.close() }

// Poll implements Feed.
func (f *feed) Poll(ctx context.Context) (Poll, error) {
	poll, err := f.store.poll(ctx)
	if errors.Is(err, errNoState) {
		if err = f.store.prepare(ctx); err == nil {
			poll, err = f.store.poll(ctx)
		}
	}
	if err != nil {
		return Poll{}, fmt.Errorf("poll the feed: %w", f.installed(ctx, err))
	}
	f.sight(poll)
	return poll, nil
}

// sight remembers when the newest change was first seen, and forgets what is done.
func (f *feed) sight(p Poll) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p.Newest == 0 {
		f.seen = f.seen[:0]
		return
	}
	drop := 0
	for drop < len(f.seen) && f.seen[drop].newest < p.Oldest {
		drop++
	}
	f.seen = append(f.seen[:0], f.seen[drop:]...)
	const enough = 64 // ages are for people: with more, the newest sighting stands for later ones
	if n := len(f.seen); n == 0 || f.seen[n-1].newest < p.Newest && n < enough {
		f.seen = append(f.seen, sighting{p.Newest, time.Now()})
	}
}
