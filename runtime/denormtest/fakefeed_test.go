package denormtest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	books "github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/denormtest"
)

// follow does something while a collection is watched and returns the keys of the events, each once.
func follow(t *testing.T, c accessor[int64, books.BookDoc], do func()) (keys []int64, positions []denorm.Position) {
	t.Helper()
	const begin, end = -1, -2
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	begun := make(chan struct{})
	var watcher sync.WaitGroup
	watcher.Go(func() {
		once := sync.OnceFunc(func() { close(begun) })
		for event, err := range c.Watch(ctx, denorm.Now) {
			switch {
			case err != nil:
				t.Errorf("watch: %v", err)
				return
			case event.Key == begin:
				once()
			case event.Key == end:
				return
			case event.All || event.At.IsZero() || event.Version == denorm.Version{}:
				t.Errorf("event %+v", event)
			case len(keys) == 0 || keys[len(keys)-1] != event.Key:
				keys, positions = append(keys, event.Key), append(positions, event.Position)
			}
		}
	})
	invalidate := func(key int64) {
		if err := c.Invalidate(ctx, key); err != nil {
			t.Error(err)
		}
	}
	for started := false; !started && ctx.Err() == nil; {
		invalidate(begin)
		select {
		case <-begun:
			started = true
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
		}
	}
	do()
	invalidate(end)
	watcher.Wait()
	if err := ctx.Err(); err != nil {
		t.Error("the watcher did not see the end in time")
	}
	return keys, positions
}

func TestFakeTellsLikeTheRealOne(t *testing.T) {
	db := testservers.SQLite(t, testservers.Pure)
	engine, real := bookstore(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := engine.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	defer running.Wait()
	defer cancel()
	docs, err := all(real.All(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	fake := denormtest.Fake(func(doc *books.BookDoc) int64 { return doc.ID }, docs...)
	drain := func() {
		if err := engine.Drain(ctx); err != nil {
			t.Error(err)
		}
	}
	want := []int64{1, 4, 2, 3}
	for name, test := range map[string]struct {
		c       accessor[int64, books.BookDoc]
		put     func(id int64, title string)
		delete  func(id int64)
		settled func()
	}{
		"real": {
			c: real, settled: drain,
			put: func(id int64, title string) {
				execute(t, db, fmt.Sprintf(`UPDATE books SET title = '%s' WHERE id = %d`, title, id))
			},
			delete: func(id int64) {
				execute(t, db, fmt.Sprintf(`UPDATE books SET deleted_at = '2024-01-01 00:00:00' WHERE id = %d`, id))
			},
		},
		"fake": {
			c: fake, settled: func() {},
			put:    func(id int64, title string) { fake.Put(&books.BookDoc{ID: id, Title: title}) },
			delete: func(id int64) { fake.Delete(id, 77) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			keys, positions := follow(t, test.c, func() {
				for _, step := range []func(){
					func() { test.put(1, "First") },
					func() { test.delete(4) },
					func() {
						if err := test.c.Invalidate(t.Context(), 2); err != nil {
							t.Error(err)
						}
					},
					func() {
						if err := test.c.Refresh(t.Context(), 3); err != nil {
							t.Error(err)
						}
					},
				} {
					step()
					test.settled()
				}
			})
			if diff := cmp.Diff(want, keys); diff != "" {
				t.Fatalf("events (-want +got):\n%s", diff)
			}
			doc, err := test.c.Get(t.Context(), 1)
			if err != nil || doc.Title != "First" {
				t.Errorf("the document that was changed is %+v, %v", doc, err)
			}
			if _, err := test.c.Get(t.Context(), 4); !errors.Is(err, denorm.ErrNotFound) {
				t.Errorf("the document that was deleted: %v", err)
			}
			var again []int64
			for event, err := range test.c.Watch(t.Context(), positions[0]) {
				if err != nil {
					t.Fatal(err)
				}
				if again = append(again, event.Key); event.Key == 3 {
					break
				}
			}
			if again = slices.DeleteFunc(again, func(key int64) bool { return key == 1 }); !cmp.Equal(again, want[1:]) {
				t.Errorf("from the first event's position come %v", again)
			}
		})
	}
}

func TestFakeFeed(t *testing.T) {
	key := func(doc *books.BookDoc) int64 { return doc.ID }
	fake := denormtest.Fake(key, &books.BookDoc{ID: 1})
	at := fake.Position()
	fake.Put(&books.BookDoc{ID: 2}, &books.BookDoc{ID: 1, Title: "New"})
	fake.Delete(2, 3)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got []int64
	for event, err := range fake.Watch(ctx, at) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, event.Key); len(got) == 3 {
			cancel()
		}
	}
	if diff := cmp.Diff([]int64{2, 1, 2}, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	_, version, err := fake.GetJSON(t.Context(), 1)
	if end, _ := fake.Position().Version(); err != nil || version.Seq != 2 || end.Seq != 3 {
		t.Errorf("version %s of the document, %s of the feed, %v", version, end, err)
	}
	down := errors.New("it is down")
	fake.SetError(down)
	if _, err := fake.Get(t.Context(), 1); !errors.Is(err, down) {
		t.Errorf("Get: %v", err)
	}
	if _, err := fake.Page(t.Context(), 1); !errors.Is(err, down) {
		t.Errorf("Page: %v", err)
	}
	told := 0
	for _, err := range fake.Watch(t.Context(), at) {
		if told++; !errors.Is(err, down) {
			t.Errorf("Watch: %v", err)
		}
	}
	fake.SetError(nil)
	if _, err := fake.Get(t.Context(), 1); err != nil || told != 1 {
		t.Errorf("Get: %v; Watch told %d times", err, told)
	}
}

// TestFakeOrder holds the order of keys of all sorts.
func TestFakeOrder(t *testing.T) {
	ordered(t, []string{"", "A", "a", "é"})
	ordered(t, []int8{-3, 0, 9, 10})
	ordered(t, []uint64{0, 9, 1 << 62, 1<<64 - 1})
	ordered(t, []bool{false, true})
	ordered(t, [][16]byte{{15: 9}, {0: 9}, {0: 16}, {0: 255}})
	ordered(t, []time.Time{time.Unix(5, 0), time.Unix(5, 1), time.Unix(50, 0)})
	type pair struct {
		A string
		B int
	}
	ordered(t, []pair{{"a", 2}, {"a", 10}, {"b", -1}})
}

func ordered[K comparable](t *testing.T, keys []K) {
	t.Helper()
	type doc struct{ Key K }
	fake := denormtest.Fake(func(d *doc) K { return d.Key })
	for _, key := range slices.Backward(keys) {
		fake.Put(&doc{key})
	}
	var got []K
	for doc, err := range fake.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, doc.Key)
	}
	if !slices.Equal(got, keys) {
		t.Errorf("the keys come as %v, want %v", got, keys)
	}
}
