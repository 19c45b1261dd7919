package denorm_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/example/bookstore/models"
	"github.com/denormgen/denormgen/internal/testservers"
	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/sharedcache/memorycache"
)

// makeBookstore makes the bookstore's tables on any database, with a book.
func makeBookstore(t *testing.T, db *sqlx.DB) {
	t.Helper()
	schema, err := os.ReadFile(filepath.Join("..", "example", "bookstore", "store", "schema.sql"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(schema), "DATETIME", "TIMESTAMP NULL")
	text = strings.ReplaceAll(text, "TIMESTAMP NULL NOT NULL", "TIMESTAMP NOT NULL")
	for statement := range strings.SplitSeq(text, ";") {
		if strings.TrimSpace(statement) != "" {
			execute(t, db, statement)
		}
	}
	execute(t, db, "INSERT INTO categories VALUES (1, 'All', NULL)",
		"INSERT INTO books (id, title, isbn, price_cents, category_id, published_at) VALUES (1, 'One', 'x', 100, 1, '2020-01-02 03:04:05')")
}

// shop is an engine with all collections of the bookstore, installed.
func shop(t *testing.T, db *sqlx.DB, options ...denorm.Option) (*denorm.Engine, *models.Books) {
	t.Helper()
	engine := open(t, db, options...)
	books := models.NewBooks(engine)
	models.NewBookCards(engine)
	models.NewShelves(engine)
	models.NewPublishers(engine)
	if err := engine.Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := engine.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	return engine, books
}

// finds looks for "severity: subject: part of message or remedy" in what Doctor says.
func finds(t *testing.T, engine *denorm.Engine, want ...string) denorm.Report {
	t.Helper()
	report, err := engine.Doctor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range want {
		parts := strings.SplitN(text, ": ", 3)
		if !slices.ContainsFunc(report.Findings, func(f denorm.Finding) bool {
			return string(f.Severity) == parts[0] && f.Subject == parts[1] && strings.Contains(f.Message+" "+f.Remedy, parts[2])
		}) {
			t.Errorf("%q is not among\n%v", text, report)
		}
	}
	return report
}

// anOldPlan stores what an older release of the same collection would have left.
const anOldPlan = `INSERT INTO denorm_plans (collection, shape, application, body, seen_at)
	SELECT collection, 'older', 'shop 1', replace(body, shape, 'older'), seen_at - 3600 FROM denorm_plans WHERE collection = 'books'`

func TestDoctor(t *testing.T) {
	testservers.Each(t, func(t *testing.T, db *sqlx.DB) {
		makeBookstore(t, db)
		fresh := open(t, db)
		models.NewBooks(fresh)
		if finds(t, fresh, "bypassed: database: nothing is installed", "warning: engine: call Engine.Install").Healthy() {
			t.Error("healthy before Install")
		}
		engine, _ := shop(t, db)
		finds(t, engine, "warning: engine: Run is not under way")
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- engine.Run(ctx) }()
		deadline := time.Now().Add(10 * time.Second)
		report := finds(t, engine)
		for worst(report) != "" && time.Now().Before(deadline) {
			time.Sleep(10 * time.Millisecond)
			report = finds(t, engine)
		}
		if !report.Healthy() || worst(report) != "" {
			t.Errorf("a healthy engine has\n%v", report)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		execute(t, db, anOldPlan)
		report = finds(t, engine, "note: collection books: shape older of application shop 1")
		if report.Findings[len(report.Findings)-1].Severity != denorm.Note || !strings.Contains(report.String(), "its last sign of life was 1h") {
			t.Errorf("the order or text is wrong:\n%v", report)
		}
		for _, statement := range spoilt(t, db) {
			execute(t, db, statement)
		}
		report = finds(t, engine, "bypassed: table books: denorm_capture_")
		if report.Healthy() || report.Findings[0].Severity == denorm.Note {
			t.Errorf("healthy without its triggers:\n%v", report)
		}
		for _, finding := range report.Findings {
			t.Log(finding)
		}
	})
}

// worst is the first finding that is more than a missing index, which is for the example to care about.
func worst(report denorm.Report) string {
	for _, finding := range report.Findings {
		if finding.Severity != denorm.Note && !strings.HasPrefix(finding.Remedy, "CREATE INDEX") {
			return finding.String()
		}
	}
	return ""
}

// spoilt disables a trigger where that can be done, and drops one elsewhere.
func spoilt(t *testing.T, db *sqlx.DB) []string {
	t.Helper()
	query := map[string]string{
		"pgx":   "SELECT 'ALTER TABLE books DISABLE TRIGGER ' || tgname FROM pg_trigger WHERE tgrelid = CAST('books' AS regclass) AND tgname LIKE 'denorm%update%'",
		"mysql": "SELECT concat('DROP TRIGGER ', trigger_name) FROM information_schema.triggers WHERE trigger_schema = database() AND event_object_table = 'books' AND event_manipulation = 'UPDATE'",
	}[db.DriverName()]
	if query == "" {
		query = "SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'books' AND name LIKE 'denorm%update%'"
	}
	var statements []string
	if err := db.Select(&statements, query); err != nil || len(statements) == 0 {
		t.Fatal(statements, err)
	}
	return statements
}

func TestDoctorFindsMissingIndexes(t *testing.T) {
	everywhere(t, func(t *testing.T, db *sqlx.DB) {
		definition := booksDefinition()
		definition.Table, definition.Columns = denorm.Table{Name: "books"}, []string{"id"}
		for dialect, statements := range definition.Dialects {
			statements.Depends = []denorm.Dependency{{
				Table: denorm.Table{Name: "authors"}, Path: "Authors", Columns: []string{"name"}, From: []string{"id"},
				Roots: "SELECT DISTINCT l.book_id AS k1 FROM denorm_changed AS c CROSS JOIN book_authors AS l ON l.author_id = c.v1",
				Joins: []capture.Join{{Table: denorm.Table{Name: "book_authors"}, Columns: []string{"author_id"}}},
			}}
			definition.Dialects[dialect] = statements
		}
		engine := open(t, db)
		denorm.Register(engine, definition)
		quote := `"`
		if db.DriverName() == "mysql" {
			quote = "`"
		}
		remedy := strings.ReplaceAll(`CREATE INDEX "denorm_book_authors_author_id" ON "book_authors" ("author_id")`, `"`, quote)
		finds(t, engine, "warning: table book_authors: "+remedy)
		execute(t, db, remedy)
		if report := finds(t, engine); strings.Contains(report.String(), "CREATE INDEX") {
			t.Errorf("the remedy does not help:\n%v", report)
		}
	})
}

func TestDoctorLooksAtSettings(t *testing.T) {
	db := testservers.OpenSQLiteDSN(t, testservers.Pure, "file:"+filepath.Join(t.TempDir(), "shop.db"))
	makeBookstore(t, db)
	engine, _ := shop(t, db, denorm.WithMaxStaleness(50*time.Millisecond), denorm.WithPollInterval(100*time.Millisecond), denorm.WithLocalCache(0))
	finds(t, engine, "warning: database: no busy timeout", "warning: engine: lower WithPollInterval", "warning: engine: both caches are turned off")
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Doctor(t.Context()); !errors.Is(err, denorm.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestDoctorLooksAtSharedCache(t *testing.T) {
	db := testservers.SQLite(t, testservers.Pure)
	makeBookstore(t, db)
	cache := memorycache.New()
	engine := open(t, db, denorm.WithSharedCache(cache), denorm.WithCacheTimeout(50*time.Millisecond))
	models.NewBooks(engine)
	if err := engine.Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	finds(t, engine, "warning: shared cache: it has no mark", "warning: shared cache: its age is not known")
	if err := engine.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if report := finds(t, engine); strings.Contains(report.String(), "shared cache") {
		t.Errorf("after Drain:\n%v", report)
	}
	cache.SetDelay(time.Second)
	finds(t, engine, "warning: shared cache: it does not answer within CacheTimeout, 50ms")
	cache.SetDelay(0)
	cache.SetDown(errors.New("connection refused"))
	finds(t, engine, "warning: shared cache: connection refused")
}
