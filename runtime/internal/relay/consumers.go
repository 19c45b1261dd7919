package relay

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// SavePosition implements Feed.
func (f *feed) SavePosition(ctx context.Context, consumer, holder string, at Position) error {
	err := f.update(ctx, func(q capture.Queryer) error {
		s, err := f.sql.loadState(ctx, q, lockNone)
		if err != nil {
			return err
		}
		if held, err := f.held(ctx, q, consumer, lockWait); err != nil || held.Holder != holder && !mutant.Active(mutant.OneHolder) {
			return cmp.Or(err, ErrNotHeld)
		}
		_, err = q.ExecContext(ctx, f.sql.text(`INSERT INTO "denorm_consumers" ("name", "epoch", "seq", "stamp", "seen_at") VALUES (?, ?, ?, ?, ?)`+
			f.sql.upsert([]string{"name"}, "epoch", "seq", "stamp", "seen_at")), consumer, at.Epoch, at.Seq, at.Stamp, f.timeOf(&s).Unix())
		return err
	})
	if err != nil {
		return fmt.Errorf("save the position of %s: %w", consumer, err)
	}
	return nil
}

// LoadPosition implements Feed.
func (f *feed) LoadPosition(ctx context.Context, consumer string) (at Position, found bool, err error) {
	err = each(ctx, f.store.reader(), f.sql.text(`SELECT "epoch", "seq", "stamp" FROM "denorm_consumers" WHERE "name" = ?`), []any{consumer},
		func(rows *sql.Rows) error {
			found = true
			return rows.Scan(&at.Epoch, &at.Seq, &at.Stamp)
		})
	if err != nil {
		return Position{}, false, fmt.Errorf("load the position of %s: %w", consumer, f.installed(ctx, err))
	}
	return at, found, nil
}

// ForgetPosition implements Feed.
func (f *feed) ForgetPosition(ctx context.Context, consumer string) error {
	err := f.update(ctx, func(q capture.Queryer) error {
		_, err := q.ExecContext(ctx, f.sql.text(`DELETE FROM "denorm_consumers" WHERE "name" = ?`), consumer)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget the position of %s: %w", consumer, err)
	}
	return nil
}

// Hold implements Feed.
func (f *feed) Hold(ctx context.Context, name, holder string, d time.Duration) (Hold, error) {
	var held Hold
	err := f.update(ctx, func(q capture.Queryer) error {
		_, err := q.ExecContext(ctx, f.sql.text(`INSERT INTO "denorm_holds" ("name", "holder", "until", "body") VALUES (?, '', 0, '')`+f.sql.ignore("name")), name)
		if err != nil {
			return err
		}
		s, err := f.sql.loadState(ctx, q, lockNone)
		if err != nil {
			return err
		}
		if held, err = f.held(ctx, q, name, lockWait); err != nil {
			return err
		}
		now := f.timeOf(&s)
		held.look(now)
		if held.Held && held.Holder != holder && !mutant.Active(mutant.OneHolder) {
			return nil
		}
		held.Holder, held.Until, held.Held, held.Free = holder, now.Add(d), true, 0
		_, err = q.ExecContext(ctx, f.sql.text(`UPDATE "denorm_holds" SET "holder" = ?, "until" = ? WHERE "name" = ?`), holder, held.Until.UnixMilli(), name)
		return err
	})
	if err != nil {
		return Hold{}, fmt.Errorf("take %s: %w", name, err)
	}
	return held, nil
}

// Held implements Feed.
func (f *feed) Held(ctx context.Context, name string) (Hold, error) {
	s, err := f.readState(ctx)
	if err != nil {
		return Hold{}, fmt.Errorf("look at %s: %w", name, err)
	}
	held, err := f.held(ctx, f.store.reader(), name, lockNone)
	if err != nil {
		return Hold{}, fmt.Errorf("look at %s: %w", name, f.installed(ctx, err))
	}
	held.look(f.timeOf(&s))
	return held, nil
}

// look tells whether somebody has the name at a time.
func (h *Hold) look(now time.Time) {
	h.Held, h.Free = now.Before(h.Until), max(now.Sub(h.Until), 0)
}

// held reads who has a name.
func (f *feed) held(ctx context.Context, q capture.Queryer, name string, how lock) (held Hold, err error) {
	text := `SELECT "holder", "until", "body" FROM "denorm_holds" WHERE "name" = ?`
	if f.sql != sqlite && how == lockWait {
		text += ` FOR UPDATE`
	}
	err = each(ctx, q, f.sql.text(text), []any{name}, func(rows *sql.Rows) error {
		var until int64
		err := rows.Scan(&held.Holder, &until, &held.Body)
		held.Until = time.UnixMilli(until)
		return err
	})
	return held, err
}

// Release implements Feed.
func (f *feed) Release(ctx context.Context, name, holder string) error {
	err := f.update(ctx, func(q capture.Queryer) error {
		s, err := f.sql.loadState(ctx, q, lockNone)
		if err != nil {
			return err
		}
		now := f.timeOf(&s).UnixMilli()
		_, err = q.ExecContext(ctx, f.sql.text(`UPDATE "denorm_holds" SET "until" = ? WHERE "name" = ? AND "holder" = ? AND "until" > ?`), now, name, holder, now)
		return err
	})
	if err != nil {
		return fmt.Errorf("give %s back: %w", name, err)
	}
	return nil
}

// Note implements Feed.
func (f *feed) Note(ctx context.Context, name, holder, body string) error {
	err := f.update(ctx, func(q capture.Queryer) error {
		held, err := f.held(ctx, q, name, lockWait)
		if err != nil {
			return err
		}
		if held.Holder != holder {
			return ErrNotHeld
		}
		_, err = q.ExecContext(ctx, f.sql.text(`UPDATE "denorm_holds" SET "body" = ? WHERE "name" = ?`), body, name)
		return err
	})
	if err != nil {
		return fmt.Errorf("note what goes on with %s: %w", name, err)
	}
	return nil
}
