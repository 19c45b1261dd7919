package relay

import (
	"fmt"
	"runtime"
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

// heap is what is in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
