package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
)

// TestMain lets the tests be the example's processes.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "-second" || os.Args[1] == "-driver") {
		main()
		return
	}
	os.Exit(m.Run())
}

// plainly leaves out what differs from run to run: how long things took.
func plainly(text string) string {
	return regexp.MustCompile(`[0-9.]+ ms`).ReplaceAllString(text, "N ms")
}

// TestDemo holds what the demonstration prints: that each change is seen by both processes, and what it changed.
func TestDemo(t *testing.T) {
	want, err := os.ReadFile("testdata/demo.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name     string
		settings func(t *testing.T) settings
		caches   string
	}{
		{"with Redis", func(t *testing.T) settings {
			testservers.Redis(t) // so that it is skipped, or fails, like other tests that want one
			return settings{driver: "sqlite"}
		}, "a shared cache in Redis"},
		{"alone", func(t *testing.T) settings {
			t.Setenv("PATH", t.TempDir())
			return settings{driver: "sqlite"}
		}, "local caches only, for there is no redis-server"},
		{"PostgreSQL", func(t *testing.T) settings {
			dsn := testservers.PostgresDSN(t)
			t.Setenv("PATH", t.TempDir())
			return settings{driver: "pgx", dsn: dsn}
		}, "local caches only, for there is no redis-server"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := test.settings(t)
			s.demo, s.book = true, 1
			t.Setenv("TMPDIR", t.TempDir())
			var out bytes.Buffer
			if err := first(t.Context(), s, &out); err != nil {
				t.Fatal(err)
			}
			expected := strings.Replace(string(want), "CACHES", test.caches, 1)
			if diff := cmp.Diff(expected, plainly(out.String())); diff != "" {
				t.Errorf("the output differs (-want +got):\n%s", diff)
			}
			nothingLeft(t)
		})
	}
}

func nothingLeft(t *testing.T) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "live*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestInterrupt changes the database while the example runs, as somebody with sqlite3 does, and ends it as Ctrl-C
// does.
func TestInterrupt(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, os.Args[0], "-driver", "sqlite", "-book", "2")
	command.Stderr = os.Stderr
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	output := bufio.NewReader(stdout)
	read := func(until string) string {
		var text strings.Builder
		for {
			line, err := output.ReadString('\n')
			text.WriteString(line)
			if err != nil {
				t.Fatalf("it ended before %q: %v\n%s", until, err, text.String())
			}
			if strings.Contains(line, until) {
				return text.String()
			}
		}
	}
	path := regexp.MustCompile(`'\.timeout 2000' (\S+) `).FindStringSubmatch(read("sqlite3 "))
	if path == nil {
		t.Fatal("it does not say what to try")
	}
	read("rating") // the first look
	db, err := sqlx.Connect("sqlite", "file:"+path[1]+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range [][2]string{
		{"UPDATE authors SET last_name = 'Reier' WHERE id = 2", "+ author: Jonas Reier"},
		{"UPDATE books SET deleted_at = '2024-01-01 00:00:00' WHERE id = 2", "+ there is no such book"},
		{"UPDATE books SET deleted_at = NULL WHERE id = 2", "+ author: Jonas Reier"},
	} {
		if _, err := db.ExecContext(ctx, step[0]); err != nil {
			t.Fatal(err)
		}
		if said := read(step[1]); !regexp.MustCompile(`changed .* ago, seen by process 1 after .*, seen by process 2 after `).MatchString(said) {
			t.Errorf("it says\n%s", said)
		}
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if err := command.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, output); err != nil {
		t.Error(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("after the signal: %v", err)
	}
	nothingLeft(t)
}

// TestDraw holds what a terminal shows: the document again and again, with the last change in bold.
func TestDraw(t *testing.T) {
	var out bytes.Buffer
	screen := newView(&out)
	screen.terminal = true
	screen.introduce(settings{driver: "pgx", book: 7})
	book := func(title string) []byte { return []byte(`{"title": "` + title + `", "tags": ["one"]}`) }
	at := time.Now()
	event := func(seq uint64) (one sighting) {
		one.Event.Epoch, one.Event.Seq = 1, seq
		one.Changed, one.Seen = at, at.Add(3*time.Millisecond)
		return one
	}
	for _, step := range []struct {
		process int
		seq     uint64
		title   string
		want    []string
	}{
		{1, 1, "Old", []string{"in psql", "  Old, "}},
		{2, 1, "Old", []string{"  Old, "}},
		{1, 2, "New", []string{"\x1b[1mNew, ", "\x1b[0m\n  tags: one", "seen by process 1 after 3.0 ms, not seen by process 2 yet"}},
		{1, 3, "New", []string{"not seen by process 2 yet"}},
		{2, 3, "New", []string{"seen by process 1 after 3.0 ms, seen by process 2 after 3.0 ms"}},
	} {
		out.Reset()
		one := event(step.seq)
		one.Process, one.Book = step.process, book(step.title)
		screen.add(one)
		for _, want := range step.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("after event %d of process %d it shows %q, want %q in it", step.seq, step.process, out.String(), want)
			}
		}
	}
	if len(screen.changes) != 1 {
		t.Errorf("%d changes", len(screen.changes))
	}
}
