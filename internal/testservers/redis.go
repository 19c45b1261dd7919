package testservers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisNode is the process's Redis server, started at the first call.
var redisNode = sync.OnceValues(func() (*RedisServer, error) { return startRedis() })

// Redis returns the address of a Redis server that all tests of the process share. Keys are not apart.
func Redis(tb testing.TB) string {
	tb.Helper()
	server, err := redisNode()
	if err != nil {
		give(tb, err)
	}
	return server.Address
}

// NewRedis starts a Redis server for one test, which may kill it. Args are added to its command line.
func NewRedis(tb testing.TB, args ...string) *RedisServer {
	tb.Helper()
	server, err := startRedis(args...)
	if err != nil {
		give(tb, err)
	}
	tb.Cleanup(server.Kill)
	return server
}

// RedisServer is a Redis server that keeps nothing on disk.
type RedisServer struct {
	Address string // host and port

	program string
	args    []string

	mu    sync.Mutex
	pid   int       // 0 while it does not run
	stdin io.Closer // its end stops the server and removes its folder
	ended chan struct{}
}

func startRedis(args ...string) (*RedisServer, error) {
	program, ok := find("redis-server", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")
	if !ok {
		return nil, missingError{what: "Redis", install: "its server program (apt-get install redis-server)"}
	}
	var err error
	// Somebody else may take a port between its choice and the start.
	for range 5 {
		var ports []int
		if ports, err = freePorts(2); err != nil {
			continue
		}
		server := &RedisServer{
			Address: net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[0])),
			program: program,
			args: append([]string{"--port", strconv.Itoa(ports[0]), "--cluster-port", strconv.Itoa(ports[1]), "--bind", "127.0.0.1",
				"--save", "", "--appendonly", "no", "--enable-debug-command", "yes", "--repl-diskless-sync-delay", "0"}, args...),
		}
		if err = server.start(); err == nil {
			return server, nil
		}
	}
	return nil, err
}

// freePorts finds ports that nobody listens on.
func freePorts(n int) ([]int, error) {
	ports := make([]int, n)
	for i := range ports {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("finding a free port: %w", err)
		}
		defer listener.Close() // after all, so that they differ
		ports[i] = listener.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}

// Start starts the server again after Kill, empty, at the same address.
func (s *RedisServer) Start(tb testing.TB) {
	tb.Helper()
	if err := s.start(); err != nil {
		tb.Fatalf("testservers: %v", err)
	}
}

func (s *RedisServer) start() error {
	home, err := newHome("redis")
	if err != nil {
		return err
	}
	return s.serve(home, "--dir", home.dir)
}

// serve runs the server in a folder of its own, with more arguments put first, and waits until it answers.
func (s *RedisServer) serve(home home, args ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	log, err := os.Create(home.path("log"))
	if err != nil {
		os.RemoveAll(home.dir)
		return fmt.Errorf("making the log of Redis: %w", err)
	}
	defer log.Close()
	args = append([]string{"-c", supervise, "supervise", home.dir, "KILL", s.program}, append(args, s.args...)...)
	command := home.command(context.Background(), "/bin/sh", args...)
	command.Stdout, command.Stderr = log, log
	stdin, err := command.StdinPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		os.RemoveAll(home.dir)
		return fmt.Errorf("starting Redis: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		command.Wait()
		close(ended)
	}()
	s.stdin, s.ended = stdin, ended
	if s.pid, err = s.processID(); err != nil {
		err = fmt.Errorf("waiting for Redis: %w\n%s", err, home.logTail())
		stdin.Close()
		<-ended
		return err
	}
	return nil
}

// processID waits until the server answers with it.
func (s *RedisServer) processID() (int, error) {
	client := s.client()
	defer client.Close()
	var info string
	err := eventually(func(ctx context.Context) (err error) {
		info, err = client.Info(ctx, "server").Result()
		return err
	})
	if err != nil {
		return 0, err
	}
	_, id, _ := strings.Cut(info, "process_id:")
	id, _, _ = strings.Cut(id, "\r\n")
	return strconv.Atoi(id)
}

