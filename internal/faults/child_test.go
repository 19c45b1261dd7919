//go:build unix

package faults

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/rediscache"
)

// childVariable holds the orders of a child process.
const childVariable = "FAULTS_CHILD"

// TestMain runs a child process instead of the tests where it is one.
func TestMain(m *testing.M) {
	if text := os.Getenv(childVariable); text != "" {
		fmt.Fprintln(os.Stderr, live(text))
		os.Exit(1) // it lives until it is killed
	}
	logging.Disable() // clients say of each server that was stopped that it cannot be dialled, which hides what failed
	os.Exit(m.Run())
}

// orders are what a child process is told.
type orders struct {
	Driver, DSN string
	Redis       string // address of a shared cache, "" for none
	Local       bool   // whether there is a local cache
	Work        work
	// StopAt says at which step of the relay or the killer the process stops itself, "" for none: once, after it
	// has said so.
	StopAt step

	Staleness, Lease time.Duration // 0 for the defaults
	Readers          int           // of a stampede
}

// work is what a child does beside following the feed.
type work string

const (
	follows   work = "follows"
	reads     work = "reads"     // at random, for nobody
	counts    work = "counts"    // reads tag 1 over and over, and says what it saw when
	stampedes work = "stampedes" // reads the tags that it is told to, with many readers at once
	gathers   work = "gathers"   // reads the aggregate of all books and authors with many readers at once, when it is told to
	builds    work = "builds"    // reads that aggregate once
	holds     work = "holds"     // takes the lease of the tags that it is told to, and never fills
)

// step is where a process stops itself.
type step string

const (
	building   step = "building"   // an aggregate of books and authors has read the books
	claimed    step = "claimed"    // the relay holds the feed's counter, and its changes are claimed
	beforeKill step = "beforeKill" // the changes are in the feed
	killed     step = "killed"     // the keys are gone, the mark is not moved
	afterKill  step = "afterKill"  // the mark is moved
)

// stopping stops this process once.
type stopping struct {
	at   step
	once *sync.Once
}

func (s stopping) reached(at step) {
	if s.at == at {
		s.once.Do(func() {
			say("stopping")
			_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		})
	}
}

// say tells the parent something, one line.
func say(what string) { fmt.Println(what) }

// live is the life of a child.
func live(text string) error {
	var o orders
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	stop := stopping{o.StopAt, new(sync.Once)}
	db, err := o.open(stop)
	if err != nil {
		return err
	}
	options := []denorm.Option{denorm.WithLogger(logger())}
	if !o.Local {
		options = append(options, denorm.WithLocalCache(0))
	}
	if o.Staleness > 0 {
		options = append(options, denorm.WithMaxStaleness(o.Staleness))
	}
	if o.Lease > 0 {
		options = append(options, denorm.WithLeaseTime(o.Lease), denorm.WithCacheTimeout(patience))
	}
	if o.Redis != "" {
		client := redis.NewClient(&redis.Options{Addr: o.Redis, ContextTimeoutEnabled: true}) // else hooks are lost
		client.AddHook(stop)
		cache, err := rediscache.New(client)
		if err != nil {
			return err
		}
		options = append(options, denorm.WithSharedCache(stopped{cache, stop, o.Work == holds}))
	}
	engine, err := denorm.Open(context.Background(), db, options...)
	if err != nil {
		return err
	}
	return o.work(context.Background(), engine)
}

// open connects to the database; with PostgreSQL it sees each statement.
func (o orders) open(stop stopping) (*sqlx.DB, error) {
	if o.Driver != "pgx" {
		return sqlx.Connect(o.Driver, o.DSN)
	}
	config, err := pgx.ParseConfig(o.DSN)
	if err != nil {
		return nil, err
	}
	config.Tracer = stop
	return sqlx.NewDb(stdlib.OpenDB(*config), "pgx"), nil
}

// TraceQueryStart implements pgx.QueryTracer.
func (s stopping) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if strings.HasPrefix(strings.TrimSpace(data.SQL), `INSERT INTO "denorm_feed"`) {
		s.reached(claimed)
	}
	if strings.Contains(data.SQL, `FROM "authors" AS t`) {
		s.reached(building)
	}
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (stopping) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// DialHook, ProcessHook and ProcessPipelineHook implement redis.Hook.
func (stopping) DialHook(next redis.DialHook) redis.DialHook { return next }

func (stopping) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

func (s stopping) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, commands []redis.Cmder) error {
		if commands[0].Name() == "evalsha" {
			s.reached(killed)
		}
		return next(ctx, commands)
	}
}

// stopped is a shared cache around whose kills the process may stop, and which may keep fills for ever.
type stopped struct {
	denorm.SharedCache
	stopping
	hold bool
}

func (c stopped) Advance(ctx context.Context, mark string, keys []string, from, to denorm.Position) error {
	if len(keys) > 0 {
		c.reached(beforeKill)
	}
	err := c.SharedCache.Advance(ctx, mark, keys, from, to)
	if len(keys) > 0 && err == nil {
		c.reached(afterKill)
	}
	return err
}

func (c stopped) Fill(ctx context.Context, fills []denorm.Fill) ([]bool, error) {
	if c.hold {
		say("holding")
		select {}
	}
	return c.SharedCache.Fill(ctx, fills)
}

// child is a process that was started, as its parent sees it.
type child struct {
	*testing.T
	command *exec.Cmd
	input   io.Writer
	lines   chan string // what it says
	errors  *strings.Builder
}

// spawn starts a child and waits until it has begun. It is killed at the end of the test.
func spawn(t *testing.T, o orders) *child {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{T: t, command: exec.Command(program), lines: make(chan string, 1<<16), errors: &strings.Builder{}}
	c.command.Env = append(os.Environ(), childVariable+"="+string(text))
	c.command.Stderr = c.errors
	output, err := c.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if c.input, err = c.command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.command.Start(); err != nil {
		t.Fatal(err)
	}
	var listening sync.WaitGroup
	listening.Go(func() {
		defer close(c.lines)
		for scanner := bufio.NewScanner(output); scanner.Scan(); {
			c.lines <- scanner.Text()
		}
	})
	t.Cleanup(func() {
		c.signal(syscall.SIGKILL)
		for range c.lines {
		}
		listening.Wait()
		_ = c.command.Wait() // it says that it was killed
		if c.command.ProcessState.ExitCode() == 1 {
			t.Errorf("a child failed: %s", c.errors)
		}
	})
	c.wait("begun")
	return c
}

func (c *child) signal(signal syscall.Signal) {
	if err := c.command.Process.Signal(signal); err != nil && signal != syscall.SIGKILL {
		c.Errorf("signal a child: %v", err)
	}
}

// tell sends a line.
func (c *child) tell(line string) {
	c.Helper()
	if _, err := io.WriteString(c.input, line+"\n"); err != nil {
		c.Fatalf("tell a child: %v", err)
	}
}

// hear returns the next line that it says.
func (c *child) hear() string {
	c.Helper()
	select {
	case line, ok := <-c.lines:
		if !ok {
			_ = c.command.Wait()
			c.Fatalf("a child ended: %s", c.errors)
		}
		return line
	case <-time.After(2 * patience):
		c.Fatal("a child says nothing")
		return ""
	}
}

// wait reads until it says something.
func (c *child) wait(what string) {
	c.Helper()
	for c.hear() != what {
	}
}
