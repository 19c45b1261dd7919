package denorm_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/memorysink"
	"github.com/denormgen/denormgen/runtime/wire"
)

// moodyNote is what an older release made of a note.
type moodyNote struct {
	Code string `json:"code"`
	Body string `json:"body"`
	Mood string `json:"mood"`
}

// moodyDefinition is that of the older release.
func moodyDefinition() *denorm.Definition[string, moodyNote] {
	now := notesDefinition("old")
	return &denorm.Definition[string, moodyNote]{
		Name: now.Name, Shape: now.Shape, Table: now.Table, Columns: now.Columns, Key: now.Key, Dialects: now.Dialects,
		Loaders: now.Loaders, Queries: now.Queries,
		Load: func(batch *denorm.Batch) *denorm.Level[string, moodyNote] {
			return denorm.LoadRoots(batch, func(row denorm.Row) string { return row.Text(0) },
				func(row denorm.Row, doc *moodyNote) { doc.Code, doc.Body, doc.Mood = row.Text(0), row.Text(1), "moody" })
		},
		Encode: func(e *wire.Encoder, doc *moodyNote) {
			e.Text(doc.Code)
			e.Text(doc.Body)
		},
		Decode:     func(d *wire.Decoder, doc *moodyNote) { doc.Code, doc.Body, doc.Mood = d.Text(), d.Text(), "moody" },
		AppendJSON: appendJSON[moodyNote],
	}
}

// noteSinks are releases of a program that keeps its notes in a sink.
type noteSinks struct {
	*world
	sink   denorm.Sink
	inside *memorysink.Sink
}

// sinkProgram is a process of one of the releases.
type sinkProgram struct {
	*testing.T
	*denorm.Engine
}

func newNoteSinks(t *testing.T, sink denorm.Sink, inside *memorysink.Sink) *noteSinks {
	t.Helper()
	return &noteSinks{newNotes(t), sink, inside}
}

func (s *noteSinks) program(register func(*denorm.Engine)) *sinkProgram {
	s.Helper()
	p := &sinkProgram{s.T, open(s, s.db, denorm.WithSink("store", s.sink))}
	register(p.Engine)
	if err := p.Install(s.Context()); err != nil {
		s.Fatal(err)
	}
	return p
}

func (s *noteSinks) old() *sinkProgram {
	return s.program(func(e *denorm.Engine) { denorm.Register(e, moodyDefinition()) })
}

func (s *noteSinks) fresh() *sinkProgram {
	return s.program(func(e *denorm.Engine) { denorm.Register(e, notesDefinition("new")) })
}

func (p *sinkProgram) drain() {
	p.Helper()
	if err := p.Drain(p.Context()); err != nil {
		p.Fatal(err)
	}
}

// served tells whether readers of the store find documents of the program's release.
func (p *sinkProgram) served() bool {
	p.Helper()
	status, err := p.Status(p.Context())
	if err != nil {
		p.Fatal(err)
	}
	return status.Sinks[0].Served
}

// wantNotes compares what readers of the store find of all notes.
func (s *noteSinks) wantNotes(want map[string]string) {
	s.Helper()
	for code, want := range want {
		text, err := s.inside.Read("notes", code)
		if err != nil {
			s.Fatal(err)
		}
		if string(text) != want {
			s.Errorf("the note %s is %s in the store, want %s", code, text, want)
		}
	}
	if n := s.inside.Len("notes"); n != len(want) {
		s.Errorf("there are %d notes in the store, want %d", n, len(want))
	}
}

// silence makes it long ago that anybody held a sink, or one shape's part of it.
func (s *noteSinks) silence(shape string, d time.Duration) {
	s.Helper()
	side, err := sql.Open(sqliteName, sqliteDSN(s.path+"-denorm"))
	if err != nil {
		s.Fatal(err)
	}
	defer side.Close()
	if _, err := side.ExecContext(s.Context(), `UPDATE denorm_holds SET until = until - ? WHERE name LIKE '%' || ?`, d.Milliseconds(), shape); err != nil {
		s.Fatal(err)
	}
}

func oldNotes() map[string]string {
	return map[string]string{"abc": `{"body":"first","code":"abc","mood":"moody"}`, "other": `{"body":"other","code":"other","mood":"moody"}`}
}

func newerNotes() map[string]string {
	return map[string]string{"abc": `{"body":"first","code":"abc"}`, "other": `{"body":"other","code":"other"}`}
}

// TestNewReleaseTakesSinkOver has documents of a newer release replace those of the older one, with nothing left of
// them, and come back when the newer one is gone.
func TestNewReleaseTakesSinkOver(t *testing.T) {
	sink := memorysink.New()
	s := newNoteSinks(t, sink, sink)
	old := s.old()
	old.drain()
	s.wantNotes(oldNotes())
	fresh := s.fresh()
	if err := fresh.Sync(t.Context(), "store"); err != nil {
		t.Fatal(err)
	}
	s.wantNotes(newerNotes())
	if old.served() || !fresh.served() {
		t.Errorf("served are the old documents: %v, and the new ones: %v", old.served(), fresh.served())
	}
	if err := old.Sync(t.Context(), "store"); err == nil || !strings.Contains(err.Error(), "another release") {
		t.Errorf("a sync by the older release: %v", err)
	}
	// The older one still believes that it serves the sink.
	s.exec(`UPDATE notes SET body = 'second' WHERE code = 'abc'`)
	both := make(chan error, 1)
	go func() { both <- old.Drain(t.Context()) }()
	fresh.drain()
	if err := <-both; err != nil {
		t.Error(err)
	}
	want := newerNotes()
	want["abc"] = `{"body":"second","code":"abc"}`
	s.wantNotes(want)
	if err := fresh.Close(); err != nil {
		t.Error(err)
	}
	s.silence("", 59*time.Second)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := old.Sync(ctx, "store"); err == nil {
		t.Error("the older release comes back within a minute")
	}
	s.silence("", time.Minute)
	old.drain()
	want = oldNotes()
	want["abc"] = `{"body":"second","code":"abc","mood":"moody"}`
	s.wantNotes(want)
}

