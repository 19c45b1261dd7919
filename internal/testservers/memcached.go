package testservers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// memcachedNode is the process's memcached, started at the first call.
var memcachedNode = sync.OnceValues(func() (*MemcachedServer, error) { return startMemcached() })

// Memcached returns the address of a memcached that all tests of the process share. Keys are not apart.
func Memcached(tb testing.TB) string {
	tb.Helper()
	server, err := memcachedNode()
	if err != nil {
		give(tb, err)
	}
	return server.Address
}

// NewMemcached starts a memcached for one test, which may kill it. Args are added to its command line.
func NewMemcached(tb testing.TB, args ...string) *MemcachedServer {
	tb.Helper()
	server, err := startMemcached(args...)
	if err != nil {
		give(tb, err)
	}
	tb.Cleanup(server.Kill)
	return server
}

// MemcachedServer is a memcached.
type MemcachedServer struct {
	Address string // host and port

	program string
	args    []string

	mu    sync.Mutex
	stdin io.Closer // its end stops the server and removes its folder; nil while it does not run
	ended chan struct{}
}

func startMemcached(args ...string) (*MemcachedServer, error) {
	program, ok := find("memcached", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")
	if !ok {
		return nil, missingError{what: "memcached", install: "its server program (apt-get install memcached)"}
	}
	var err error
	// Somebody else may take a port between its choice and the start.
	for range 5 {
		var ports []int
		if ports, err = freePorts(1); err != nil {
			continue
		}
		port := strconv.Itoa(ports[0])
		server := &MemcachedServer{
			Address: net.JoinHostPort("127.0.0.1", port),
			program: program,
			args:    append([]string{"--listen=127.0.0.1", "--port=" + port, "--udp-port=0"}, args...),
		}
		if err = server.start(); err == nil {
			return server, nil
		}
	}
	return nil, err
}

// Start starts the server again after Kill, empty, at the same address.
func (s *MemcachedServer) Start(tb testing.TB) {
	tb.Helper()
	if err := s.start(); err != nil {
		tb.Fatalf("testservers: %v", err)
	}
}

func (s *MemcachedServer) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	home, err := newHome("memcached")
	if err != nil {
		return err
	}
	log, err := os.Create(home.path("log"))
	if err != nil {
		os.RemoveAll(home.dir)
		return fmt.Errorf("making the log of memcached: %w", err)
	}
	defer log.Close()
	args := append([]string{"-c", supervise, "supervise", home.dir, "KILL", s.program}, s.args...)
	command := home.command(context.Background(), "/bin/sh", args...)
	command.Stdout, command.Stderr = log, log
	stdin, err := command.StdinPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		os.RemoveAll(home.dir)
		return fmt.Errorf("starting memcached: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		command.Wait()
		close(ended)
	}()
	err = eventually(func(ctx context.Context) error {
		select {
		case <-ended:
			return nil
		default:
			return s.answers(ctx)
		}
	})
	select {
	case <-ended:
		err = errors.New("it ended")
	default:
	}
	if err != nil {
		err = fmt.Errorf("waiting for memcached: %w\n%s", err, home.logTail())
		stdin.Close()
		<-ended
		return err
	}
	s.stdin, s.ended = stdin, ended
	return nil
}

// answers tells whether the server is there.
func (s *MemcachedServer) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", s.Address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		conn.SetDeadline(deadline)
	}
	if _, err := io.WriteString(conn, "version\r\n"); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && !strings.HasPrefix(answer, "VERSION ") {
		err = fmt.Errorf("it answers %q", answer)
	}
	return err
}

// Kill ends the server at once, by SIGKILL, and its folder.
func (s *MemcachedServer) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stdin == nil {
		return
	}
	s.stdin.Close()
	<-s.ended
	s.stdin = nil
}
