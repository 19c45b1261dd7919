package coherence

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/redis/go-redis/v9"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/internal/truth/subject"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/pgxpipeline"
	"github.com/denormgen/denormgen/runtime/rediscache"
	"github.com/denormgen/denormgen/runtime/sharedcache/memorycache"
)

// tiers is a way to cache.
type tiers struct {
	name   string
	local  bool
	shared func(t *testing.T) denorm.SharedCache // nil for none
}

// direct tells whether all processes read the shared cache itself.
func (m tiers) direct() bool { return m.shared != nil && !m.local }

func allTiers() []tiers {
	memory := func(*testing.T) denorm.SharedCache { return memorycache.New() }
	return []tiers{
		{"local", true, nil},
		{"memory", false, memory},
		{"local+memory", true, memory},
		{"redis", false, redisCache},
		{"local+redis", true, redisCache},
	}
}

func redisCache(t *testing.T) denorm.SharedCache {
	t.Helper()
	cache, _ := sharedRedis(t)
	return cache
}

// sharedRedis returns a cache in Redis, and its address for other processes.
func sharedRedis(t *testing.T) (cache denorm.SharedCache, address string) {
	t.Helper()
	address = testservers.Redis(t)
	cache, client, err := redisAt(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(cache.Close(), client.Close()); err != nil {
			t.Error(err)
		}
	})
	return cache, address
}

func redisAt(address string) (denorm.SharedCache, *redis.Client, error) {
	client := redis.NewClient(&redis.Options{Addr: address})
	cache, err := rediscache.New(client)
	return cache, client, err
}

// process is an engine with a pool of its own, as another process would have.
type process struct {
	name     string
	release  release
	db       *sqlx.DB
	engine   *denorm.Engine
	subjects []subject.Subject
	library  *subject.Library // nil where the release has none
	ended    atomic.Bool      // by a test that ends processes
}

// release is what a program knows, and under which name of an application.
type release struct {
	name, application string
	subjects          func(*denorm.Engine) []subject.Subject
	library           func(*denorm.Engine) *subject.Library
}

func firstRelease() release {
	return release{name: "first", subjects: subject.All, library: subject.NewLibrary}
}

// options are those of the tiers; the processes of a test share the cache.
func (m tiers) options(cache denorm.SharedCache) []denorm.Option {
	var options []denorm.Option
	if cache != nil {
		options = append(options, denorm.WithSharedCache(cache))
	}
	if !m.local {
		options = append(options, denorm.WithLocalCache(0))
	}
	return options
}

// start makes a process, installs it and lets it run until the end of the test.
func start(t *testing.T, at place, name string, options ...denorm.Option) *process {
	t.Helper()
	p := install(t, at, firstRelease(), name, options...)
	stop := p.follow(t)
	t.Cleanup(func() {
		stop()
		if err := p.engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// install makes a process of a release that does not run yet.
func install(t *testing.T, at place, of release, name string, options ...denorm.Option) *process {
	t.Helper()
	p := &process{name: name, release: of, db: at.connect(t, "")}
	options = append(options, denorm.WithLogger(logger()))
	if name == "two" { // the ways to load are to show the same beside each other
		options = append(options, denorm.WithPipeline(pgxpipeline.New()), denorm.WithDriverRows(1))
	}
	if of.application != "" {
		options = append(options, denorm.WithApplication(of.application))
	}
	var err error
	if p.engine, err = denorm.Open(t.Context(), p.db, options...); err != nil {
		t.Fatal(err)
	}
	p.subjects = of.subjects(p.engine)
	if of.library != nil {
		p.library = of.library(p.engine)
	}
	if err := p.engine.Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// follow lets a process follow changes until the function that it returns is called.
func (p *process) follow(t *testing.T) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := p.engine.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}

// logger keeps warnings of bad data, of which there is much, to itself.
func logger() *slog.Logger {
	if os.Getenv("COHERENCE_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil))
}