// TestLateWriteOfOldRelease holds a write of an older release back until the newer one has filled the sink.
func TestLateWriteOfOldRelease(t *testing.T) {
	sink := memorysink.New()
	slow := &slowSink{Sink: sink}
	s := newNoteSinks(t, slow, sink)
	old := s.old()
	old.drain()
	slow.wait, slow.reached = make(chan struct{}), make(chan struct{})
	s.exec(`UPDATE notes SET body = 'second' WHERE code = 'abc'`)
	drained := make(chan error, 1)
	go func() { drained <- old.Drain(t.Context()) }()
	<-slow.reached
	s.sink = sink
	fresh := s.fresh()
	if err := fresh.Sync(t.Context(), "store"); err != nil {
		t.Fatal(err)
	}
	close(slow.wait)
	if err := <-drained; err != nil {
		t.Error(err)
	}
	want := newerNotes()
	want["abc"] = `{"body":"second","code":"abc"}`
	s.wantNotes(want)
}

// slowSink holds its first Put back, once it is told to.
type slowSink struct {
	*memorysink.Sink
	reached, wait chan struct{}
}

func (s *slowSink) Put(ctx context.Context, target *denorm.SinkTarget, documents []denorm.SinkDocument) error {
	if s.reached != nil {
		close(s.reached)
		<-s.wait
		s.reached = nil
	}
	return s.Sink.Put(ctx, target, documents)
}

// TestShapesBesideEachOther has readers of the store find documents of the older release until those of the newer one
// are complete.
func TestShapesBesideEachOther(t *testing.T) {
	sink := memorysink.NewSwapping()
	s := newNoteSinks(t, sink, sink.Sink)
	old := s.old()
	old.drain()
	s.wantNotes(oldNotes())
	sink.SetField("notes", "abc", "rank", json.RawMessage("7"))
	ranked := func(notes map[string]string) map[string]string {
		notes["abc"] = strings.Replace(notes["abc"], "}", `,"rank":7}`, 1)
		return notes
	}
	fresh := s.fresh()
	seen := 0
	err := fresh.Sync(t.Context(), "store", denorm.SyncReports(func(denorm.SyncProgress) {
		seen++
		s.wantNotes(ranked(oldNotes()))
	}))
	if err != nil || seen == 0 {
		t.Fatalf("the sync reported %d times: %v", seen, err)
	}
	fresh.drain()
	s.wantNotes(ranked(newerNotes()))
	if old.served() || !fresh.served() {
		t.Errorf("served are the old documents: %v, and the new ones: %v", old.served(), fresh.served())
	}
	// Each goes on with its own.
	s.exec(`DELETE FROM notes WHERE code = 'other'`)
	old.drain()
	fresh.drain()
	want := ranked(newerNotes())
	delete(want, "other")
	s.wantNotes(want)
	if err := fresh.Close(); err != nil {
		t.Error(err)
	}
	s.silence("@new", time.Minute)
	before := old.Stats().SinkPuts
	old.drain()
	want = ranked(oldNotes())
	delete(want, "other")
	s.wantNotes(want)
	if puts := old.Stats().SinkPuts - before; puts > 0 {
		t.Errorf("%d documents were written again that were complete", puts)
	}
	s.silence("@new", time.Hour)
	old.drain()
	target := &denorm.SinkTarget{Collection: "notes", Shape: "new"}
	if left, err := sink.Keys(t.Context(), target, "", 1); err != nil || len(left) > 0 {
		t.Errorf("of the newer release %+v is left after an hour, %v", left, err)
	}
	again := s.fresh()
	again.drain()
	if left, err := sink.Keys(t.Context(), target, "", 1); err != nil || len(left) != 1 || again.served() {
		t.Errorf("when the newer release comes back, it has %+v, and is served: %v, %v", left, again.served(), err)
	}
}

// TestShapesThatCannotBeServed goes on with the older documents while the store cannot serve the newer ones.
func TestShapesThatCannotBeServed(t *testing.T) {
	sink := &stubborn{Swapping: memorysink.NewSwapping()}
	s := newNoteSinks(t, sink, sink.Sink)
	old := s.old()
	old.drain()
	sink.refuse = errors.New("not today")
	fresh := s.fresh()
	if err := fresh.Sync(t.Context(), "store"); !errors.Is(err, sink.refuse) {
		t.Errorf("the sync returned %v", err)
	}
	s.wantNotes(oldNotes())
	sink.refuse = nil
	if err := fresh.Tx(t.Context(), func(*sqlx.Tx) error { return nil }); err != nil {
		t.Error(err)
	}
	fresh.drain()
	s.wantNotes(newerNotes())
}

type stubborn struct {
	*memorysink.Swapping
	refuse error
}

func (s *stubborn) Serve(ctx context.Context, before, target *denorm.SinkTarget) error {
	if s.refuse != nil {
		return s.refuse
	}
	return s.Swapping.Serve(ctx, before, target)
}
