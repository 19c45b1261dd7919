package relay

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/internal/sqlerror"
)

// running tells which transactions of a MySQL or MariaDB server are under way, as PostgreSQL's snapshots do. It
// takes the right PROCESS; without it, nothing is known, and scans of the log begin at 0.
type running struct {
	mu     sync.Mutex
	next   time.Time // when it is looked at again
	denied bool
	server string // the one whose numbers these are
	ended  int64  // all transactions below have ended; 0 for not known
}

const (
	// runningEvery is longer than the server keeps its list, which it does not make anew while it is read more often.
	runningEvery = 150 * time.Millisecond
	// maxRunning is more transactions than one expects, and fewer than the server cuts its list at.
	maxRunning = 2000
)

func (r *running) below() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

// due tells whether it is time to look.
func (r *running) due(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.denied || now.Before(r.next) {
		return false
	}
	r.next = now.Add(runningEvery)
	return true
}

// take records a look and tells whether the server is still the one of before.
func (r *running) take(server string, ended int64) (same bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	same = r.server == server
	r.server, r.ended = server, ended
	return same
}

// look lists the transactions from within one that has locked the state, and so has a number. The server may
// answer with a list that it made before; this one is new if it has the text of this very query in it.
func (r *running) look(ctx context.Context, tx capture.Queryer, floor *floor, mark int64) error {
	if !r.due(time.Now()) {
		return nil
	}
	token := "denorm " + rand.Text()
	var own, least, n, step int64
	var server string
	err := each(ctx, tx, `SELECT CAST(trx_id AS UNSIGNED), COALESCE(trx_query, ''), @@GLOBAL.auto_increment_increment,`+
		` CONCAT(@@hostname, ' ', @@port, ' ', @@server_id), '`+token+`' FROM information_schema.innodb_trx`, nil, func(rows *sql.Rows) error {
		var id uint64
		var query, sent string
		if err := rows.Scan(&id, &query, &step, &server, &sent); err != nil {
			return err
		}
		n++
		if id == 0 || id >= 1<<48 {
			return nil // has written nothing, and gets a greater number if it does
		}
		if strings.Contains(query, sent) {
			own = int64(id)
		}
		if least == 0 || int64(id) < least {
			least = int64(id)
		}
		return nil
	})
	if number, ok := sqlerror.Number(err); ok && (number == 1227 || number == 1142 || number == 1044) {
		r.mu.Lock()
		r.denied = true
		r.mu.Unlock()
		return nil
	}
	if err != nil {
		return fmt.Errorf("list the transactions under way: %w", err)
	}
	// Where several servers write, each hands out some of the numbers of the log, and knows its own transactions only.
	if own == 0 || n >= maxRunning || step != 1 {
		return nil
	}
	if !r.take(server, least) {
		floor.reset()
		return nil
	}
	if mark > 0 {
		floor.bound(mark, own)
	}
	return nil
}
