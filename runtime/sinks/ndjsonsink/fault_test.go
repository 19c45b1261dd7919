package ndjsonsink_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/ndjsonsink"
)

// stubborn tries again what failed by a short write.
type stubborn struct{ *ndjsonsink.Sink }

func (s *stubborn) Put(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	return again(func() error { return s.Sink.Put(ctx, target, documents) })
}

func (s *stubborn) Delete(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	return again(func() error { return s.Sink.Delete(ctx, target, documents) })
}

func again(call func() error) error {
	err := call()
	for range 50 {
		if !errors.Is(err, io.ErrShortWrite) {
			break
		}
		err = call()
	}
	return err
}

var books = &denorm.SinkTarget{Collection: "books", Fields: []string{"a"}}

func documents(seq uint64, body string, keys ...string) []denorm.SinkDocument {
	var list []denorm.SinkDocument
	for _, key := range keys {
		list = append(list, denorm.SinkDocument{Key: key, Version: denorm.Version{Epoch: 1, Seq: seq}, Body: []byte(body)})
	}
	return list
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantText(t *testing.T, got []byte, want ...string) {
	t.Helper()
	if all := strings.Join(want, "\n") + "\n"; string(got) != all {
		t.Errorf("written is\n%swant\n%s", got, all)
	}
}

const (
	line1 = `{"collection":"books","key":"1","epoch":1,"seq":7,"document":{"a":"<é&>"}}`
	line2 = `{"collection":"books","key":"2","epoch":1,"seq":7,"document":{"a":"<é&>"}}`
	gone1 = `{"collection":"books","key":"1","epoch":1,"seq":9,"document":null}`
)

// TestLines has bodies on several lines, and some that are no JSON.
func TestLines(t *testing.T) {
	w := &memory{}
	sink := ndjsonsink.New(w)
	must(t, sink.Put(t.Context(), books, documents(7, "{\n\t\"a\": \"<é&>\"\r\n}", "1")))
	must(t, sink.Delete(t.Context(), books, documents(9, "left out", "1")))
	wantText(t, w.text(), line1, gone1)
	list := append(documents(7, `{"a":"<é&>"}`, "\xff", "2"), documents(7, `{"a":`, "cut")...)
	err := sink.Put(t.Context(), books, list)
	single := new(denorm.SinkError)
	if !errors.As(err, &single) || len(single.Documents) != 2 || single.Documents["\xff"] == nil || single.Documents["cut"] == nil {
		t.Errorf("the error is %v, want that of two documents", err)
	}
	wantText(t, w.text(), line1, gone1, line2)
	if w.writes != 3 {
		t.Errorf("there were %d writes, want one for each batch", w.writes)
	}
}

// failing takes so many bytes of each write, and fails where that is not all.
type failing struct {
	memory
	takes []int
}

func (f *failing) Write(p []byte) (int, error) {
	if len(f.takes) == 0 {
		return f.memory.Write(p)
	}
	take := f.takes[0]
	f.takes = f.takes[1:]
	n, _ := f.memory.Write(p[:min(take, len(p))])
	return n, errors.New("the disk is full")
}

// TestShortWrites breaks writes off at every byte, also that of the line that was broken off before.
func TestShortWrites(t *testing.T) {
	for at := range len(line1) + len(line2) + 3 {
		for then := range 4 {
			w := &failing{takes: []int{at, then}}
			sink := ndjsonsink.New(w)
			for n := 0; sink.Put(t.Context(), books, documents(7, `{"a":"<é&>"}`, "1", "2")) != nil; n++ {
				if n > 2 {
					t.Fatalf("at %d, %d: it goes on failing", at, then)
				}
			}
			all := strings.Split(strings.TrimSuffix(string(w.text()), "\n"), "\n")
			for _, one := range all {
				if one != line1 && one != line2 {
					t.Fatalf("at %d, %d: a line is %q", at, then, one)
				}
			}
			if len(all) < 2 || all[len(all)-1] != line2 {
				t.Fatalf("at %d, %d: written is %q", at, then, all)
			}
		}
	}
}

// TestTornLine opens files as a crash may have left them, or tears the line while the file is open.
func TestTornLine(t *testing.T) {
	long := `{"collection":"books","key":"` + strings.Repeat("x", 200_000)
	for name, torn := range map[string]string{
		"nothing": "", "one byte": "{", "half a line": line2[:30], "all but the newline": line2, "a long part": long, "zeros": "\x00\x00\x00",
	} {
		for _, before := range []string{"", line1 + "\n", line1 + "\n" + gone1 + "\n"} {
			path := filepath.Join(t.TempDir(), "lines")
			must(t, os.WriteFile(path, []byte(before+torn), 0o600))
			sink := open(t, path)
			if got := string(read(t, path)); got != before {
				t.Fatalf("%s: the file holds %q after it was opened, want %q", name, got, before)
			}
			must(t, os.WriteFile(path, []byte(before+torn), 0o600))
			must(t, sink.Put(t.Context(), books, documents(7, `{"a":"<é&>"}`, "2")))
			if got := string(read(t, path)); got != before+line2+"\n" {
				t.Fatalf("%s: the file holds %q after a write", name, got)
			}
		}
	}
}

// TestForeignFile must not harm what is not its own.
func TestForeignFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes")
	must(t, os.WriteFile(path, []byte("first line\nlast line"), 0o600))
	if _, err := ndjsonsink.Open(path); err == nil {
		t.Error("another file was opened")
	}
	if got := string(read(t, path)); got != "first line\nlast line" {
		t.Errorf("it holds %q now", got)
	}
	if _, err := ndjsonsink.Open(filepath.Dir(path)); err == nil {
		t.Error("a folder was opened")
	}
}

func TestModeOfFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lines")
	open(t, path)
	info, err := os.Stat(path)
	must(t, err)
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		t.Errorf("the mode is %v", mode)
	}
}

// TestSharedFile has two sinks append to one file, as two processes would.
func TestSharedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lines")
	var running sync.WaitGroup
	const writers, batches = 4, 50
	for range writers {
		sink := open(t, path, ndjsonsink.NoSync())
		running.Go(func() {
			for range batches {
				if err := sink.Put(t.Context(), books, documents(7, `{"a":"`+strings.Repeat("x", 5000)+`"}`, "1", "2")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	text := read(t, path)
	(&folded{documents: map[[2]string]parsed{}}).add(t, text)
	if n := strings.Count(string(text), "\n"); n != 2*writers*batches {
		t.Errorf("there are %d lines, want %d", n, 2*writers*batches)
	}
}

// TestBlockedPipe has nobody read for a while: calls end with their contexts, and lines are whole in the end.
func TestBlockedPipe(t *testing.T) {
	reader, writer, err := os.Pipe()
	must(t, err)
	defer reader.Close()
	sink := ndjsonsink.New(writer)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- sink.Put(ctx, books, documents(7, `{"a":"`+strings.Repeat("x", 1<<20)+`"}`, "large")) }()
	first := make([]byte, 1)
	_, err = reader.Read(first) // it is under way
	must(t, err)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want the context's", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := sink.Put(ctx, books, documents(7, `{}`, "waits")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v, want the context's", err)
	}
	must(t, sink.Put(t.Context(), books, nil))
	text := make(chan []byte, 1)
	go func() {
		all, _ := io.ReadAll(reader) // what is missing shows below
		text <- append(first, all...)
	}()
	must(t, sink.Put(t.Context(), books, documents(8, `{}`, "later")))
	must(t, sink.Close())
	must(t, writer.Close())
	all := &folded{documents: map[[2]string]parsed{}}
	all.add(t, <-text)
	if len(all.documents) != 2 || all.documents[[2]string{"books", "later"}].Seq != 8 || len(all.documents[[2]string{"books", "large"}].Document) < 1<<20 {
		t.Errorf("%d documents were read", len(all.documents))
	}
}

func TestClose(t *testing.T) {
	file := open(t, filepath.Join(t.TempDir(), "lines"))
	reader, writer := io.Pipe() // blocks, for nobody reads
	pipe := ndjsonsink.New(writer)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := pipe.Put(ctx, books, documents(7, `{}`, "1")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
	for _, sink := range []*ndjsonsink.Sink{file, pipe} {
		for range 2 {
			must(t, sink.Close())
		}
		if err := sink.Put(t.Context(), books, documents(7, `{}`, "1")); !errors.Is(err, os.ErrClosed) {
			t.Errorf("the error is %v, want os.ErrClosed", err)
		}
	}
	must(t, reader.Close())
}
