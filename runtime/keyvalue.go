package denorm

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// errImpossible says that no row can have a key; whoever asks for it gets ErrNotFound.
var errImpossible = errors.New("no row can have this key")

// keyValues turns what KeyCodec.Bind appended into values that every driver of the dialect takes: named types and
// Valuers become plain ones. It works in place.
func keyValues(dialect Dialect, values []any) error {
	for i, value := range values {
		plain, err := keyValue(dialect, value)
		if err != nil {
			return err
		}
		values[i] = plain
	}
	return nil
}

func keyValue(dialect Dialect, value any) (any, error) {
	switch v := value.(type) {
	case int64:
		return value, nil
	case string:
		return value, storable(dialect, v)
	case uint64:
		return unsigned(dialect, v)
	}
	plain, err := driver.DefaultParameterConverter.ConvertValue(value)
	if err != nil {
		if wide, ok := wideUnsigned(value); ok {
			return unsigned(dialect, wide)
		}
		return nil, fmt.Errorf("%w: a key of type %T cannot be bound", ErrValue, value)
	}
	switch v := plain.(type) {
	case nil:
		return nil, errImpossible // NULL equals nothing
	case string:
		return plain, storable(dialect, v)
	}
	return plain, nil
}

// storable refuses text that PostgreSQL cannot hold.
func storable(dialect Dialect, text string) error {
	if dialect == Postgres && (strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text)) {
		return errImpossible
	}
	return nil
}

// unsigned returns v as the dialect's integer, if it has one that wide.
func unsigned(dialect Dialect, v uint64) (any, error) {
	switch {
	case v <= math.MaxInt64:
		return int64(v), nil
	case dialect == MySQL:
		return v, nil
	}
	return nil, errImpossible
}