// client talks to this server only, and does not try again by itself.
func (s *RedisServer) client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: s.Address, MaxRetries: -1, DialerRetries: 1, PipelinePoolSize: -1})
}

// Do runs a command on the server itself, and again where its connection ends: Sentinel ends all of a server whose
// role it changes.
func (s *RedisServer) Do(tb testing.TB, args ...any) any {
	tb.Helper()
	client := s.client()
	defer client.Close()
	answer, err := client.Do(context.Background(), args...).Result()
	for range 3 {
		if !errors.Is(err, io.EOF) {
			break
		}
		answer, err = client.Do(context.Background(), args...).Result()
	}
	if err != nil && !errors.Is(err, redis.Nil) {
		tb.Fatalf("testservers: %v: %v", args, err)
	}
	return answer
}

// Kill ends the server at once, by SIGKILL, and its folder.
func (s *RedisServer) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pid == 0 {
		return
	}
	if process, err := os.FindProcess(s.pid); err == nil {
		process.Kill()
	}
	s.pid = 0
	s.stdin.Close()
	<-s.ended
}

// eventually tries until it works or the time a server gets to start is over.
func eventually(try func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// RedisSentinel is a master, a replica and a sentinel that watches them.
type RedisSentinel struct {
	Name            string // of the master, as the sentinel knows it
	Address         string // of the sentinel
	Master, Replica *RedisServer
	Sentinel        *RedisServer
}

// NewRedisSentinel starts the three servers for one test, which may kill them. The replica follows the master
// when it returns.
func NewRedisSentinel(tb testing.TB) *RedisSentinel {
	tb.Helper()
	s := &RedisSentinel{Name: "denorm", Master: NewRedis(tb)}
	host, port, _ := net.SplitHostPort(s.Master.Address)
	s.Replica = NewRedis(tb, "--replicaof", host, port)
	if err := eventually(s.follows); err != nil {
		tb.Fatalf("testservers: waiting for the replica: %v", err)
	}
	sentinel, err := startSentinel(s.Master.program, fmt.Sprintf("sentinel monitor %s %s %s 1\n"+
		"sentinel down-after-milliseconds %[1]s 1500\nsentinel failover-timeout %[1]s 5000\n", s.Name, host, port))
	if err != nil {
		give(tb, err)
	}
	tb.Cleanup(sentinel.Kill)
	s.Sentinel, s.Address = sentinel, sentinel.Address
	if err := eventually(s.watched); err != nil {
		tb.Fatalf("testservers: waiting for the sentinel: %v", err)
	}
	return s
}

// follows tells whether the replica has caught up with the master.
func (s *RedisSentinel) follows(ctx context.Context) error {
	client := s.Replica.client()
	defer client.Close()
	return following(ctx, client)
}

// following tells whether a replica has caught up with its master.
func following(ctx context.Context, replica *redis.Client) error {
	info, err := replica.Info(ctx, "replication").Result()
	if err == nil && !strings.Contains(info, "master_link_status:up") {
		err = errors.New("it does not follow yet")
	}
	return err
}

// watched tells whether the sentinel knows the replica.
func (s *RedisSentinel) watched(ctx context.Context) error {
	client := redis.NewSentinelClient(&redis.Options{Addr: s.Address})
	defer client.Close()
	replicas, err := client.Replicas(ctx, s.Name).Result()
	if err == nil && len(replicas) == 0 {
		err = errors.New("it does not know the replica yet")
	}
	return err
}

func startSentinel(program, config string) (*RedisServer, error) {
	home, err := newHome("sentinel")
	if err != nil {
		return nil, err
	}
	ports, err := freePorts(1)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(home.dir, "sentinel.conf")
	config = fmt.Sprintf("port %d\nbind 127.0.0.1\ndir %s\n%s", ports[0], home.dir, config)
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, fmt.Errorf("writing the configuration of the sentinel: %w", err)
	}
	if err := home.owner.take(file); err != nil {
		return nil, fmt.Errorf("handing over the configuration of the sentinel: %w", err)
	}
	s := &RedisServer{Address: net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[0])), program: program}
	return s, s.serve(home, file, "--sentinel")
}
