package capture_test

import (
	"database/sql"
	"database/sql/driver"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/denormgen/denormgen/runtime/capture"
	"github.com/denormgen/denormgen/runtime/capture/captest"
)

func sqliteTable(t *testing.T, db *sql.DB, name string) *capture.TableInfo {
	t.Helper()
	backend, err := capture.Lookup(capture.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := backend.Catalog(t.Context(), db, []capture.Table{{Name: name}})
	if err != nil {
		t.Fatal(err)
	}
	return catalog.Tables[capture.Table{Name: name}]
}

func TestSQLiteCatalog(t *testing.T) {
	eachSQLite(t, func(t *testing.T, open captest.Open) {
		db := open(t)
		captest.Exec(t, db,
			"CREATE TABLE p (a INT, b INT, PRIMARY KEY (a, b))", "CREATE TABLE solo (id INTEGER PRIMARY KEY)",
			`CREATE TABLE "T x" (
				"k k" TEXT COLLATE nocase /* COLLATE RTRIM, */ NOT NULL DEFAULT 'a,(', [n] DECIMAL(4, 2) UNIQUE, -- COLLATE RTRIM
				r, g INT AS (n + 1), s INT GENERATED ALWAYS AS (n * 2) STORED, "q""q" TEXT CHECK ("q""q" <> 'x COLLATE y'),
				o INT REFERENCES solo, PRIMARY KEY ("k k" DESC, n), CONSTRAINT f FOREIGN KEY (n, r) REFERENCES p (b, a) ON DELETE CASCADE ON UPDATE SET NULL)`,
			`CREATE UNIQUE INDEX e ON "T x" (r, (n || ',)') COLLATE RTRIM DESC) WHERE r IN ('WHERE', 1)`, `CREATE INDEX i ON "T x" (o, r)`)
		got := sqliteTable(t, db, "t X")
		want := &capture.TableInfo{
			Table: capture.Table{Name: "T x"}, Kind: capture.BaseTable, Key: []string{"k k", "n"}, RowID: "_rowid_",
			Columns: []capture.ColumnInfo{
				{Name: "k k", Type: "TEXT", Collation: "nocase", Default: "'a,('"},
				{Name: "n", Type: "DECIMAL(4, 2)", Nullable: true, Collation: "BINARY", Bytewise: true}, {Name: "r", Nullable: true, Collation: "BINARY"},
				{Name: "g", Type: "INT", Nullable: true, Collation: "BINARY", Bytewise: true, Generated: true},
				{Name: "s", Type: "INT", Nullable: true, Collation: "BINARY", Bytewise: true, Generated: true},
				{Name: `q"q`, Type: "TEXT", Nullable: true, Collation: "BINARY", Bytewise: true}, {Name: "o", Type: "INT", Nullable: true, Collation: "BINARY", Bytewise: true},
			},
			Unique: [][]string{{"n"}, {"k k", "n"}}, Indexes: [][]string{{"o", "r"}, {"n"}, {"k k", "n"}},
			UniqueKeys: []capture.UniqueKey{
				{Terms: []capture.UniqueTerm{{Column: "r", Collation: "BINARY"}, {Expression: "(n || ',)')", Collation: "RTRIM"}}, Where: "r IN ('WHERE', 1)"},
				{Terms: []capture.UniqueTerm{{Column: "n", Collation: "BINARY"}}},
				{Terms: []capture.UniqueTerm{{Column: "k k", Collation: "nocase"}, {Column: "n", Collation: "BINARY"}}},
			},
			ForeignKeys: []capture.ForeignKey{
				{Columns: []string{"n", "r"}, References: capture.Table{Name: "p"}, RefColumns: []string{"b", "a"}, OnDelete: "CASCADE", OnUpdate: "SET NULL"},
				{Columns: []string{"o"}, References: capture.Table{Name: "solo"}, RefColumns: []string{"id"}, OnDelete: "NO ACTION", OnUpdate: "NO ACTION"},
			},
		}
		for i := range want.Columns {
			want.Columns[i].Charset = "UTF-8"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if solo := sqliteTable(t, db, "solo"); !reflect.DeepEqual(solo.Unique, [][]string{{"id"}}) || solo.RowID == "" {
			t.Errorf("solo: %+v", solo)
		}
	})
}

// TestSQLiteValues writes values of all types and reads them from the log.
func TestSQLiteValues(t *testing.T) {
	for _, encoding := range []string{"UTF-8", "UTF-16le", "UTF-16be"} {
		t.Run(encoding, func(t *testing.T) {
			eachSQLite(t, func(t *testing.T, open captest.Open) {
				db := open(t)
				values := []driver.Value{
					nil, int64(0), int64(math.MinInt64), int64(math.MaxInt64), 1.0, -0.1, 1e300, math.SmallestNonzeroFloat64, math.Pi, math.Inf(1), math.Inf(-1),
					"", "a,b", "NULL", "X'00'", "12", "é𝄞", "a\x00b", []byte{}, []byte{0, 255, ','}, strings.Repeat("x", 100_000),
				}
				if encoding != "UTF-8" {
					db = testservers.OpenSQLiteDSN(t, testservers.Pure, "file:"+t.TempDir()+"/16.db").DB
					captest.Exec(t, db, "PRAGMA encoding = '"+encoding+"'")
				}
				captest.Exec(t, db, "CREATE TABLE v (id INTEGER PRIMARY KEY, v)")
				captest.Install(t, capture.SQLite, db, captest.On("v", "v", "v"))
				for _, value := range values {
					if _, err := db.Exec("INSERT INTO v (v) VALUES (?)", value); err != nil {
						t.Fatal(err)
					}
				}
				changes, err := captest.Changes(t.Context(), capture.SQLite, db, 0)
				if err != nil || len(changes) != len(values) {
					t.Fatal(len(changes), err)
				}
				for i, change := range changes {
					if got := change.New.Values[0]; !reflect.DeepEqual(got, values[i]) {
						t.Errorf("%s: %.40v (%T) came back as %.40v (%T)", encoding, values[i], values[i], got, got)
					}
				}
			})
		})
	}
}

func TestSQLiteParseRefuses(t *testing.T) {
	backend, err := capture.Lookup(capture.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	layout := &capture.Layout{ID: "l", Values: []string{"a", "b"}, Tracked: []string{"a"}, Guards: []capture.Guard{{Old: "x"}}}
	good := capture.Row{Op: "I", NewIn: []byte("1"), New: []byte("1,t41")}
	if _, err := backend.Parse(layout, nil, good); err != nil {
		t.Fatal(err)
	}
	bad := []capture.Row{
		{Op: "X"}, {Op: "I", NewIn: []byte("11"), New: []byte("1,2")}, {Op: "I", NewIn: []byte("2"), New: []byte("1,2")},
		{Op: "I", NewIn: []byte("1"), New: []byte("1")}, {Op: "I", NewIn: []byte("1"), New: []byte("1,,2")}, {Op: "I", NewIn: []byte("1"), New: []byte("1,t4")},
		{Op: "I", NewIn: []byte("1"), New: []byte("1,X'0'")}, {Op: "I", NewIn: []byte("1"), New: []byte("1,x")}, {Op: "I", NewIn: []byte("1"), New: []byte("1,1.2.3")},
		{Op: "I", NewIn: []byte("1"), New: []byte("1,l00")}, {Op: "U", Changed: []byte("11")}, {Op: "I", NewIn: []byte("1"), New: []byte("1,99999999999999999999")},
	}
	for _, row := range bad {
		if change, err := backend.Parse(layout, nil, row); err == nil {
			t.Errorf("%+v was read as %+v", row, change)
		}
	}
}

// TestSQLiteTriggersAreOld holds that triggers call only functions that every program's SQLite has.
func TestSQLiteTriggersAreOld(t *testing.T) {
	db := testservers.SQLite(t, testservers.Pure).DB
	captest.Exec(t, db, "CREATE TABLE users (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'x' UNIQUE, b NUMERIC)", "CREATE UNIQUE INDEX i ON users (b) WHERE a > 1")
	captest.Install(t, capture.SQLite, db, captest.Where(captest.On("users", "id a b", "a b"), "ROW.a > 5 AND ROW.b > '5'"))
	var all []string
	rows, err := db.Query("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil || len(all) != 5 {
		t.Fatal(len(all), err)
	}
	known := []string{"typeof", "hex", "quote", "coalesce"}
	keywords := []string{"AND", "OR", "NOT", "IN", "WHEN", "CAST", "EXISTS", "FROM", "WHERE", "denorm_changes"}
	for _, text := range all {
		for _, call := range regexp.MustCompile(`(\w+) ?\(`).FindAllStringSubmatch(text, -1) {
			if !slices.Contains(known, call[1]) && !slices.Contains(keywords, call[1]) {
				t.Errorf("%s( is called in\n%s", call[1], text)
			}
		}
		for _, word := range []string{"UPDATE OF", "->", "RETURNING", "ON CONFLICT"} {
			if strings.Contains(text, word) {
				t.Errorf("%s is used in\n%s", word, text)
			}
		}
	}
}
