package redissink

import (
	"fmt"
	"strings"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Option changes how a Sink stores documents.
type Option func(*Sink) error

const (
	defaultPrefix   = "denorm-sink:"
	defaultMaxBytes = 64 << 20
	// mostBytes is what Redis allows for a string.
	mostBytes = 512 << 20
)

// Prefix sets what the names of all keys begin with (default "denorm-sink:"). It may be empty. Braces are refused, for
// they would decide the keys' slots.
func Prefix(prefix string) Option {
	return func(s *Sink) error {
		if strings.ContainsAny(prefix, "{}") {
			return fmt.Errorf("%w: the prefix has a brace", denorm.ErrValue)
		}
		s.prefix = prefix
		return nil
	}
}

// MaxBytes sets the size in bytes above which a document is denorm.ErrTooLarge (default 64 MiB, at most 512 MiB, which is
// Redis's own limit unless its proto-max-bulk-len is lower).
func MaxBytes(n int) Option {
	return func(s *Sink) error {
		if n < 1 || n > mostBytes {
			return fmt.Errorf("%w: the largest document is %d bytes, and has to be from 1 to %d", denorm.ErrValue, n, mostBytes)
		}
		s.maxBytes = n
		return nil
	}
}
