package workloads

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/sinks/memcachedsink"
	"github.com/denormgen/denormgen/runtime/sinks/ndjsonsink"
	"github.com/denormgen/denormgen/runtime/sinks/redissink"
	"github.com/denormgen/denormgen/runtime/sinks/sqlsink"
)

// ready is a document that a store's own writer gets.
type ready struct {
	id   int64
	body []byte
}

// kept is a store, as a sink and as its own client writes to it in bulk.
type kept struct {
	name string
	most int // documents that the server can be asked to hold, 0 for any number
	sink denorm.Sink
	// clear empties it, and makes what bulk needs.
	clear func(ctx context.Context) error
	// bulk writes some documents that are not there; end tells that they were the last.
	bulk func(ctx context.Context, documents []ready, end bool) error
}

// stores are those that sinks write to.
func stores() map[string]func(b *testing.B) kept {
	return map[string]func(b *testing.B) kept{
		"sqlite":    func(b *testing.B) kept { return table(b, testservers.SQLite(b, testservers.Pure)) },
		"postgres":  func(b *testing.B) kept { return table(b, testservers.Postgres(b)) },
		"mysql":     func(b *testing.B) kept { return table(b, testservers.MySQL(b)) },
		"redis":     inRedis,
		"memcached": inMemcached,
		"file":      inFile,
		"mongo":     inMongo,
		"nats":      inNATS,
		"search":    inSearch,
	}
}

func must[T any](b *testing.B) func(T, error) T {
	return func(value T, err error) T {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
		return value
	}
}

// table writes to a plain table by COPY, or by an INSERT of many rows.
func table(b *testing.B, db *sqlx.DB) kept {
	k := kept{sink: must[*sqlsink.Sink](b)(sqlsink.New(db))}
	document := map[string]string{"pgx": "JSONB", "mysql": "JSON"}[db.DriverName()]
	if document == "" {
		document = "TEXT"
	}
	k.clear = func(ctx context.Context) error {
		_, err := db.ExecContext(ctx, "DROP TABLE IF EXISTS plain")
		if err == nil {
			_, err = db.ExecContext(ctx, "CREATE TABLE plain (id BIGINT PRIMARY KEY, document "+document+" NOT NULL)")
		}
		if err != nil {
			return err
		}
		return errors.Join(emptied(ctx, db))
	}
	k.bulk = func(ctx context.Context, documents []ready, _ bool) error {
		if len(documents) == 0 {
			return nil
		}
		if db.DriverName() == "pgx" {
			return copyIn(ctx, db, documents)
		}
		var args []any
		for _, one := range documents {
			args = append(args, one.id, string(one.body))
		}
		_, err := db.ExecContext(ctx, "INSERT INTO plain VALUES "+strings.TrimSuffix(strings.Repeat("(?, ?), ", len(documents)), ", "), args...)
		return err
	}
	return k
}

// emptied empties the sink's tables.
func emptied(ctx context.Context, db *sqlx.DB) error {
	query := map[string]string{
		"pgx":   "SELECT tablename FROM pg_tables WHERE tablename LIKE 'doc\\_%'",
		"mysql": "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name LIKE 'doc\\_%'",
	}[db.DriverName()]
	if query == "" {
		query = `SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'doc\_%' ESCAPE '\'`
	}
	var names []string
	if err := db.SelectContext(ctx, &names, query); err != nil {
		return err
	}
	for _, name := range names {
		if _, err := db.ExecContext(ctx, "DELETE FROM "+name); err != nil {
			return err
		}
	}
	return nil
}

func copyIn(ctx context.Context, db *sqlx.DB, documents []ready) error {
	conn, err := db.Connx(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(raw any) error {
		_, err := raw.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{"plain"}, []string{"id", "document"},
			pgx.CopyFromSlice(len(documents), func(i int) ([]any, error) { return []any{documents[i].id, string(documents[i].body)}, nil }))
		return err
	})
}

// inRedis writes by a pipeline.
func inRedis(b *testing.B) kept {
	client := redis.NewClient(&redis.Options{Addr: testservers.Redis(b)})
	b.Cleanup(func() { _ = client.Close() })
	return kept{
		sink:  must[*redissink.Sink](b)(redissink.New(client)),
		clear: func(ctx context.Context) error { return client.FlushAll(ctx).Err() },
		bulk: func(ctx context.Context, documents []ready, _ bool) error {
			_, err := client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
				for _, one := range documents {
					pipe.Set(ctx, "book:"+strconv.FormatInt(one.id, 10), one.body, 0)
				}
				return nil
			})
			return err
		},
	}
}

// inMemcached writes by some connections at once, for its client cannot do more.
func inMemcached(b *testing.B) kept {
	const connections = 16
	client := memcache.New(testservers.Memcached(b))
	client.MaxIdleConns = connections
	b.Cleanup(func() { _ = client.Close() })
	return kept{
		sink:  must[*memcachedsink.Sink](b)(memcachedsink.New(client)),
		clear: func(context.Context) error { return client.FlushAll() },
		bulk: func(_ context.Context, documents []ready, _ bool) error {
			var group errgroup.Group
			group.SetLimit(connections)
			for _, one := range documents {
				group.Go(func() error {
					return client.Set(&memcache.Item{Key: "book:" + strconv.FormatInt(one.id, 10), Value: one.body})
				})
			}
			return group.Wait()
		},
	}
}

// inFile writes through a buffer, and waits for the disk at the end.
func inFile(b *testing.B) kept {
	dir := b.TempDir()
	path := filepath.Join(dir, "books.ndjson")
	sink := must[*ndjsonsink.Sink](b)(ndjsonsink.Open(path))
	b.Cleanup(func() { _ = sink.Close() })
	var file *os.File
	var buffer *bufio.Writer
	n := 0
	return kept{
		sink: sink,
		clear: func(context.Context) (err error) {
			n++
			file, err = os.Create(filepath.Join(dir, fmt.Sprint("plain", n)))
			buffer = bufio.NewWriterSize(file, 1<<20)
			return errors.Join(err, os.Truncate(path, 0))
		},
		bulk: func(_ context.Context, documents []ready, end bool) error {
			var err error
			for _, one := range documents {
				_, failed := buffer.Write(append(one.body, '\n'))
				err = errors.Join(err, failed)
			}
			if end {
				err = errors.Join(err, buffer.Flush(), file.Sync(), file.Close())
			}
			return err
		},
	}
}
