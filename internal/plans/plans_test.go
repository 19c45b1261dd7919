package plans

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/jmoiron/sqlx"
)

// TestPlans explains every statement that loads the bookstore's documents: none may read all of a big table.
func TestPlans(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short")
	}
	for _, analyzed := range []bool{false, true} {
		t.Run(fmt.Sprintf("sqlite/analyzed=%v", analyzed), func(t *testing.T) {
			db := testservers.SQLite(t, testservers.Pure)
			fillBookstore(t, db, analyzed)
			checkPlans(t, db, 1000)
		})
	}
	t.Run("postgres", func(t *testing.T) {
		db := testservers.Postgres(t)
		fillBookstore(t, db, true)
		// As everyone sets it whose disk does not spin. A thousand books are so many of these that reading them
		// all may be the cheaper plan; PostgreSQL reckons with it, and is right.
		db.SetMaxOpenConns(1)
		db.MustExec("SET random_page_cost = 1.1")
		checkPlans(t, db, 100)
	})
	t.Run("mysql", func(t *testing.T) {
		db := testservers.MySQL(t)
		fillBookstore(t, db, true)
		checkPlans(t, db, 1000)
	})
}

// checkPlans explains all loaders for one book and for most, and those of what has many books for some.
func checkPlans(t *testing.T, db *sqlx.DB, most int) {
	engine, err := denorm.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	books, cards := models.NewBooks(engine), models.NewBookCards(engine)
	shelves, publishers := models.NewShelves(engine), models.NewPublishers(engine)
	for _, n := range []int{1, most} {
		explainLoad(t, db, fmt.Sprintf("%d books", n), books.Load, spread(n, planBooks))
		explainLoad(t, db, fmt.Sprintf("%d cards", n), cards.Load, spread(n, planBooks))
	}
	for _, n := range []int{1, 10} {
		explainLoad(t, db, fmt.Sprintf("%d shelves", n), shelves.Load, spread(n, 200))
		explainLoad(t, db, fmt.Sprintf("%d publishers", n), publishers.Load, spread(n, planBooks/50))
	}
	engine.QueryLog().Start()
	const middle = int64(planBooks / 2)
	for _, bound := range []denorm.PageOption{denorm.After(middle), denorm.Before(middle)} {
		if _, err := books.Page(t.Context(), 100, bound); err != nil {
			t.Fatal(err)
		}
	}
	for _, query := range engine.QueryLog().Entries() {
		if query.Path != "(probe)" && strings.Contains(query.SQL, " LIMIT ") {
			explain(t, db, fmt.Sprintf("page of books, loader %q", query.Path), query.SQL, []any{middle, 101})
		}
	}
	explainPairs(t, db, engine)
}

// explainPairs loads by a composite key.
func explainPairs(t *testing.T, db *sqlx.DB, engine *denorm.Engine) {
	type pair struct{ book, tag int64 }
	statements := func(quote string) denorm.Statements {
		quoted := strings.NewReplacer(`"`, quote).Replace
		return denorm.Statements{
			Roots:   denorm.Roots{Table: quoted(`"book_tags"`), Key: []string{quoted(`"book_id"`), quoted(`"tag_id"`)}},
			Loaders: []string{quoted(`SELECT t."book_id", t."tag_id" FROM denorm_roots AS t ORDER BY t."book_id", t."tag_id"`)},
		}
	}
	pairs := denorm.Register(engine, &denorm.Definition[pair, pair]{
		Name:    "pairs",
		Key:     denorm.KeyCodec[pair]{Bind: func(args []any, key pair) []any { return append(args, key.book, key.tag) }},
		Loaders: []string{""}, Queries: 1,
		Dialects: map[denorm.Dialect]denorm.Statements{
			denorm.SQLite: statements(`"`), denorm.Postgres: statements(`"`), denorm.MySQL: statements("`"),
		},
		Load: func(batch *denorm.Batch) *denorm.Level[pair, pair] {
			key := func(row denorm.Row) pair { return pair{row.Int64(0), row.Int64(1)} }
			return denorm.LoadRoots(batch, key, func(row denorm.Row, doc *pair) { *doc = key(row) })
		},
	})
	for _, n := range []int{1, 2, 40, 1000} {
		var keys []pair
		rows, err := db.Query(fmt.Sprintf("SELECT book_id, MIN(tag_id) FROM book_tags WHERE book_id <= %d GROUP BY book_id", n))
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var key pair
			if err := rows.Scan(&key.book, &key.tag); err != nil {
				t.Fatal(err)
			}
			keys = append(keys, key)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		docs := explainLoad(t, db, fmt.Sprintf("%d pairs", n), pairs.Load, keys)
		if len(docs) != n || slices.Contains(docs, nil) {
			t.Errorf("%d pairs: got %d documents, or some were not found", n, len(docs))
		}
	}
}

