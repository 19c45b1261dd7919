package coherence

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/testservers"
)

// sizes are how much a run does on every database.
type sizes struct {
	writes, settles int // of all kinds of cache together
	cases           int // transactions of the test of precision
	kills           int // processes, all kinds of cache together
	rolls           int // from one release to another, all kinds of cache together
	sunk            int // writes of the test of sinks, 25 for each settle
	tokens, reads   int // for each kind of cache of the test of torn documents, at least
	age             time.Duration
}

// runs are the sizes that COHERENCE_SIZE can choose: "usual" is what `go test ./...` does.
func runs() map[string]func(d database) sizes {
	return map[string]func(d database) sizes{
		"usual": func(d database) sizes {
			s := sizes{writes: 500, settles: 10, cases: 100, kills: 10, rolls: 4, sunk: 100, tokens: 60, reads: 1000, age: time.Second}
			if !d.ofSQLite() {
				s.writes, s.settles, s.cases = s.writes/2, s.settles/2, s.cases/2
			}
			return s
		},
		"ci": func(d database) sizes {
			s := sizes{writes: 15_000, settles: 150, cases: 2000, kills: 40, rolls: 6, sunk: 400, tokens: 300, reads: 50_000, age: 2 * time.Second}
			if !d.ofSQLite() {
				s.cases = 500
			}
			return s
		},
		"soak": func(d database) sizes {
			s := sizes{
				writes: 250_000, settles: 2500, cases: 50_000, kills: 1000, rolls: 400,
				sunk: 20_000, tokens: 3000, reads: 1_000_000, age: time.Minute,
			}
			if !d.ofSQLite() {
				s.cases = 5000
			}
			return s
		},
	}
}

const sizeVariable = "COHERENCE_SIZE"

// elsewhere leaves the histories of a database to another step of CI, which makes longer ones. It has them of one driver of
// SQLite only.
const elsewhere = "elsewhere"

func skipIfElsewhere(t *testing.T, d database) {
	t.Helper()
	if os.Getenv(sizeVariable) == elsewhere && d.driver != testservers.Cgo {
		t.Skipf("%s=%s: the step coherence of .ci/run makes these histories", sizeVariable, elsewhere)
	}
}

// sizesOf are those of a run on a database.
func sizesOf(t *testing.T, d database) sizes {
	t.Helper()
	skipIfElsewhere(t, d)
	name := os.Getenv(sizeVariable)
	if name == "" || name == elsewhere {
		name = "usual"
	}
	run, ok := runs()[name]
	if !ok {
		t.Fatalf("%s is %q, and there are %s", sizeVariable, name, strings.Join(slices.Sorted(maps.Keys(runs())), ", "))
	}
	return run(d)
}

// ofTiers is the part of a database's share that each kind of cache gets.
func ofTiers(share int) int { return max(1, share/len(allTiers())) }
