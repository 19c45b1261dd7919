package relay

import (
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"github.com/denormgen/denormgen/runtime/capture"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"), // of the servers' administration
		goleak.IgnoreTopFunction("github.com/go-sql-driver/mysql.(*mysqlConn).startWatcher.func1"),
		goleak.IgnoreAnyFunction("os/exec.(*Cmd).Wait"))
}

func TestChangesBecomeEvents(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		start := x.poll(x.feed)
		if start.Pending || start.Newest != 0 || start.Head.Stamp == 0 {
			t.Fatalf("the first poll is %+v", start)
		}
		x.books(7, 1, 3)
		x.books(8, 4, 1)
		x.log(x.db, "books", "I", 1)
		x.log(x.db, "books", "D", 9)
		x.log(x.db, "authors", "U", 7)
		x.log(x.db, "authors", "U", 7)
		p := x.poll(x.feed)
		if !p.Pending || p.Newest == 0 || p.Oldest == 0 || p.Head != start.Head {
			t.Fatalf("the poll before is %+v", p)
		}
		x.drain(x.feed)
		after := x.poll(x.feed)
		if after.Pending || after.Newest != 0 || after.Head.Seq != start.Head.Seq+4 {
			t.Fatalf("the poll after is %+v", after)
		}
		at := x.want(x.feed, start.Head, "books 1", "books 2", "books 3", "books 9")
		if at != after.Head {
			t.Fatalf("the position is %v, the head %v", at, after.Head)
		}
		x.want(x.feed, Position{}, "books 1", "books 2", "books 3", "books 9")
		if x.drain(x.feed) != 0 {
			t.Fatal("there was more to relay")
		}
		x.log(x.db, "books", "T", 0)
		x.log(x.db, "books", "U", 3)
		x.drain(x.feed)
		x.want(x.feed, at, "books *")
		generations, err := x.feed.Generations(x.ctx())
		x.check(err)
		end := x.poll(x.feed)
		if generations["books"] != end.Head.Seq || end.Everything != end.Head.Seq {
			t.Fatalf("the generations are %v at %+v", generations, end)
		}
	})
}

func TestNothingInstalled(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		for _, text := range x.backend.Undo() {
			x.exec(text)
		}
		fresh := x.feed
		if x.dialect == sqlite {
			x.check(x.feed.store.(*sqliteStore).close())
			fresh = x.open(Config{})
		}
		if _, err := fresh.Relay(x.ctx()); err == nil {
			t.Fatal("a relay without tables went well")
		}
		if _, err := fresh.Poll(x.ctx()); err == nil {
			t.Fatal("a poll without tables went well")
		}
	})
}

func TestBatchesAndFanOut(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		f := x.open(Config{Batch: 3, Chunk: 10})
		start := x.poll(f).Head
		x.books(7, 1, 35)
		x.log(x.db, "authors", "U", 7)
		if worked, err := f.Relay(x.ctx()); !worked || err != nil {
			t.Fatal(worked, err)
		}
		p := x.poll(f)
		if !p.Pending || p.Oldest != 0 || p.Head.Seq != start.Seq+10 {
			t.Fatalf("the poll within an expansion is %+v", p)
		}
		// What is new does not wait for the rest.
		x.log(x.db, "books", "I", 1000)
		for range 2 {
			_, err := f.Relay(x.ctx())
			x.check(err)
		}
		page, err := f.Read(x.ctx(), start, 1000)
		x.check(err)
		found := false
		for _, e := range page.Events {
			found = found || e.Key == "1000"
		}
		if !found {
			t.Fatal("a change waits for an expansion")
		}
		// Another process goes on with it.
		if !x.memory() {
			f = x.open(Config{Batch: 3, Chunk: 10})
		}
		x.drain(f)
		want := []string{"books 1000"}
		for id := 1; id <= 35; id++ {
			want = append(want, fmt.Sprint("books ", id))
		}
		x.want(f, start, want...)
		if p := x.poll(f); p.Pending {
			t.Fatalf("the poll after an expansion is %+v", p)
		}
		if n := x.status(f).Work; n != 0 {
			t.Fatalf("%d expansions are left", n)
		}
	})
}

func (x *fixture) status(f *feed) Status {
	x.t.Helper()
	status, err := f.Status(x.ctx())
	x.check(err)
	return status
}

func TestUnknownLayout(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		start := x.poll(x.feed).Head
		x.drain(x.feed)
		layout := x.layouts["books"]
		layout.ID = "gone"
		x.layouts["books"] = layout
		x.log(x.db, "books", "I", 1)
		x.drain(x.feed)
		x.want(x.feed, start, "books *")
		if status := x.status(x.feed); len(status.Aside) != 1 {
			t.Fatalf("the status is %+v", status)
		}
	})
}

func TestNewPlan(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		start := x.poll(x.feed)
		x.log(x.db, "books", "I", 1)
		x.drain(x.feed)
		x.store(x.plan("cards"))
		x.log(x.db, "books", "I", 2)
		x.drain(x.feed)
		x.want(x.feed, start.Head, "books 1", "books 2", "cards 2")
		x.check(x.feed.PlansChanged(x.ctx()))
		if p := x.poll(x.feed); p.Plans != start.Plans+1 {
			t.Fatalf("the version of plans is %d after %d", p.Plans, start.Plans)
		}
	})
}

func TestOwn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		for range 3 { // raises the floor, and moves the cursor
			x.log(x.db, "books", "I", 1)
			x.poll(x.feed)
			x.drain(x.feed)
			x.poll(x.feed)
		}
		tx := x.begin()
		x.log(tx, "books", "I", 3)
		rows, err := x.feed.Own(x.ctx(), tx, Unmarked)
		x.check(err)
		if len(rows) != 1 {
			t.Fatalf("%d changes are its own", len(rows))
		}
		x.check(tx.Rollback())
		x.log(x.db, "books", "I", 1)
		mark, err := x.feed.Mark(x.ctx())
		x.check(err)
		tx = x.begin()
		x.on(tx, `INSERT INTO "books" ("id", "title", "author_id") VALUES (5, 'new', 7)`)
		x.log(tx, "authors", "U", 7)
		rows, err = x.feed.Own(x.ctx(), tx, mark)
		x.check(err)
		x.check(tx.Commit())
		if x.dialect != mysql && len(rows) != 1 || len(rows) == 0 {
			t.Fatalf("%d changes are its own", len(rows))
		}
		rows = rows[len(rows)-1:]
		list, within, err := x.feed.Resolve(x.ctx(), rows, 10)
		x.check(err)
		if !within || len(list) != 1 || text(list[0]) != "books 5" {
			t.Fatalf("the documents are %v, %v", list, within)
		}
		x.books(7, 100, 50)
		list, within, err = x.feed.Resolve(x.ctx(), rows, 10)
		x.check(err)
		if within || len(list) != 1 || !list[0].All {
			t.Fatalf("the documents are %v, %v", list, within)
		}
		broken := rows[0]
		broken.New = []byte("!")
		if list, _, err = x.feed.Resolve(x.ctx(), []capture.Row{broken}, 10); err != nil || len(list) != 1 || !list[0].All {
			t.Fatalf("a row that is not readable: %v, %v", list, err)
		}
	})
}
