//go:build unix

package testservers

import (
	"syscall"
	"testing"
)

// Pause stops the server by SIGSTOP: it answers nothing, and its connections stay.
func (s *RedisServer) Pause(tb testing.TB) { s.signal(tb, syscall.SIGSTOP) }

// Resume lets it go on.
func (s *RedisServer) Resume(tb testing.TB) { s.signal(tb, syscall.SIGCONT) }

func (s *RedisServer) signal(tb testing.TB, signal syscall.Signal) {
	tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pid == 0 {
		tb.Fatal("testservers: Redis does not run")
	}
	if err := syscall.Kill(s.pid, signal); err != nil {
		tb.Fatalf("testservers: signal Redis: %v", err)
	}
}
