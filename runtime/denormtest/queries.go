// Package denormtest helps to test programs that use generated code. Settled and Mutate prove that the caches
// follow the database, Fake stands in for a collection where there is no database, and Queries holds what a
// load costs.
package denormtest

import (
	"database/sql/driver"
	"strconv"
	"testing"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
	"github.com/denormgen/denormgen/runtime/internal/seam"
)

// Queries fails the test unless a batch of one root and a batch of 300 roots both run exactly want
// loaders, each once. It needs no database: every column of the n-th row of every loader reads as n, so
// each row has one child on every path.
func Queries[K comparable, D any](t testing.TB, def *denorm.Definition[K, D], want int) {
	t.Helper()
	for _, roots := range []int{1, 300} {
		runs := make([]int, len(def.Loaders))
		batch := denorm.FakeBatch(seam.Permit{}, def.Loaders, func(loader int) func() denorm.Row {
			runs[loader]++
			return count(roots)
		})
		def.Load(batch)
		if err := batch.Err(); err != nil {
			t.Errorf("%s: load of %d roots: %v", def.Name, roots, err)
		}
		total := 0
		for loader, n := range runs {
			total += n
			if n != 1 {
				t.Errorf("%s: %d roots ran the loader of %q %d times, want once", def.Name, roots, def.Loaders[loader], n)
			}
		}
		if total != want {
			t.Errorf("%s: %d roots cost %d queries, want %d", def.Name, roots, total, want)
		}
	}
}

// count returns rows 1 to n.
func count(n int) (next func() denorm.Row) {
	row := number(0)
	return func() denorm.Row {
		if int(row) == n {
			return nil
		}
		row++
		return row
	}
}

// number is a row whose every column reads as that number. What does not fit it is let pass.
type number int64

func (n number) Null(int) bool          { return false }
func (n number) Int64(int) int64        { return int64(n) }
func (n number) Uint64(int) uint64      { return uint64(n) }
func (n number) Float64(int) float64    { return float64(n) }
func (n number) Bool(int) bool          { return true }
func (n number) Text(int) string        { return strconv.FormatInt(int64(n), 10) }
func (n number) Bytes(int) []byte       { return []byte(n.Text(0)) }
func (n number) Time(int) time.Time     { return time.Unix(int64(n), 0).UTC() }
func (n number) Value(int) driver.Value { return int64(n) }
func (n number) Fail(int, error)        {}
