// Package harness loads the documents of every scenario and checks what must hold for all of them.
package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/pgxpipeline"
	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite"
)

// accessor is what every generated collection has.
type accessor[K comparable, D any] interface {
	Get(context.Context, K) (*D, error)
	GetMany(context.Context, []K) ([]*D, error)
	GetJSON(context.Context, K) ([]byte, denorm.Version, error)
	All(context.Context, ...denorm.PageOption) iter.Seq2[*D, error]
	Page(context.Context, int, ...denorm.PageOption) (denorm.Page[K, D], error)
	Count(context.Context, int) (int, error)
	Load(context.Context, denorm.Queryer, ...K) ([]*D, error)
}

// cloner is what every generated document has.
type cloner[D any] interface {
	*D
	Clone() *D
}

// Collection loads one collection as JSON.
type Collection struct {
	name string
	load func(ctx context.Context, engine *denorm.Engine, db *sqlx.DB) (json.RawMessage, error)
}

// Of makes a Collection of a generated constructor.
func Of[K comparable, D any, P cloner[D], A accessor[K, D]](name string, queries int, create func(*denorm.Engine) A) Collection {
	return Collection{name: name, load: func(ctx context.Context, engine *denorm.Engine, db *sqlx.DB) (json.RawMessage, error) {
		return load[K, D, P](ctx, engine, db, create(engine), queries)
	}}
}

// reader is what every generated aggregate has to read its documents.
type reader[T any] interface {
	Get(context.Context, string) (T, error)
	GetJSON(context.Context, string) ([]byte, denorm.Version, error)
}

// Aggregate makes a Collection of an aggregate's generated constructor: its documents by key.
func Aggregate[T any, A reader[T]](name string, keys []string, create func(*denorm.Engine) A) Collection {
	return Collection{name: name, load: func(ctx context.Context, engine *denorm.Engine, _ *sqlx.DB) (json.RawMessage, error) {
		return byKey[T](ctx, create(engine), keys)
	}}
}

func byKey[T any](ctx context.Context, a reader[T], keys []string) (json.RawMessage, error) {
	docs := map[string]json.RawMessage{}
	for _, key := range keys {
		doc, err := a.Get(ctx, key)
		if err != nil {
			return nil, fmt.Errorf("Get of %s: %w", key, err)
		}
		if docs[key], err = json.Marshal(doc); err != nil {
			return nil, fmt.Errorf("Get of %s: %w", key, err)
		}
		text, _, err := a.GetJSON(ctx, key)
		if err != nil || !bytes.Equal(text, docs[key]) {
			return nil, fmt.Errorf("GetJSON of %s is %s, not %s (%v)", key, text, docs[key], err)
		}
	}
	if _, err := a.Get(ctx, "a key that there is not"); !errors.Is(err, denorm.ErrNotFound) {
		return nil, fmt.Errorf("Get of an unknown key: %v", err)
	}
	return json.Marshal(docs)
}

func load[K comparable, D any, P cloner[D]](ctx context.Context, engine *denorm.Engine, db *sqlx.DB, a accessor[K, D], queries int) (json.RawMessage, error) {
	log := engine.QueryLog()
	log.Reset()
	docs := []*D{}
	for doc, err := range a.All(ctx) {
		if err != nil {
			return nil, fmt.Errorf("All: %w", err)
		}
		docs = append(docs, doc)
	}
	if got := len(log.Entries()); got > queries {
		return nil, fmt.Errorf("All of %d documents took %d queries, more than %d", len(docs), got, queries)
	}
	text, err := json.Marshal(docs)
	if err != nil {
		return nil, fmt.Errorf("All: %w", err)
	}
	same := func(what string, other []*D) error {
		got, err := json.Marshal(other)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if !bytes.Equal(got, text) {
			return fmt.Errorf("%s differs from All:\n%s\n%s", what, got, text)
		}
		return nil
	}

	var keys []K
	paged := []*D{}
	options := []denorm.PageOption{}
	for {
		page, err := a.Page(ctx, 1, options...)
		if err != nil {
			return nil, fmt.Errorf("Page: %w", err)
		}
		paged = append(paged, page.Docs...)
		if len(keys) == 1 { // the way back leads to the first page, from where there is a way on to this one
			if page.Prev == nil {
				return nil, errors.New("Page: there is no way back to the first page")
			}
			back, err := a.Page(ctx, 1, denorm.Before(*page.Prev))
			if err != nil || back.Prev != nil || back.Next == nil || *back.Next != keys[0] {
				return nil, fmt.Errorf("Page: back at the first page, it goes on to %v (%v)", back.Next, err)
			}
		}
		if page.Next == nil {
			break
		}
		keys = append(keys, *page.Next)
		options = []denorm.PageOption{denorm.After(*page.Next)}
	}
	if err := same("Page", paged); err != nil {
		return nil, err
	}
	rows := len(keys)
	if len(docs) > 0 {
		rows++ // the last page has no key behind it
	}
	if count, err := a.Count(ctx, 0); err != nil || count != rows {
		return nil, fmt.Errorf("Count is %d (%v), want %d", count, err, rows)
	}
	if len(docs) == 0 {
		return text, nil
	}
	last, err := a.Page(ctx, 1, options...)
	if err != nil || len(last.Docs) > 1 {
		return nil, fmt.Errorf("last Page has %d documents: %v", len(last.Docs), err)
	}
	log.Reset()
	many, err := a.GetMany(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("GetMany: %w", err)
	}
	if got := len(log.Entries()); got > queries {
		return nil, fmt.Errorf("GetMany of %d documents took %d queries, more than %d", len(keys), got, queries)
	}
	if err := same("GetMany", append(kept(many), last.Docs...)); err != nil {
		return nil, err
	}
	direct, err := a.Load(ctx, db, keys...)
	if err != nil {
		return nil, fmt.Errorf("Load: %w", err)
	}
	if err := same("Load", append(kept(direct), last.Docs...)); err != nil {
		return nil, err
	}
	var clones []*D
	for _, doc := range docs {
		clones = append(clones, P(doc).Clone())
	}
	if err := same("Clone", clones); err != nil {
		return nil, err
	}
	for i, key := range keys {
		got, _, err := a.GetJSON(ctx, key)
		if many[i] == nil && errors.Is(err, denorm.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("GetJSON: %w", err)
		}
		want, err := json.Marshal(many[i])
		if err != nil || !bytes.Equal(got, want) {
			return nil, fmt.Errorf("GetJSON is %s, not %s (%v)", got, want, err)
		}
	}
	return text, nil
}