// spread returns n keys from 1 to total.
func spread(n, total int) []int64 {
	keys := make([]int64, n)
	for i := range keys {
		keys[i] = int64(i*7919%total + 1)
	}
	return keys
}

// recorder keeps what it passes on.
type recorder struct {
	to      denorm.Queryer
	queries []string
	args    [][]any
}

func (r *recorder) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	r.queries, r.args = append(r.queries, query), append(r.args, args)
	return r.to.QueryContext(ctx, query, args...)
}

// explainLoad loads some keys and explains every statement that this took.
func explainLoad[K, D any](
	t *testing.T, db *sqlx.DB, name string, load func(context.Context, denorm.Queryer, ...K) ([]*D, error), keys []K,
) []*D {
	t.Helper()
	record := recorder{to: db}
	docs, err := load(t.Context(), &record, keys...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for i, query := range record.queries {
		if db.DriverName() == "mysql" && strings.Count(query, "(?, ?), ") > 15*(strings.Count(query, " UNION ")+1) {
			// No plan shows what the optimiser does to make one: its time grows with the square of such a list.
			t.Errorf("%s, loader %d: a long list of composite keys", name, i)
		}
		explain(t, db, fmt.Sprintf("%s, loader %d", name, i), query, record.args[i])
	}
	return docs
}

// explain reports an error if the plan of a query reads all of a big table.
func explain(t *testing.T, db *sqlx.DB, name, query string, args []any) {
	t.Helper()
	prefix, read := "EXPLAIN ", scansOfServer
	switch db.DriverName() {
	case "pgx":
		read = scansOfPostgres
	case "sqlite":
		prefix, read = "EXPLAIN QUERY PLAN ", scansOfSQLite
	}
	rows, err := db.QueryxContext(t.Context(), prefix+query, args...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		cells, err := rows.SliceScan()
		if err != nil {
			t.Fatal(err)
		}
		for i, cell := range cells {
			if text, ok := cell.([]byte); ok {
				cells[i] = string(text)
			}
		}
		plan = append(plan, strings.TrimSuffix(fmt.Sprintln(cells...), "\n"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	aliases := map[string]string{}
	for _, match := range regexp.MustCompile("[\"`](\\w+)[\"`] AS (\\w+)").FindAllStringSubmatch(query, -1) {
		aliases[match[2]] = match[1]
	}
	for _, table := range read(plan, aliases) {
		if slices.Contains(bigTables(), table) {
			t.Errorf("%s reads all of %s:\n%s\n%.3000s", name, table, strings.Join(plan, "\n"), query)
		}
	}
}

func scansOfSQLite(plan []string, aliases map[string]string) (tables []string) {
	// The rows of a page are gathered first, and then all of them are read.
	gathered := slices.ContainsFunc(plan, func(line string) bool {
		return strings.HasSuffix(line, "CO-ROUTINE denorm_roots") || strings.HasSuffix(line, "MATERIALIZE denorm_roots")
	})
	for _, line := range plan {
		if match := regexp.MustCompile(`\bSCAN (\w+)`).FindStringSubmatch(line); match != nil {
			if match[1] == "t" && gathered {
				gathered = false
				continue
			}
			tables = append(tables, aliases[match[1]])
		}
	}
	return tables
}

func scansOfPostgres(plan []string, _ map[string]string) (tables []string) {
	for i, line := range plan {
		if match := regexp.MustCompile(`Seq Scan on (\w+)`).FindStringSubmatch(line); match != nil {
			tables = append(tables, match[1])
		}
		// An index without a condition is read from end to end.
		if match := regexp.MustCompile(`Index (?:Only )?Scan (?:Backward )?using \w+ on (\w+)`).FindStringSubmatch(line); match != nil {
			if i+1 == len(plan) || !strings.Contains(plan[i+1], "Index Cond") {
				tables = append(tables, match[1])
			}
		}
		// Rows looked up one by one, each by a condition of its own.
		if strings.Contains(line, "BitmapOr") {
			tables = append(tables, bigTables()[0])
		}
	}
	return tables
}

func scansOfServer(plan []string, aliases map[string]string) (tables []string) {
	for _, line := range plan {
		// id, select_type, table, type; the select_type may be two words.
		if match := regexp.MustCompile(` (\w+) (?:ALL|index) `).FindStringSubmatch(line); match != nil {
			tables = append(tables, aliases[match[1]])
		}
	}
	return tables
}
