package denorm

import (
	"fmt"
	"log/slog"
	"time"
)

// Option changes what Open does.
type Option func(*options) error

type options struct {
	dialect Dialect
	logger  *slog.Logger

	application string
	namespace   string
	shared      SharedCache
	codec       Codec
	localBytes  int64
	sinks       []*sinkSettings
	pipeline    Pipeline // nil for database/sql
	// secondConnection has two batches of one call loaded at once.
	secondConnection bool
	driverRows       int // documents from which on a batch is read from SQLite's driver; 0 for never

	maxStaleness     time.Duration
	aggregateAge     time.Duration
	cacheTimeout     time.Duration
	cacheTTL         time.Duration
	leaseTime        time.Duration
	pollInterval     time.Duration
	retention        time.Duration
	planLifetime     time.Duration
	maxDocumentBytes int
	ownWritesLimit   int
}

// defaults are the options where nothing is said.
func defaults() options {
	return options{
		logger:           slog.Default(),
		application:      "default",
		localBytes:       64 << 20,
		driverRows:       50,
		maxStaleness:     2 * time.Second,
		cacheTimeout:     250 * time.Millisecond,
		cacheTTL:         24 * time.Hour,
		leaseTime:        3 * time.Second,
		pollInterval:     20 * time.Millisecond,
		retention:        time.Hour,
		planLifetime:     7 * 24 * time.Hour,
		maxDocumentBytes: 1 << 20,
		ownWritesLimit:   10_000,
	}
}

// WithDialect says which SQL the database speaks. By default it follows from the driver's name; a driver
// that is wrapped, for tracing for example, needs it.
func WithDialect(dialect Dialect) Option {
	return func(o *options) error {
		if !dialect.known() {
			return fmt.Errorf("%w: dialect %q is not one of sqlite, postgres, mysql", ErrNoDialect, dialect)
		}
		o.dialect = dialect
		return nil
	}
}

// WithSecondConnection has All, and GetMany where it takes several batches, load two batches at once, each on a connection
// of its own. All then reads one batch ahead of the loop's body: documents are up to two batches old when the body sees them, a
// connection may be in use meanwhile, and a body that breaks off cancels what runs on it, for which some drivers close it.
// GetMany may call a transform from two goroutines. That is for large reads by few; by default one call uses one connection,
// which serves many callers best.
func WithSecondConnection() Option {
	return func(o *options) error {
		o.secondConnection = true
		return nil
	}
}

// WithDriverRows sets from how many documents on a batch of SQLite's is read from the driver itself (default 50), without what
// database/sql does for each row and value, where documents take several queries. A page counts one more than its size. Below
// that, statements that database/sql keeps prepared gain more. Zero has everything go through database/sql.
func WithDriverRows(documents int) Option {
	return func(o *options) error {
		if documents < 0 {
			return fmt.Errorf("%w: DriverRows is %d, and cannot be below zero", ErrValue, documents)
		}
		o.driverRows = documents
		return nil
	}
}

// WithLogger says where the engine logs; the default is slog.Default() at the time of Open. Every query
// is logged at Debug, without its arguments.
func WithLogger(logger *slog.Logger) Option {
	return func(o *options) error {
		if logger != nil {
			o.logger = logger
		}
		return nil
	}
}

// WithApplication names the program whose collections these are, for people who look at the plans that the
// database stores. The default is "default".
func WithApplication(name string) Option {
	return func(o *options) error {
		if name == "" {
			return fmt.Errorf("%w: the name of the application is empty", ErrValue)
		}
		o.application = name
		return nil
	}
}

// positive makes an option of a duration or number that has to be above zero.
func positive[T int | int64 | time.Duration](name string, value T, set func(*options)) Option {
	return func(o *options) error {
		if value <= 0 {
			return fmt.Errorf("%w: %s is %v, and has to be above zero", ErrValue, name, value)
		}
		set(o)
		return nil
	}
}
