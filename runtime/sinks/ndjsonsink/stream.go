package ndjsonsink

import (
	"bytes"
	"io"
	"slices"
)

// stream writes to a writer that takes nothing back.
type stream struct {
	w    io.Writer
	rest []byte // of a line that was written in part
}

func (s *stream) write(lines []byte) error {
	if len(s.rest) > 0 {
		lines = slices.Concat(s.rest, lines)
	}
	n, err := s.w.Write(lines)
	n = min(max(n, 0), len(lines))
	if err == nil && n < len(lines) {
		err = io.ErrShortWrite
	}
	switch {
	case n == 0: // what was missing is missing still
	case lines[n-1] == '\n':
		s.rest = nil
	default:
		end := n + bytes.IndexByte(lines[n:], '\n') + 1
		s.rest = bytes.Clone(lines[n:end])
	}
	return err
}

func (s *stream) close() error { return nil }
