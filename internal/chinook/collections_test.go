package chinook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/chinook"
	"github.com/denormgen/denormgen/internal/chinook/models"
	denorm "github.com/denormgen/denormgen/runtime"
)

// batchSize is the number of documents that one batch loads.
const batchSize = 1000

// subject is a collection under test.
type subject struct {
	name      string
	documents int
	queries   int // per batch
	run       func(t *testing.T, engine *denorm.Engine, o oracle, s subject) outcome
}

// outcome is what a subject's run found.
type outcome struct {
	json       [][]byte // by key, in key order
	queriesOne int      // for one document
	queriesAll int      // for all documents
	batches    int      // that all documents take
}

// subjects are all collections. The numbers are facts about Chinook and promises of the product.
func subjects() []subject {
	return []subject{
		about("artists", 275, 3, models.NewArtists, keysOf("Artist"), oracle.artist),
		about("albums", 347, 2, models.NewAlbums, keysOf("Album"), oracle.album),
		about("album_cards", 347, 2, models.NewAlbumCards, keysOf("Album"), oracle.albumCard),
		about("genre_charts", 24, 2, models.NewGenreCharts, keysWhere("Genre", `"GenreId" <> 25`), oracle.genreChart),
		about("media_types", 5, 1, models.NewMediaTypes, keysOf("MediaType"), oracle.mediaType),
		about("tracks", 3503, 2, models.NewTracks, keysOf("Track"), oracle.trackDoc),
		about("playlists", 18, 2, models.NewPlaylists, keysOf("Playlist"), oracle.playlist),
		about("playlist_keys", 18, 2, models.NewPlaylistKeys, keysOf("Playlist"), oracle.playlistKeys),
		about("playlist_entries", 8715, 1, models.NewPlaylistEntries, oracle.playlistEntryKeys, oracle.playlistEntry),
		// Three levels of reports and the customers of each: but nobody is on the third level, so that its
		// customers are not asked for.
		about("employees", 8, 6, models.NewEmployees, keysOf("Employee"), oracle.employee),
		about("org_charts", 1, 3, models.NewOrgCharts, keysWhere("Employee", `"ReportsTo" IS NULL`), oracle.orgChart),
		about("customers", 59, 3, models.NewCustomers, keysOf("Customer"), oracle.customer),
		about("customer_cards", 59, 2, models.NewCustomerCards, keysOf("Customer"), oracle.customerCard),
		about("invoices", 412, 2, models.NewInvoices, keysOf("Invoice"), oracle.invoice),
		// The transform drops receipts of one item.
		about("receipts", 353, 2, models.NewReceipts, keysWhere("Invoice", `"Total" > 1 AND (SELECT SUM(l."Quantity")
			FROM "InvoiceLine" l WHERE l."InvoiceId" = "Invoice"."InvoiceId") > 1`), oracle.receipt),
	}
}

// keysOf lists the keys of a table with one key column.
func keysOf(table string) func(oracle) []int64 { return keysWhere(table, "1 = 1") }

func keysWhere(table, condition string) func(oracle) []int64 {
	return func(o oracle) []int64 {
		return o.keys(table+"Id", fmt.Sprintf(`SELECT "%sId" FROM "%s" WHERE %s ORDER BY "%sId"`, table, table, condition, table))
	}
}

// reader is what the test uses of an accessor.
type reader[K comparable, D any] interface {
	Get(ctx context.Context, key K) (*D, error)
	GetMany(ctx context.Context, keys []K) ([]*D, error)
	GetJSON(ctx context.Context, key K) ([]byte, denorm.Version, error)
	All(ctx context.Context, options ...denorm.PageOption) iter.Seq2[*D, error]
}

// about makes a subject from an accessor's constructor, the keys of all documents in key order, and the
// oracle for one.
func about[K comparable, D any, R reader[K, D]](name string, documents, queries int, open func(*denorm.Engine) R,
	keys func(oracle) []K, want func(oracle, K) object) subject {
	return subject{name: name, documents: documents, queries: queries,
		run: func(t *testing.T, engine *denorm.Engine, o oracle, s subject) outcome {
			all := keys(o)
			if len(all) != s.documents || len(all) == 0 {
				t.Fatalf("the oracle finds %d documents, want %d", len(all), s.documents)
			}
			collection := open(engine)
			result := compareAll(t, collection, all, func(key K) object { return want(o, key) })
			result.batches = (len(all) + batchSize - 1) / batchSize
			result.queriesOne = count(t, engine, func() {
				if _, err := collection.Get(t.Context(), all[0]); err != nil {
					t.Fatal(err)
				}
			})
			result.queriesAll = count(t, engine, func() {
				documents, err := collection.GetMany(t.Context(), all)
				if err != nil {
					t.Fatal(err)
				}
				for i, document := range documents {
					if document == nil {
						t.Fatalf("GetMany has no document %v", all[i])
					}
				}
			})
			return result
		}}
}

