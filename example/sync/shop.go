package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/alicebob/miniredis/v2"
	"github.com/jmoiron/sqlx"
	"github.com/redis/go-redis/v9"
)

// shop is the bookstore with its sinks, as their own clients see them.
type shop struct {
	db, warehouse *sqlx.DB
	redis         *miniredis.Miniredis
	client        *redis.Client
	out           io.Writer
}

// quiet keeps it to itself that Redis is away, which is what the example is about.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// show edits books while both sinks are there, while one is away, and when it is back.
func (s *shop) show(ctx context.Context) error {
	if err := s.both(ctx, "The Salt Road"); err != nil {
		return err
	}
	s.say("Both sinks were filled.")
	if err := errors.Join(s.retitle(ctx, "The Salt Road, revised"), s.both(ctx, "The Salt Road, revised")); err != nil {
		return err
	}
	s.say("Book 1 was edited, and is %q in both.", "The Salt Road, revised")

	s.redis.Close()
	const edits = 200
	for n := range edits {
		if err := s.retitle(ctx, fmt.Sprintf("The Salt Road, edition %d", n+1)); err != nil {
			return err
		}
	}
	last := fmt.Sprintf("The Salt Road, edition %d", edits)
	if err := s.until(ctx, s.inWarehouse, last); err != nil {
		return err
	}
	s.say("Redis was stopped, and book 1 edited %d times: it is %q in the warehouse.", edits, last)
	if err := s.redis.Restart(); err != nil {
		return fmt.Errorf("start Redis again: %w", err)
	}
	if err := s.both(ctx, last); err != nil {
		return err
	}
	s.say("Redis was started again: it is %q in both.", last)
	return nil
}

func (s *shop) say(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }

// retitle edits book 1 as any program may.
func (s *shop) retitle(ctx context.Context, title string) error {
	_, err := s.db.ExecContext(ctx, `UPDATE books SET title = ? WHERE id = 1`, title)
	return err
}

// both waits until both sinks show a title of book 1.
func (s *shop) both(ctx context.Context, title string) error {
	return errors.Join(s.until(ctx, s.inWarehouse, title), s.until(ctx, s.inRedis, title))
}

func (s *shop) until(ctx context.Context, read func(context.Context) (string, error), want string) error {
	return eventually(ctx, "book 1 is "+want, func() (bool, error) {
		title, err := read(ctx)
		return title == want, err
	})
}

// inWarehouse reads the title of book 1 as a reader of the warehouse does; "" while there is none.
func (s *shop) inWarehouse(ctx context.Context) (title string, err error) {
	var tables int
	if err := s.warehouse.GetContext(ctx, &tables, `SELECT COUNT(*) FROM sqlite_master WHERE name = 'doc_books'`); err != nil || tables == 0 {
		return "", err
	}
	err = s.warehouse.GetContext(ctx, &title, `SELECT document ->> 'title' FROM doc_books WHERE id = '1'`)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return title, err
}

// inRedis reads it as a reader of Redis does.
func (s *shop) inRedis(ctx context.Context) (string, error) {
	text, err := s.client.Get(ctx, "denorm-sink:{books}:1").Bytes()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var book struct {
		Title string `json:"title"`
	}
	err = json.Unmarshal(text, &book)
	return book.Title, err
}
