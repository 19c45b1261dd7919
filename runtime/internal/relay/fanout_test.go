package relay

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"
)

// TestHugeFanOut expands one change to 100,000 documents, in chunks, without holding them all.
func TestHugeFanOut(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	eachDatabase(t, func(t *testing.T, x *fixture) {
		const n = 100_000
		x.books(7, 1, n)
		f := x.open(Config{})
		at := x.poll(f).Head
		x.log(x.db, "authors", "U", 7)
		began, top, base := time.Now(), uint64(0), heap()
		steps := 0
		for ; ; steps++ {
			worked, err := f.Relay(x.ctx())
			x.check(err)
			if !worked {
				break
			}
			top = max(top, heap())
		}
		t.Logf("%d steps took %v and %d KB at most", steps, time.Since(began), (int64(top)-int64(base))>>10)
		if steps != n/defaultChunk {
			t.Errorf("it took %d steps", steps)
		}
		if grown := int64(top) - int64(base); grown > 4<<20 {
			t.Errorf("the heap grew by %d KB", grown>>10)
		}
		seen := map[string]bool{}
		for {
			page, err := f.Read(x.ctx(), at, 10_000)
			x.check(err)
			for _, e := range page.Events {
				seen[text(e)] = true
			}
			if at = page.To; !page.More {
				break
			}
		}
		for id := 1; id <= n; id++ {
			if !seen[fmt.Sprint("books ", id)] {
				t.Fatalf("book %d is not in the feed", id)
			}
		}
	})
}

// TestFanOutIsReadAhead holds that an expansion does not search for its documents anew for each chunk: those that
// were read ahead are told though no query would find them any more.
func TestFanOutIsReadAhead(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		const n = 100
		x.books(7, 1, n)
		for _, test := range []struct{ ahead, told int }{
			{0, n},             // what is usual
			{60, 10 + 10 + 12}, // the chunks of both steps, and twelve keys of five bytes in JSON
			{1 << 20, n},
		} {
			f := x.open(Config{Chunk: 10, Ahead: test.ahead})
			x.drain(f)
			at := x.poll(f).Head
			x.exec(`UPDATE "books" SET "author_id" = 7`)
			x.log(x.db, "authors", "U", 7)
			for range 2 {
				worked, err := f.Relay(x.ctx())
				x.check(err)
				if !worked {
					t.Fatal("nothing was done")
				}
			}
			x.exec(`UPDATE "books" SET "author_id" = 8`)
			x.drain(f)
			got, _ := x.read(f, at)
			if len(got) != test.told {
				t.Errorf("reading %d bytes ahead, %d documents are told, want %d: %v", test.ahead, len(got), test.told, got)
			}
		}
	})
}

// TestFanOutInParts holds that an expansion which is read ahead in several parts tells every document, once.
func TestFanOutInParts(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		const n = 250
		x.books(7, 1, n)
		var want []string
		for id := 1; id <= n; id++ {
			want = append(want, fmt.Sprint("books ", id))
		}
		for _, ahead := range []int{1, 50, 200, 1000} {
			f := x.open(Config{Chunk: 10, Ahead: ahead})
			x.drain(f)
			at := x.poll(f).Head
			x.log(x.db, "authors", "U", 7)
			x.drain(f)
			x.want(f, at, slices.Clone(want)...)
		}
	})
}

// heap is what is in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