// kept leaves out the documents that a transform has dropped.
func kept[D any](docs []*D) []*D {
	return slices.DeleteFunc(slices.Clone(docs), func(doc *D) bool { return doc == nil })
}

// Main runs the scenarios given on standard input on the database in GOLDEN_DRIVER and GOLDEN_DSN.
func Main(scenarios map[string][]Collection) {
	if err := run(context.Background(), scenarios); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, scenarios map[string][]Collection) error {
	var schemas map[string][]string
	if err := json.NewDecoder(os.Stdin).Decode(&schemas); err != nil {
		return fmt.Errorf("reading statements: %w", err)
	}
	names := make([]string, 0, len(schemas))
	for name := range schemas {
		names = append(names, name)
	}
	slices.Sort(names)
	out := map[string]any{}
	for _, name := range names {
		documents, err := scenario(ctx, schemas[name], scenarios[name])
		if err != nil {
			out[name] = map[string]string{"error": err.Error()}
			continue
		}
		out[name] = documents
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

func scenario(ctx context.Context, schema []string, collections []Collection) (map[string]json.RawMessage, error) {
	driver := os.Getenv("GOLDEN_DRIVER")
	dsn := os.Getenv("GOLDEN_DSN")
	if driver == "sqlite" {
		file, err := os.CreateTemp(dsn, "scenario")
		if err != nil {
			return nil, err
		}
		file.Close()
		dsn = file.Name()
	}
	db, err := sqlx.ConnectContext(ctx, driver, dsn)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if err := empty(ctx, db, driver); err != nil {
		return nil, fmt.Errorf("emptying the database: %w", err)
	}
	for _, statement := range schema {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return nil, fmt.Errorf("%s: %w", statement, err)
		}
	}
	out, err := documents(ctx, db, collections)
	if err != nil {
		return nil, err
	}
	past := past(driver)
	if past == nil {
		return out, nil
	}
	again, err := documents(ctx, db, collections, past...)
	if err != nil {
		return nil, fmt.Errorf("past database/sql: %w", err)
	}
	for name, text := range out {
		if !bytes.Equal(again[name], text) {
			return nil, fmt.Errorf("%s differs past database/sql: %s instead of %s", name, again[name], text)
		}
	}
	return out, nil
}

// past returns the options of loading past database/sql, nil where there are none.
func past(driver string) []denorm.Option {
	switch driver {
	case "pgx":
		return []denorm.Option{denorm.WithPipeline(pgxpipeline.New()), denorm.WithSecondConnection()}
	case "sqlite", "sqlite3":
		return []denorm.Option{denorm.WithDriverRows(1)}
	}
	return nil
}

// documents loads all collections by an engine of their own.
func documents(ctx context.Context, db *sqlx.DB, collections []Collection, options ...denorm.Option) (map[string]json.RawMessage, error) {
	engine, err := denorm.Open(ctx, db, options...)
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	engine.QueryLog().Start()
	out := map[string]json.RawMessage{}
	for _, c := range collections {
		text, err := c.load(ctx, engine, db)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		out[c.name] = text
	}
	return out, nil
}

// empty removes what the scenario before has left.
func empty(ctx context.Context, db *sqlx.DB, driver string) error {
	switch driver {
	case "pgx":
		var schemas []string
		if err := db.SelectContext(ctx, &schemas, `SELECT nspname FROM pg_namespace
			WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'`); err != nil {
			return err
		}
		for _, schema := range schemas {
			if _, err := db.ExecContext(ctx, `DROP SCHEMA "`+schema+`" CASCADE`); err != nil {
				return err
			}
		}
		_, err := db.ExecContext(ctx, `CREATE SCHEMA public`)
		return err
	case "mysql":
		var tables []string
		if err := db.SelectContext(ctx, &tables, `SELECT CONCAT(IF(table_type = 'VIEW', 'VIEW ', 'TABLE '), CHAR(96),
			REPLACE(table_name, CHAR(96), CONCAT(CHAR(96), CHAR(96))), CHAR(96))
			FROM information_schema.tables WHERE table_schema = DATABASE()`); err != nil {
			return err
		}
		for _, table := range append([]string{}, tables...) {
			if _, err := db.ExecContext(ctx, "SET foreign_key_checks = 0"); err != nil {
				return err
			}
			if _, err := db.ExecContext(ctx, "DROP "+strings.TrimSpace(table)); err != nil {
				return err
			}
		}
	}
	return nil
}
