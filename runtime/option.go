package denorm

import (
	"fmt"
	"log/slog"
)

// Option changes what Open does.
type Option func(*options) error

type options struct {
	dialect Dialect
	logger  *slog.Logger
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
