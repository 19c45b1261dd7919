package mongosink

import (
	"fmt"
	"strings"
	"unicode/utf8"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Option changes how a Sink stores documents.
type Option func(*Sink) error

const (
	defaultBatch = 1000
	mostBatch    = 100_000 // what a MongoDB server takes in one command
	// mostBytes leaves 64 KiB of a server's 16 MiB to the key, the version and the command around them.
	mostBytes = 16<<20 - 64<<10
)

// Prefix sets what the names of all MongoDB collections begin with (default "", so that they are called as the engine's
// collections are). Sinks of different engines in one database need different ones. It is text without dollars or U+0000,
// and begins with neither a dot nor "system.".
func Prefix(prefix string) Option {
	return func(s *Sink) error {
		if strings.ContainsAny(prefix, "$\x00") || strings.HasPrefix(prefix, ".") || strings.HasPrefix(prefix, "system.") || !utf8.ValidString(prefix) {
			return fmt.Errorf("%w: no collection of MongoDB can have a name that begins with the prefix %q", denorm.ErrValue, prefix)
		}
		s.prefix = prefix
		return nil
	}
}

// MaxBytes sets the size in bytes, as BSON, above which a document is denorm.ErrTooLarge (default and at most 16 MiB less
// 64 KiB). Fields of others do not count; those above MongoDB's own 16 MiB together with the engine's make it
// denorm.ErrTooLarge as well.
func MaxBytes(n int) Option {
	return func(s *Sink) error {
		if n < 1 || n > mostBytes {
			return fmt.Errorf("%w: the largest document is %d bytes, and has to be from 1 to %d", denorm.ErrValue, n, mostBytes)
		}
		s.maxBytes = n
		return nil
	}
}

// Batch sets how many documents one command writes at most (default 1,000, at most 100,000). FerretDB 1 needs 10: its SQLite
// backend waits for itself where a command updates many.
func Batch(n int) Option {
	return func(s *Sink) error {
		if n < 1 || n > mostBatch {
			return fmt.Errorf("%w: a batch is %d documents, and has to be from 1 to %d", denorm.ErrValue, n, mostBatch)
		}
		s.batch = n
		return nil
	}
}
