package coherence

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	denorm "github.com/denormgen/denormgen/runtime"
)

// rolling is a trial whose processes come and go.
type rolling struct {
	*trial
	t      *testing.T
	ctx    context.Context
	seed   uint64
	random *rand.Rand
	redis  string // address of the shared cache, "" for none

	lives           []*life
	started, killed int
	settles         int
	during          reads // while there were writes
	relayed         map[string]*relayed
}

// relayed are the events that a release alone can have relayed: nobody else was there, or nobody else ran.
type relayed struct{ alone, both int64 }

func (r *rolling) relayedBy(of release) *relayed {
	if r.relayed[of.name] == nil {
		r.relayed[of.name] = &relayed{}
	}
	return r.relayed[of.name]
}

// life is a process with its readers, its own connections to the shared cache, and its end.
type life struct {
	*process
	unfollow   func()             // ends following changes
	unread     context.CancelFunc // ends readers
	reading    sync.WaitGroup
	disconnect func() error // from the shared cache
}

const mostProcesses = 2 // of a release

// start starts some processes of a release, which follow changes and are read at once.
func (r *rolling) start(of release) []*life {
	r.t.Helper()
	lives := make([]*life, 1+r.random.IntN(mostProcesses))
	for i := range lives {
		lives[i] = r.live(of)
	}
	return lives
}

func (r *rolling) live(of release) *life {
	r.t.Helper()
	r.started++
	p := &life{disconnect: func() error { return nil }}
	var cache denorm.SharedCache
	if r.redis != "" {
		connected, client, err := redisAt(r.redis)
		if err != nil {
			r.t.Fatal(err)
		}
		cache, p.disconnect = connected, func() error { return errors.Join(connected.Close(), client.Close()) }
	}
	p.process = install(r.t, r.place, of, fmt.Sprintf("%d of the %s release", r.started, of.name), r.tiers.options(cache)...)
	p.unfollow = p.follow(r.t)
	var reading context.Context
	reading, p.unread = context.WithCancel(r.ctx)
	const streams = 100 // below are those of writers
	r.readIn(reading, r.t, &p.reading, p.process, r.seed, streams+readersPerProcess*r.started)
	return p
}

// join counts processes among those that write and are compared.
func (r *rolling) join(lives []*life) {
	for _, p := range lives {
		r.lives = append(r.lives, p)
		r.processes = append(r.processes, p.process)
		r.writers = append(r.writers, r.writer(r.seed, len(r.ended)+len(r.writers)+1, p.process))
	}
}

// end ends the processes of a release: in order, or as if they were killed with all that is under way in them.
func (r *rolling) end(of release) {
	r.t.Helper()
	kill := r.random.IntN(2) == 0
	for _, p := range r.lives {
		if p.release.name != of.name {
			continue
		}
		p.ended.Store(true)
		r.ended = append(r.ended, p.process)
		if kill {
			r.killed++
		}
		if err := p.end(kill); err != nil {
			r.t.Errorf("ending process %s: %v", p.name, err)
		}
	}
	r.lives = slices.DeleteFunc(r.lives, func(p *life) bool { return p.ended.Load() })
	r.processes = slices.DeleteFunc(r.processes, func(p *process) bool { return p.ended.Load() })
	r.writers = slices.DeleteFunc(r.writers, func(w *writer) bool { return w.process != nil && w.process.ended.Load() })
}

// end takes a process's connections away if it is killed, and lets it finish what it does if it is not.
func (p *life) end(kill bool) error {
	p.unread()
	var failed error
	if kill {
		failed = errors.Join(p.db.Close(), p.disconnect())
	}
	p.unfollow()
	p.reading.Wait()
	if kill {
		return failed
	}
	return errors.Join(p.engine.Close(), p.disconnect())
}

// endAll ends what is left.
func (r *rolling) endAll() {
	for _, p := range r.lives {
		p.ended.Store(true)
		if err := p.end(false); err != nil {
			r.t.Errorf("ending process %s: %v", p.name, err)
		}
	}
}
