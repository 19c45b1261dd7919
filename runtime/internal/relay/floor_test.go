package relay

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/testservers"
)

// TestFloor holds that scans begin above what was claimed, under a long snapshot too, and never above what a
// running writer may have logged.
func TestFloor(t *testing.T) {
	onServers(t, func(t *testing.T, x *fixture) {
		store := x.feed.store.(*serverStore)
		reader, err := x.db.BeginTx(x.ctx(), &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
		x.check(err)
		defer reader.Rollback()
		_, err = readNumber(x.ctx(), reader, `SELECT COUNT(*) FROM books`)
		x.check(err)
		cycle := func() {
			store.lookAgain()
			x.log(x.db, "books", "I", 1)
			x.poll(x.feed)
			x.drain(x.feed)
			x.poll(x.feed)
		}
		x.raise(store, 3, cycle)
		writer := x.begin()
		x.log(writer, "books", "I", 2)
		own := x.number(map[sqlDialect]string{
			postgres: `SELECT pg_sequence_last_value('denorm_changes_id_seq')`,
			mysql:    `SELECT auto_increment - 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'denorm_changes'`,
		}[x.dialect])
		for range 6 {
			cycle()
		}
		if at := store.floor.get(); at >= own {
			t.Fatalf("the floor is at %d, a writer at %d", at, own)
		}
		x.check(writer.Commit())
		if p := x.poll(x.feed); p.Oldest != own {
			t.Fatalf("the poll is %+v, want %d", p, own)
		}
		// Now and then scans begin at 0, for a log whose numbers were set back.
		store.floor.mu.Lock()
		store.floor.raised = time.Now().Add(-time.Hour)
		store.floor.mu.Unlock()
		if at := store.floor.get(); at != 0 {
			t.Fatalf("the floor is at %d", at)
		}
		x.raise(store, own, cycle)
	})
}

// lookAgain makes the next claim list the transactions, after the time for which the server keeps its list.
func (s *serverStore) lookAgain() {
	if s.sql != mysql {
		return
	}
	time.Sleep(runningEvery)
	s.running.mu.Lock()
	s.running.next = time.Time{}
	s.running.mu.Unlock()
}

// raise waits until the floor is somewhere, or above.
func (x *fixture) raise(store *serverStore, to int64, cycle func()) {
	x.t.Helper()
	for range 12 {
		if cycle(); store.floor.get() >= to {
			return
		}
	}
	x.t.Fatalf("the floor is at %d, want %d", store.floor.get(), to)
}

// TestFloorNeedsAFreshList holds that a list of transactions which the server made before proves nothing, nor does
// that of one among several servers that write.
func TestFloorNeedsAFreshList(t *testing.T) {
	x := newFixture(t, testservers.MySQL(t))
	store := x.feed.store.(*serverStore)
	x.poll(x.feed)
	const kept = 90 * time.Millisecond // a list, at least
	for took := kept; took >= kept; {
		store.lookAgain()
		store.running.take("", 0)
		tx := x.begin()
		x.log(tx, "books", "I", 1)
		x.number(`SELECT COUNT(trx_query) FROM information_schema.innodb_trx`)
		listed := time.Now()
		x.check(tx.Commit())
		x.drain(x.feed)
		if took = time.Since(listed); took < kept && store.running.below() != 0 {
			t.Errorf("transactions below %d count as ended", store.running.below())
		}
	}
	store.running.take("", 0)
	x.exec(`SET GLOBAL auto_increment_increment = 2`)
	defer x.exec(`SET GLOBAL auto_increment_increment = 1`)
	store.lookAgain()
	x.log(x.db, "books", "I", 1)
	x.drain(x.feed)
	if at := store.running.below(); at != 0 {
		t.Errorf("transactions of one server below %d count as ended", at)
	}
	x.exec(`SET GLOBAL auto_increment_increment = 1`)
	store.lookAgain()
	x.log(x.db, "books", "I", 1)
	x.drain(x.feed)
	if store.running.below() == 0 {
		t.Error("nothing is known")
	}
}

// TestFloorNeedsPROCESS holds that an account without that right relays all the same.
func TestFloorNeedsPROCESS(t *testing.T) {
	x := newFixture(t, testservers.MySQL(t))
	name := fmt.Sprintf("poor%d", time.Now().UnixNano()%1e9)
	x.exec(`CREATE USER '` + name + `'@'%' IDENTIFIED BY 'secret'`)
	t.Cleanup(func() { x.exec(`DROP USER '` + name + `'@'%'`) })
	var database, socket string
	x.check(x.db.QueryRow(`SELECT DATABASE(), @@socket`).Scan(&database, &socket))
	x.exec(`GRANT ALL ON ` + database + `.* TO '` + name + `'@'%'`)
	poor, err := sqlx.Connect("mysql", name+":secret@unix("+socket+")/"+database)
	x.check(err)
	t.Cleanup(func() { poor.Close() })
	all := x.db
	x.db = poor
	f := x.open(Config{})
	x.db = all
	at := x.poll(f).Head
	x.log(x.db, "books", "I", 1)
	x.drain(f)
	x.want(f, at, "books 1")
	if store := f.store.(*serverStore); !store.running.denied {
		t.Error("the list of transactions was not refused")
	}
}
