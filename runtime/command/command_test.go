package command_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/example/bookstore/store"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/command"
	"github.com/denormgen/denormgen/runtime/sinks/memorysink"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shop is a bookstore with a sink.
type shop struct {
	*testing.T
	engine   *denorm.Engine
	sink     *memorysink.Sink
	out, err bytes.Buffer
	logged   bytes.Buffer
}

func newShop(t *testing.T) *shop {
	t.Helper()
	db, err := store.Create(t.Context(), filepath.Join(t.TempDir(), "bookstore.db"))
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{T: t, sink: memorysink.New()}
	quiet := slog.New(slog.DiscardHandler)
	s.engine, err = denorm.Open(t.Context(), db, denorm.WithLogger(quiet), denorm.WithSink("stock", s.sink, denorm.SinkCollections("books")))
	if err != nil {
		t.Fatal(err)
	}
	models.NewBooks(s.engine)
	t.Cleanup(func() {
		if err := errors.Join(s.engine.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// run runs a command line and returns what it printed.
func (s *shop) run(args ...string) (string, error) {
	s.Helper()
	s.out.Reset()
	s.err.Reset()
	logger := slog.New(slog.NewTextHandler(&s.logged, nil))
	err := command.Run(s.Context(), s.engine, args, command.Name("shop"), command.Output(&s.out, &s.err), command.Logger(logger))
	return s.out.String(), err
}

// want runs a command line that succeeds and prints some texts.
func (s *shop) want(args []string, texts ...string) {
	s.Helper()
	out, err := s.run(args...)
	if err != nil {
		s.Errorf("%v: %v", args, err)
	}
	for _, text := range texts {
		if !strings.Contains(out, text) {
			s.Errorf("%v printed\n%s\nand not %q", args, out, text)
		}
	}
}

func TestCommands(t *testing.T) {
	s := newShop(t)
	if out, err := s.run("doctor"); !errors.Is(err, command.ErrFound) || !strings.Contains(out, "bypassed: ") {
		t.Errorf("doctor before install: %v\n%s", err, out)
	}
	s.want([]string{"install"})
	s.want([]string{"status"}, "feed", "SINK", "stock", "books", "due")
	s.want([]string{"sync", "stock"}, "stock: 4 documents of books written, 0 removed")
	if !strings.Contains(s.logged.String(), "collection=books") {
		t.Errorf("no progress was logged: %s", s.logged.String())
	}
	s.want([]string{"sync", "stock", "books", "--rate", "1000"}, "written")
	s.want([]string{"status"}, "done")
	s.want([]string{"verify", "--wait", "100ms"}, "STORE", "local cache", "shared cache", "there is no such cache", "stock")
	s.sink.SetField("books", "1", "title", json.RawMessage(`"another"`))
	out, err := s.run("verify", "books", "--store", "stock", "--wait", "100ms")
	if !errors.Is(err, command.ErrFound) || !strings.Contains(out, "stock: books 1 differs at $.title") {
		t.Errorf("verify of a wrong document: %v\n%s", err, out)
	}
	out, err = s.run("verify", "--sample", "100", "--wait", "100ms", "--json")
	var found denorm.Verification
	if !errors.Is(err, command.ErrFound) || json.Unmarshal([]byte(out), &found) != nil || found.Differing() != 1 {
		t.Errorf("verify as JSON: %v\n%s", err, out)
	}
	s.want([]string{"requeue", "stock"}, "0 documents")
	s.want([]string{"doctor"}, "Run")
	s.want([]string{"doctor", "--json"}, `"Severity"`)
	s.want([]string{"status", "--json"}, `"Collection": "books"`)
}

// TestAside shows a document that the sink refuses, and has it tried again.
func TestAside(t *testing.T) {
	s := newShop(t)
	s.sink.SetRefuse(func(key string) error {
		if key == "2" {
			return errors.New("no twos")
		}
		return nil
	})
	s.want([]string{"sync", "stock"}, "written")
	s.want([]string{"status"}, "stock: books 2 was tried 1 times", "no twos")
	s.want([]string{"requeue", "stock", "books"}, "1 documents")
}

func TestMistakes(t *testing.T) {
	s := newShop(t)
	for _, test := range []struct {
		args []string
		is   error
		want string
	}{
		{nil, command.ErrUsage, "status"},
		{[]string{"stats"}, command.ErrUsage, "status"},
		{[]string{"sync"}, denorm.ErrValue, "there is stock"},
		{[]string{"sync", "stok"}, denorm.ErrValue, "there is stock"},
		{[]string{"sync", "stock", "boks"}, denorm.ErrValue, "there is books"},
		{[]string{"sync", "stock", "--rate", "fast"}, command.ErrUsage, "rate"},
		{[]string{"requeue"}, denorm.ErrValue, "there is stock"},
		{[]string{"verify", "boks"}, denorm.ErrValue, "there is books"},
		{[]string{"verify", "--store", "stok"}, denorm.ErrValue, "stock"},
	} {
		if _, err := s.run(test.args...); !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want %v with %q", test.args, err, test.is, test.want)
		}
	}
	s.want([]string{"--help"}, "status", "sync", "verify", "requeue", "doctor", "install")
	s.want([]string{"sync", "--help"}, "Usage: shop sync")
}
