package coherence

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/setting"
	"github.com/denormgen/denormgen/internal/truth/history"
	"github.com/denormgen/denormgen/internal/truth/naive"
	"github.com/denormgen/denormgen/internal/truth/subject"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/sqlsink"
)

// childVariable holds the orders of a child process.
const childVariable = "COHERENCE_CHILD"

// TestMain runs a child process instead of the tests where it is one.
func TestMain(m *testing.M) {
	if orders := os.Getenv(childVariable); orders != "" {
		fmt.Fprintln(os.Stderr, live(orders))
		os.Exit(1) // it lives until it is killed
	}
	os.Exit(m.Run())
}

// orders are what a child process is told.
type orders struct {
	Database string
	DSN      string
	Seed     uint64
	Redis    string // address of a shared cache, "" for none
	Sink     string // DSN of a database that documents are kept in, "" for none
}

// What a child says on standard output, a line each.
const (
	begun = "begun" // to relay, read and write
	wrote = "wrote" // a transaction has ended
	sank  = "sank"  // documents were written to the sink
)

// live relays, reads and writes in a process of its own until that is killed.
func live(text string) error {
	var o orders
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	at := place{dsn: o.DSN}
	for _, d := range databases() {
		if d.name == o.Database {
			at.database = d
		}
	}
	ctx := context.Background()
	var err error
	if at.plain, err = at.open(at.writing); err != nil {
		return err
	}
	db, err := at.open("")
	if err != nil {
		return err
	}
	var options []denorm.Option
	if o.Redis != "" {
		cache, _, err := redisAt(o.Redis)
		if err != nil {
			return err
		}
		options = append(options, denorm.WithSharedCache(cache))
	}
	if o.Sink != "" {
		store := place{database: at.database, dsn: o.Sink}
		if store.plain, err = store.open(store.writing); err != nil {
			return err
		}
		tables, err := sqlsink.New(store.plain)
		if err != nil {
			return err
		}
		options = append(options, keptIn(tables))
	}
	p := &process{name: "child", db: db}
	if p.engine, err = denorm.Open(ctx, db, append(options, denorm.WithLogger(logger()))...); err != nil {
		return err
	}
	p.subjects = subject.All(p.engine)
	if err := p.engine.Install(ctx); err != nil {
		return err
	}
	r := &trial{place: at, processes: []*process{p}}
	failed := make(chan error, 1)
	go func() { failed <- p.engine.Run(ctx) }()
	fmt.Println(begun)
	var first sync.Once
	for i, through := range []*process{nil, p} {
		w := r.writer(o.Seed, i, through)
		go func() {
			for {
				if _, err := w.transaction(ctx); err != nil {
					failed <- err
					return
				}
				first.Do(func() { fmt.Println(wrote) })
				time.Sleep(time.Duration(w.history.Random.IntN(5)) * time.Millisecond)
			}
		}()
	}
	go func() {
		for ; p.engine.Stats().SinkPuts == 0; time.Sleep(time.Millisecond) {
		}
		fmt.Println(sank)
	}()
	go func() {
		random := rand.New(rand.NewPCG(o.Seed, 9))
		for {
			if _, err := p.subjects[random.IntN(len(p.subjects))].Read(ctx, random); err != nil {
				failed <- err
				return
			}
			time.Sleep(100 * time.Microsecond)
		}
	}()
	return <-failed
}

const (
	killsPerSettle = 5
	longestLife    = 120 * time.Millisecond // of a child, from when it said what it is let live to say
)

// lastWords are what one child after the other says before it is killed: nothing while it starts.
func lastWords() []string { return []string{wrote, "", begun, wrote} }

// TestKilledProcesses is promise P5: processes that relay, write, read and fill caches are killed at random
// moments, and nothing is lost to one that lives on.
func TestKilledProcesses(t *testing.T) {
	from := seed(t)
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			const kinds = 2
			kills := setting.Number(t, "COHERENCE_KILLS", sizesOf(t, d).kills/kinds, 0)
			for _, m := range allTiers() {
				// The memory of a process cannot be shared with a child.
				if m.name == "local" || m.name == "local+redis" {
					t.Run(m.name, func(t *testing.T) { kill(t, newPlace(t, d), m, from, kills) })
				}
			}
		})
	}
}

func kill(t *testing.T, at place, m tiers, seed uint64, kills int) {
	t.Helper()
	opened := time.Now()
	h := &history.History{Dialect: naive.DialectOf(at.plain), Random: rand.New(rand.NewPCG(seed, 1))}
	if err := errors.Join(h.Plant(t.Context(), at.plain), h.Fill(t.Context(), at.plain)); err != nil {
		t.Fatal(err)
	}
	o := orders{Database: at.name, DSN: at.dsn}
	var cache denorm.SharedCache
	if m.shared != nil {
		cache, o.Redis = sharedRedis(t)
	}
	p := start(t, at, "survivor", m.options(cache)...)
	r := &trial{place: at, tiers: m, processes: []*process{p}}
	ctx, stop := context.WithCancel(t.Context())
	readers := r.read(ctx, t, seed)
	defer readers.Wait()
	defer stop()
	random := rand.New(rand.NewPCG(seed, 2))
	settles := 0
	for n := range kills {
		o.Seed = seed + uint64(n)
		said := lastWords()[n%len(lastWords())]
		if err := o.child(t, said, time.Duration(random.Int64N(int64(longestLife)))); err != nil {
			t.Fatalf("child %d: %v", n+1, err)
		}
		if n%killsPerSettle < killsPerSettle-1 && n < kills-1 {
			continue
		}
		if err := r.settle(ctx); err != nil {
			t.Fatalf("after %d kills: %v\n\nrepeat with COHERENCE_SEED=%d COHERENCE_KILLS=%d go test ./internal/coherence -run '^TestKilledProcesses$/^%s$'", n+1, err, seed, n+1, at.name)
		}
		settles++
	}
	s := r.counts()
	t.Logf("seed %d: %d kills, %d settles, %d documents compared, %d reads, %d local kills, %d relay errors, %v",
		seed, kills, settles, r.documents.Load(), r.reads.Load(), s.LocalKills, s.RelayErrors, time.Since(opened).Round(time.Millisecond))
	if s.LocalKills == 0 {
		t.Error("nothing was written")
	}
}

// child starts a process, lets it live for a time after it said something, or from its start, and kills it.
func (o orders) child(t *testing.T, word string, life time.Duration) error {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	command := exec.Command(program)
	command.Env = append(os.Environ(), childVariable+"="+string(text))
	output, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	var said opening
	command.Stderr = &said
	if err := command.Start(); err != nil {
		return err
	}
	var failed error
	for lines := bufio.NewScanner(output); word != "" && lines.Text() != word && failed == nil; {
		if !lines.Scan() {
			failed = errors.Join(lines.Err(), io.ErrUnexpectedEOF)
		}
	}
	if failed == nil {
		time.Sleep(life)
	}
	killed := command.Process.Kill()
	_ = command.Wait() // it says that it was killed
	if failed != nil || killed != nil {
		return fmt.Errorf("it ended by itself: %w: %s", errors.Join(failed, killed), said.text())
	}
	if command.ProcessState.ExitCode() == 1 {
		return fmt.Errorf("it failed: %s", said.text())
	}
	return nil
}

// opening keeps the beginning of what a child says.
type opening struct {
	mu   sync.Mutex
	said []byte
}

func (s *opening) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	const most = 8 << 10
	s.said = append(s.said, p[:min(len(p), max(0, most-len(s.said)))]...)
	return len(p), nil
}

func (s *opening) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.said)
}
