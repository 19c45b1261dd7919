package relay

import (
	"fmt"
	"testing"

	"github.com/denormgen/denormgen/runtime/capture"
)

// TestKeysThatSQLCallsEqual renames a document to a key that the database's comparison cannot tell from the old one:
// both documents changed, wherever the chunks end.
func TestKeysThatSQLCallsEqual(t *testing.T) {
	eachDatabase(t, func(t *testing.T, x *fixture) {
		kind := map[sqlDialect]string{mysql: "CHAR(4) COLLATE utf8mb4_general_ci", postgres: "NUMERIC", sqlite: "TEXT COLLATE NOCASE"}[x.dialect]
		x.exec(`CREATE TABLE "labels" ("code" ` + kind + ` NOT NULL PRIMARY KEY)`)
		x.store(capture.Plan{
			Collection: "labels", Shape: "s1", Table: capture.Table{Name: "labels"}, Key: []string{"code"}, Exact: true,
			Depends: []capture.Dependency{
				{Table: capture.Table{Name: "labels"}, Columns: []string{"code"}, From: []string{"code"}, Roots: ownRoots(1)},
			},
		})
		keys, logged := []string{"ab", "Ab", "aB", "AB"}, "%s" // as triggers write them
		switch x.dialect {
		case postgres:
			keys = []string{"1", "1.0", "1.00", "1.000"}
		case sqlite:
			logged = "t%x"
		}
		for _, chunk := range []int{1, 3, 0} { // 0: as many as usual
			feed := x.open(Config{Chunk: chunk})
			start := x.poll(feed).Head
			var want []string
			for i, key := range keys {
				x.logText(x.db, "labels", []string{"D", "I"}[i%2], fmt.Sprintf(logged, key))
				want = append(want, "labels "+key)
			}
			x.drain(feed)
			x.want(feed, start, want...)
		}
	})
}