// compareAll holds every document, by GetJSON and by All, against the oracle.
func compareAll[K comparable, D any, R reader[K, D]](t *testing.T, collection R, keys []K, want func(K) object) outcome {
	t.Helper()
	var result outcome
	for i, key := range keys {
		got, _, err := collection.GetJSON(t.Context(), key)
		if err != nil {
			t.Fatalf("document %v: %v", key, err)
		}
		result.json = append(result.json, got)
		if got, want := canonical(t, got), encode(t, want(key)); got != want {
			t.Fatalf("document %v, the %d. of %d, is\n%s\nwant\n%s", key, i+1, len(keys), got, want)
		}
	}
	i := 0
	for document, err := range collection.All(t.Context()) {
		if err != nil {
			t.Fatalf("All after %d documents: %v", i, err)
		}
		if i == len(keys) {
			t.Fatalf("All has more than %d documents", len(keys))
		}
		marshalled, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(marshalled, result.json[i]) {
			t.Fatalf("document %v of All is\n%s\nand of GetJSON\n%s", keys[i], marshalled, result.json[i])
		}
		i++
	}
	if i != len(keys) {
		t.Fatalf("All has %d documents, want %d", i, len(keys))
	}
	return result
}

// count counts the loaders' queries that the function makes the engine send.
func count(t *testing.T, engine *denorm.Engine, do func()) int {
	t.Helper()
	log := engine.QueryLog()
	log.Reset()
	log.Start()
	defer log.Stop()
	do()
	n := 0
	for _, query := range log.Entries() {
		if !strings.HasPrefix(query.Path, "(") {
			n++
		}
	}
	return n
}

// TestCollections compares every document of every collection on every database with the oracle's, and
// with those of the other databases byte by byte, and prints the queries that a batch takes.
func TestCollections(t *testing.T) {
	first := map[string]outcome{} // of the first database that ran
	table := map[string]outcome{} // of any: they do not differ
	chinook.Each(t, func(t *testing.T, db *sqlx.DB) {
		engine, err := denorm.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := engine.Close(); err != nil {
				t.Error(err)
			}
		}()
		for _, s := range subjects() {
			t.Run(s.name, func(t *testing.T) {
				got := s.run(t, engine, oracle{t: t, db: db}, s)
				if got.queriesOne != s.queries {
					t.Errorf("one document takes %d queries, want %d", got.queriesOne, s.queries)
				}
				if got.queriesAll != s.queries*got.batches {
					t.Errorf("%d documents in %d batches take %d queries, want %d a batch", len(got.json), got.batches, got.queriesAll, s.queries)
				}
				table[s.name] = got
				want, ok := first[s.name]
				if !ok {
					first[s.name] = got
					return
				}
				for i := range got.json {
					if !bytes.Equal(got.json[i], want.json[i]) {
						t.Fatalf("the %d. document is\n%s\nhere and\n%s\non the first database", i+1, got.json[i], want.json[i])
					}
				}
			})
		}
	})
	t.Logf("%-18s %9s %10s %14s %12s", "collection", "documents", "queries/1", "queries/batch", "of batches")
	for _, s := range subjects() {
		if got, ok := table[s.name]; ok && got.batches > 0 {
			t.Logf("%-18s %9d %10d %14d %12d", s.name, len(got.json), got.queriesOne, got.queriesAll/got.batches, got.batches)
		}
	}
}

// TestDroppedDocument asks for receipts of one item, which the transform drops.
func TestDroppedDocument(t *testing.T) {
	chinook.Each(t, func(t *testing.T, db *sqlx.DB) {
		engine, err := denorm.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		defer engine.Close()
		receipts := models.NewReceipts(engine)
		o := oracle{t: t, db: db}
		keys := keysWhere("Invoice", `"Total" > 1 AND (SELECT SUM(l."Quantity") FROM "InvoiceLine" l
			WHERE l."InvoiceId" = "Invoice"."InvoiceId") = 1`)(o)
		if len(keys) == 0 {
			t.Fatal("there is no invoice of one item above 1")
		}
		if _, err := receipts.Get(t.Context(), keys[0]); !errors.Is(err, denorm.ErrNotFound) {
			t.Errorf("Get answers %v, want ErrNotFound", err)
		}
		documents, err := receipts.GetMany(t.Context(), keys)
		if err != nil {
			t.Fatal(err)
		}
		for i, document := range documents {
			if document != nil {
				t.Errorf("GetMany has receipt %d", keys[i])
			}
		}
	})
}
