package relay

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/setting"
	"github.com/denormgen/denormgen/internal/testservers"
)

// TestSchedules lets transactions log changes, commit out of the order of their ids, or roll back, while two
// relays take turns and a watcher holds the watermark's rule to its word. RELAY_SCHEDULES is how often that is done
// on each server, RELAY_SEED where chance begins.
func TestSchedules(t *testing.T) {
	schedules := setting.Number(t, "RELAY_SCHEDULES", 10, 1)
	first := setting.Number(t, "RELAY_SEED", int(time.Now().UnixNano()%1_000_000), 0)
	databases := min(4, 1+schedules/100) // of each server, at a time
	for name, open := range map[string]func(t *testing.T) *sqlx.DB{
		"postgres": func(t *testing.T) *sqlx.DB { return testservers.Postgres(t) },
		"mysql":    func(t *testing.T) *sqlx.DB { return testservers.MySQL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			var seeds atomic.Int64
			done := make([]tally, databases)
			var all sync.WaitGroup
			for n := range databases {
				all.Go(func() {
					t.Run(fmt.Sprint("database ", n+1), func(t *testing.T) {
						x := newFixture(t, open(t))
						for i := seeds.Add(1) - 1; i < int64(schedules); i = seeds.Add(1) - 1 {
							if !x.schedule(t, int64(first)+i, &done[n]) {
								seeds.Store(int64(schedules))
							}
						}
					})
				})
			}
			all.Wait()
			if t.Failed() || t.Skipped() {
				return
			}
			var sum tally
			for _, one := range done {
				sum.add(one)
			}
			t.Logf("from seed %d on: %+v", first, sum)
			if sum.schedules == schedules && (sum.overtaken == 0 || sum.rollbacks == 0 || sum.passed == 0) && schedules >= 10 {
				t.Error("these schedules show nothing")
			}
		})
	}
}

// schedule runs one schedule and tells whether it went well.
func (x *fixture) schedule(t *testing.T, seed int64, done *tally) bool {
	return t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("repeat with RELAY_SEED=%d RELAY_SCHEDULES=1 go test ./runtime/internal/relay -run '^TestSchedules$'", seed)
			}
		})
		s := &schedule{fixture: x.within(t), random: rand.New(rand.NewPCG(uint64(seed), 1)), next: seed * 1000}
		s.relays = []*feed{s.openQuietly(Config{Batch: 3}), s.openQuietly(Config{Batch: 4})}
		s.run()
		s.done.schedules = 1
		done.add(s.done)
	})
}

// tally is what was done.
type tally struct {
	schedules int
	commits   int // with changes
	overtaken int // commits that came after one with a later change
	rollbacks int
	passed    int // earlier polls that the watermark passed
}

func (t *tally) add(other tally) {
	t.schedules += other.schedules
	t.commits += other.commits
	t.overtaken += other.overtaken
	t.rollbacks += other.rollbacks
	t.passed += other.passed
}

type schedule struct {
	*fixture
	random    *rand.Rand
	next      int64 // the last document
	relays    []*feed
	open      []*writer
	committed []string // documents, in the order of commits
	newest    int64    // of these
	// polled is a poll that saw changes, and how many commits came before it.
	polled Poll
	before int
	done   tally
}

type writer struct {
	tx          *sql.Tx
	keys        []string
	first, last int64
}

func (s *schedule) run() {
	at := s.poll(s.relays[0]).Head
	start := at
	for range 60 {
		switch choice := s.random.IntN(10); {
		case choice < 2 && len(s.open) < 5:
			s.open = append(s.open, &writer{tx: s.begin()})
		case choice < 5 && len(s.open) > 0:
			w := s.open[s.random.IntN(len(s.open))]
			s.next++
			s.log(w.tx, "books", "I", s.next)
			w.keys = append(w.keys, fmt.Sprint("books ", s.next))
			w.first, w.last = cmp.Or(w.first, s.next), s.next
		case choice < 7 && len(s.open) > 0:
			s.end(s.random.IntN(len(s.open)), s.random.IntN(5) > 0)
		case choice < 9:
			s.step()
		default:
			s.watch(start)
		}
	}
	for len(s.open) > 0 {
		s.end(0, true)
		s.step()
	}
	for _, f := range s.relays {
		s.drain(f)
	}
	s.want(s.relays[0], start, slices.Clone(s.committed)...)
}

