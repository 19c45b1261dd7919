package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// sighting is what a process sees of the book after an event, which may have changed nothing.
type sighting struct {
	Process int            `json:"-"`
	Event   denorm.Version `json:"event"`
	Changed time.Time      `json:"changed"` // when the relay noticed
	Seen    time.Time      `json:"seen"`
	// Book is the document, nil where there is none.
	Book json.RawMessage `json:"book"`
}

// watch shows the book as it is, and then after each event, until the context ends.
func (w *watcher) watch(ctx context.Context, show func(sighting)) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() {
		if err := w.engine.Run(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "live:", err)
			cancel()
		}
	})
	// An event of its own tells that watching has begun: the first look comes after it, and misses nothing.
	begun := make(chan struct{})
	running.Go(func() { w.knock(ctx, begun) })
	for event, err := range w.books.Watch(ctx, denorm.Now) {
		if err != nil {
			return err
		}
		if event.Key != w.book && !event.All {
			continue
		}
		book, err := w.look(ctx, event.Version)
		if err != nil {
			return ended(ctx, err)
		}
		show(sighting{Event: event.Version, Changed: event.At, Seen: time.Now(), Book: book})
		if begun != nil {
			close(begun)
			begun = nil
		}
	}
	return nil
}

// knock makes events of the book until one has come through.
func (w *watcher) knock(ctx context.Context, begun <-chan struct{}) {
	for {
		if err := w.books.Invalidate(ctx, w.book); err != nil && ctx.Err() == nil {
			fmt.Fprintln(os.Stderr, "live:", err)
		}
		select {
		case <-begun:
			return
		case <-ctx.Done():
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// look reads the book, null where there is none. A document of the event's version or a later one shows the
// change; the cache may hold an older one for a moment, as it follows the same feed.
func (w *watcher) look(ctx context.Context, event denorm.Version) (json.RawMessage, error) {
	drained := false
	for {
		book, version, err := w.books.GetJSON(ctx, w.book)
		switch {
		case errors.Is(err, denorm.ErrNotFound) && drained:
			return json.RawMessage("null"), nil
		case err != nil && !errors.Is(err, denorm.ErrNotFound):
			return nil, err
		case err == nil && version.Compare(event) >= 0:
			return book, nil
		}
		if err := w.engine.Drain(ctx); err != nil {
			return nil, err
		}
		drained = true
	}
}

// ended is nil where it is the end of the context that made something fail.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// quiet logs what goes wrong, and nothing else.
func quiet() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// second is the other process. It writes what it sees, a line each, until nobody reads its output or its input ends.
func second(ctx context.Context, s settings, out io.Writer) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1)) // it ends with the first process
		cancel()
	}()
	w, err := openWatcher(ctx, s)
	if err != nil {
		return ended(ctx, err)
	}
	defer func() { err = errors.Join(err, w.close()) }()
	lines := json.NewEncoder(out)
	return w.watch(ctx, func(one sighting) {
		if err := lines.Encode(one); err != nil {
			fmt.Fprintln(os.Stderr, "live: the first process does not read:", err)
			cancel()
		}
	})
}
