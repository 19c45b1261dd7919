// Live shows a document that stays true while the database changes under it. Two processes watch one book in one
// database, with a shared cache in Redis where redis-server is installed, and whatever is changed with sqlite3 or
// psql shows in both, with how long it took.
//
//	go run ./example/live
//	go run ./example/live -demo
//	go run ./example/live -driver pgx -dsn postgres://localhost/empty
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
)

// settings are what both processes have to know.
type settings struct {
	driver string
	dsn    string
	redis  string // the socket of the Redis server, "" for none
	book   int64
	demo   bool
	second bool // this is the second process
}

func main() {
	var s settings
	flag.StringVar(&s.driver, "driver", "sqlite", "driver of the database: sqlite or pgx")
	flag.StringVar(&s.dsn, "dsn", "", "an empty database, or one of an earlier run (default a new SQLite file)")
	flag.Int64Var(&s.book, "book", 1, "the book to show")
	flag.BoolVar(&s.demo, "demo", false, "make a few changes from a third connection, and end")
	flag.BoolVar(&s.second, "second", false, "be the second process (the example starts it by itself)")
	flag.StringVar(&s.redis, "redis", "", "socket of a Redis server (the example starts one by itself)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run := first
	if s.second {
		run = second
	}
	if err := run(ctx, s, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "live:", err)
		os.Exit(1)
	}
}

// first is the process that shows the book. It makes what is needed and starts the second one.
func first(ctx context.Context, s settings, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "live")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if s.dsn == "" {
		if s.driver != "sqlite" {
			return errors.New("a database of PostgreSQL needs -dsn")
		}
		s.dsn = "file:" + filepath.Join(dir, "bookstore.db") + "?_pragma=journal_mode(wal)&_pragma=busy_timeout(5000)"
	}
	if err := prepare(ctx, s); err != nil {
		return err
	}
	redis, err := startRedis(dir)
	if err != nil {
		return err
	}
	defer redis.stop()
	s.redis = redis.socket

	here, err := openWatcher(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, here.close()) }()
	there, err := startSecond(ctx, s)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	seen, failed := make(chan sighting), make(chan error, 2)
	var watching sync.WaitGroup
	watching.Go(func() { failed <- here.watch(ctx, func(one sighting) { one.Process = 1; deliver(ctx, seen, one) }) })
	watching.Go(func() { failed <- there.read(func(one sighting) { one.Process = 2; deliver(ctx, seen, one) }) })
	defer func() {
		cancel()
		there.end()
		watching.Wait()
		err = errors.Join(err, there.wait())
	}()

	screen := newView(out)
	screen.introduce(s)
	if s.demo {
		return demo(ctx, s, screen, seen, failed)
	}
	return follow(ctx, screen, seen, failed)
}

// deliver sends a sighting, unless the program ends.
func deliver(ctx context.Context, to chan<- sighting, one sighting) {
	select {
	case to <- one:
	case <-ctx.Done():
	}
}