func (s *schedule) end(i int, commit bool) {
	w := s.open[i]
	s.open = slices.Delete(s.open, i, i+1)
	if !commit {
		s.check(w.tx.Rollback())
		s.done.rollbacks++
		return
	}
	s.check(w.tx.Commit())
	s.committed = append(s.committed, w.keys...)
	if len(w.keys) == 0 {
		return
	}
	s.done.commits++
	if w.first < s.newest {
		s.done.overtaken++
	}
	s.newest = max(s.newest, w.last)
}

// step lets one of the relays work.
func (s *schedule) step() {
	f := s.relays[s.random.IntN(2)]
	_, err := f.Relay(s.ctx())
	s.check(err)
}

// watch polls; once the watermark has passed an earlier poll, all that was committed before is in the feed.
func (s *schedule) watch(start Position) {
	p := s.poll(s.relays[s.random.IntN(2)])
	if s.before > 0 && (!p.Pending || p.Oldest > s.polled.Newest) {
		got, _ := s.read(s.relays[0], start)
		for _, key := range s.committed[:s.before] {
			if !slices.Contains(got, key) {
				s.t.Fatalf("the watermark passed %s, which is not in the feed", key)
			}
		}
		s.before = 0
		s.done.passed++
	}
	if s.before == 0 {
		s.polled, s.before = p, len(s.committed)
	}
}

// TestOrder holds that what was committed later, and claimed later, has a later number.
func TestOrder(t *testing.T) {
	onServers(t, func(t *testing.T, x *fixture) {
		start := x.poll(x.feed).Head
		first, second, idle := x.begin(), x.begin(), x.begin()
		x.log(idle, "books", "I", 99)
		x.log(first, "books", "I", 1)
		x.log(second, "books", "I", 2)
		x.check(second.Commit())
		x.drain(x.feed)
		for range 3 { // scans begin above what was seen, but never above what may come
			x.poll(x.feed)
			x.log(x.db, "books", "I", 3)
			x.poll(x.feed)
			x.drain(x.feed)
		}
		p := x.poll(x.feed)
		if p.Pending {
			t.Fatalf("an idle transaction holds events back: %+v", p)
		}
		x.check(first.Commit())
		x.drain(x.feed)
		x.check(idle.Commit())
		x.drain(x.feed)
		got, _ := x.read(x.feed, start)
		if want := []string{"books 2", "books 3", "books 3", "books 3", "books 1", "books 99"}; !slices.Equal(got, want) {
			t.Fatalf("the feed is %q, want %q", got, want)
		}
	})
}

// TestOneConnection holds that nothing needs a second connection of the pool.
func TestOneConnection(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		x.db.SetMaxOpenConns(1)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		f := x.open(Config{Chunk: 10})
		x.books(7, 1, 25)
		start := x.poll(f).Head
		for _, op := range []string{"U", "T", "U"} {
			x.log(x.db, "authors", op, 7)
			for {
				worked, err := f.Relay(ctx)
				x.check(err)
				if !worked {
					break
				}
			}
		}
		_, err := f.Read(ctx, Position{Epoch: start.Epoch, Seq: start.Seq, Stamp: 3}, 5)
		x.check(err)
		mark, err := f.Mark(ctx)
		x.check(err)
		tx := x.begin()
		x.log(tx, "authors", "U", 7)
		rows, err := f.Own(ctx, tx, mark)
		x.check(err)
		if x.dialect == sqlite { // the feed is elsewhere: it can be read while a connection is held
			_, err = f.Read(ctx, start, 5)
			x.check(err)
		}
		x.check(tx.Commit())
		_, _, err = f.Resolve(ctx, rows, 10)
		x.check(err)
		x.check(f.Prune(ctx, time.Nanosecond))
		_, err = f.Status(ctx)
		x.check(err)
	})
}

// TestUserTransactions holds that a user's transaction on SQLite which reads, and writes later, is not failed by
// a relay that works meanwhile.
func TestUserTransactions(t *testing.T) {
	onFiles(t, func(t *testing.T, x *fixture) {
		for n := range int64(20) {
			x.log(x.db, "books", "I", n)
			tx := x.begin()
			rows, err := tx.Query(`SELECT COUNT(*) FROM "books"`)
			x.check(err)
			rows.Next()
			x.check(rows.Close())
			x.poll(x.feed)
			x.drain(x.feed)
			x.savePosition(x.feed, x.poll(x.feed).Head)
			x.check(x.feed.Prune(x.ctx(), time.Nanosecond))
			x.on(tx, `INSERT INTO "books" ("id", "title") VALUES (?, 'b')`, n)
			x.drain(x.feed)
			x.check(tx.Commit())
		}
	})
}
