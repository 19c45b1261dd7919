package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

// edits are changes of book 1, none of them of its own row but the first. They can be made again and again.
func edits() []string {
	return []string{
		"UPDATE books SET price_cents = price_cents + 100 WHERE id = 1",
		"UPDATE authors SET last_name = CASE last_name WHEN 'Okafor' THEN 'Okafor-Lind' ELSE 'Okafor' END WHERE id = 1",
		"UPDATE publishers SET city = CASE city WHEN 'Rotterdam' THEN 'Antwerp' ELSE 'Rotterdam' END WHERE id = 1",
		"UPDATE reviews SET approved = NOT approved WHERE id = 3",
	}
}

// follow shows what the processes see until the context ends.
func follow(ctx context.Context, screen *view, seen <-chan sighting, failed <-chan error) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return ended(ctx, errors.Join(errors.New("a process ended"), err))
		case one := <-seen:
			screen.add(one)
		case <-tick.C:
			if screen.terminal {
				screen.show() // the changes grow older
			}
		}
	}
}

// demo changes the database from a connection that knows of nothing, one change after the other was seen.
func demo(ctx context.Context, s settings, screen *view, seen <-chan sighting, failed <-chan error) (err error) {
	if s.book != 1 {
		return errors.New("the changes of -demo are of book 1")
	}
	db, err := sqlx.ConnectContext(ctx, s.driver, s.dsn)
	if err != nil {
		return fmt.Errorf("connecting to the database: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	await := func(done func() bool) error {
		const patience = time.Minute
		timeout := time.After(patience)
		for !done() {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case err := <-failed:
				return errors.Join(errors.New("a process ended"), err)
			case one := <-seen:
				screen.add(one)
			case <-timeout:
				return fmt.Errorf("a process has not seen the change after %s", patience)
			}
		}
		return nil
	}
	if err := await(func() bool { return screen.ready == [2]bool{true, true} }); err != nil {
		return ended(ctx, err)
	}
	for i, edit := range edits() {
		if screen.terminal {
			if err := sleep(ctx, 2*time.Second); err != nil {
				return ended(ctx, err)
			}
		} else {
			fmt.Fprintf(screen.out, "\n%s;\n", edit)
		}
		if _, err := db.ExecContext(ctx, edit); err != nil {
			return ended(ctx, fmt.Errorf("%s: %w", edit, err))
		}
		if err := await(func() bool { return screen.settled(i + 1) }); err != nil {
			return ended(ctx, err)
		}
	}
	return nil
}

// sleep gives people time to read.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
