package chinook_test

import (
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/chinook"
)

// TestLoad counts the rows and looks at one that has everything: a date, money, text that is not ASCII, and
// NULL.
func TestLoad(t *testing.T) {
	counts := map[string]int{
		"Album": 347, "Artist": 275, "Customer": 59, "Employee": 8, "Genre": 25, "Invoice": 412,
		"InvoiceLine": 2240, "MediaType": 5, "Playlist": 18, "PlaylistTrack": 8715, "Track": 3503,
	}
	chinook.Each(t, func(t *testing.T, db *sqlx.DB) {
		quote := func(query string) string {
			if db.DriverName() == "mysql" {
				return strings.ReplaceAll(query, `"`, "`")
			}
			return query
		}
		total := 0
		for table, want := range counts {
			var got int
			if err := db.Get(&got, quote(`SELECT COUNT(*) FROM "`+table+`"`)); err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("%s has %d rows, want %d", table, got, want)
			}
			total += got
		}
		if total != 15607 {
			t.Errorf("there are %d rows, want 15607", total)
		}

		var invoice struct {
			Date  string
			City  string
			State *string
			Total float64
		}
		err := db.Get(&invoice, quote(`SELECT CAST("InvoiceDate" AS CHAR(19)) AS date, "BillingCity" AS city,
			"BillingState" AS state, "Total" AS total FROM "Invoice" WHERE "InvoiceId" = 25`))
		if err != nil {
			t.Fatal(err)
		}
		if invoice.Date != "2021-04-09 00:00:00" || invoice.City != "São Paulo" || invoice.State == nil || *invoice.State != "SP" || invoice.Total != 8.91 {
			t.Errorf("invoice 25 is %+v", invoice)
		}
		var stateless int
		if err := db.Get(&stateless, quote(`SELECT COUNT(*) FROM "Invoice" WHERE "BillingState" IS NULL`)); err != nil || stateless == 0 {
			t.Errorf("%d invoices have no state, %v", stateless, err)
		}
		// The foreign keys hold.
		if _, err := db.Exec(quote(`INSERT INTO "Album" VALUES (100000, 'x', 100000)`)); err == nil {
			t.Error("an album without an artist was accepted")
		}
	})
}
