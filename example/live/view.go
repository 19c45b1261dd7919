package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// view is what is printed: on a terminal the whole document again and again, else what has changed of it.
type view struct {
	out      io.Writer
	terminal bool
	head     string // what is said above the document

	book    json.RawMessage // as the first process sees it
	ready   [2]bool         // each process has seen it
	changes []*change
	printed int        // changes that were printed, off a terminal
	second  []sighting // of the second process, the latest
}

// change is a change of the document.
type change struct {
	event   denorm.Version
	at      time.Time
	seen    [2]time.Time // zero if a process has not seen it yet
	before  json.RawMessage
	changed json.RawMessage
}

func (c *change) complete() bool { return !c.seen[0].IsZero() && !c.seen[1].IsZero() }

// String tells how old the change is, and how long it took to be seen.
func (c *change) String() string {
	text := fmt.Sprintf("changed %s ago", milliseconds(time.Since(c.at)))
	for i, at := range c.seen {
		if at.IsZero() {
			text += fmt.Sprintf(", not seen by process %d yet", i+1)
		} else {
			text += fmt.Sprintf(", seen by process %d after %s", i+1, milliseconds(max(at.Sub(c.at), 0)))
		}
	}
	return text
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}

func newView(out io.Writer) *view {
	v := &view{out: out}
	if file, ok := out.(*os.File); ok {
		info, err := file.Stat()
		v.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return v
}

// introduce says where the database is and what to try.
func (v *view) introduce(s settings) {
	var text strings.Builder
	caches := "local caches only, for there is no redis-server"
	if s.redis != "" {
		caches = "a shared cache in Redis"
	}
	fmt.Fprintf(&text, "Two processes watch book %d, with %s.\n", s.book, caches)
	const statement = "UPDATE authors SET last_name = 'Changed' WHERE id = 1"
	switch {
	case s.demo:
	case s.driver == "sqlite":
		path, _, _ := strings.Cut(strings.TrimPrefix(s.dsn, "file:"), "?")
		fmt.Fprintf(&text, "Try, in another terminal:\n\n  sqlite3 -cmd '.timeout 2000' %s %q\n\n", path, statement)
	default:
		fmt.Fprintf(&text, "Try, in another terminal, in psql:\n\n  %s;\n\n", statement)
	}
	v.head = text.String()
	if !v.terminal {
		fmt.Fprint(v.out, v.head)
	}
}

// add takes what a process has seen, and prints what is new.
func (v *view) add(one sighting) {
	v.ready[one.Process-1] = true
	if one.Process == 2 {
		const keep = 100
		v.second = append(v.second, one)
		v.second = v.second[max(0, len(v.second)-keep):]
	} else if v.book == nil {
		v.book = one.Book
		if !v.terminal {
			v.print(lines(one.Book), nil)
		}
	} else if !bytes.Equal(v.book, one.Book) {
		fresh := &change{event: one.Event, at: one.Changed, before: v.book, changed: one.Book}
		fresh.seen[0] = one.Seen
		v.changes = append(v.changes, fresh)
		v.book = one.Book
	}
	// Whoever has seen an event, or a later one, has seen what it tells of.
	for _, c := range v.changes {
		at := slices.IndexFunc(v.second, func(s sighting) bool { return s.Event.Compare(c.event) >= 0 })
		if c.seen[1].IsZero() && at >= 0 {
			c.seen[1] = v.second[at].Seen
		}
	}
	v.show()
}

// show prints the document again, or the changes that both processes have seen.
func (v *view) show() {
	if v.terminal {
		v.draw()
		return
	}
	for v.printed < len(v.changes) && v.changes[v.printed].complete() {
		c := v.changes[v.printed]
		v.printed++
		fmt.Fprintf(v.out, "\n%s\n", c)
		v.print(lines(c.changed), lines(c.before))
	}
}

// settled tells whether n changes were seen by both processes.
func (v *view) settled(n int) bool {
	return len(v.changes) >= n && !slices.ContainsFunc(v.changes, func(c *change) bool { return !c.complete() })
}

// print prints lines; with those from before, only what differs.
func (v *view) print(now, before []string) {
	for _, line := range before {
		if !slices.Contains(now, line) {
			fmt.Fprintln(v.out, "-", line)
		}
	}
	for _, line := range now {
		switch {
		case before == nil:
			fmt.Fprintln(v.out, " ", line)
		case !slices.Contains(before, line):
			fmt.Fprintln(v.out, "+", line)
		}
	}
}

// draw prints the document in place of what stood there, the last change in bold.
func (v *view) draw() {
	const home, clear, bold, plain = "\x1b[H", "\x1b[J", "\x1b[1m", "\x1b[0m"
	var text strings.Builder
	text.WriteString(home + clear + v.head)
	var before []string
	if n := len(v.changes); n > 0 {
		before = lines(v.changes[n-1].before)
	}
	for _, line := range lines(v.book) {
		if before != nil && !slices.Contains(before, line) {
			line = bold + line + plain
		}
		text.WriteString("  " + line + "\n")
	}
	text.WriteString("\n")
	const latest = 5
	for _, c := range slices.Backward(v.changes[max(0, len(v.changes)-latest):]) {
		fmt.Fprintln(&text, c)
	}
	fmt.Fprint(v.out, text.String())
}
