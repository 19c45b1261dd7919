package report

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/denormgen/denormgen/bench/measure"
)

func results() []measure.Result {
	spread := func(m float64) measure.Spread { return measure.Spread{Low: m - 0.1, Median: m, High: m + 0.1} }
	return []measure.Result{
		{
			Workload: "W1", Database: "postgres", Size: 2000, Rounds: 3, Measured: "a day", Ours: measure.Cost{Micros: 512.5, Allocs: 12},
			Peers: []measure.Peer{{Name: "hand", Ratio: spread(0.5), CPU: spread(0.4), Cost: measure.Cost{Allocs: 1234}}, {Name: "sqlx", Ratio: spread(0.6)}},
		},
		{Workload: "W3", Database: "mysql", Ours: measure.Cost{PeakMB: 1.5}, Peers: []measure.Peer{{Name: "hand", Cost: measure.Cost{PeakMB: 12}}}},
		{Workload: "G3", Database: "sqlite", Ours: measure.Cost{PeakMB: 6}, Peers: []measure.Peer{{Name: "small", Ratio: spread(1), Cost: measure.Cost{PeakMB: 4}}}},
		{Workload: "C4-1000", Database: "sqlite", Peers: []measure.Peer{{Name: "bare", Ratio: spread(9)}}, Measured: "a day"},
		{Workload: "C4-10", Database: "sqlite", Peers: []measure.Peer{{Name: "bare", Ratio: spread(1.1)}}, Measured: "another day"},
		{Workload: "C3-local", Database: "mysql", Values: map[string]float64{"ms/median": 3, "ms/p99": 60}, Measured: "a day"},
	}
}

// TestPrint holds what goes to the terminal: tables, and a line for each target that was measured.
func TestPrint(t *testing.T) {
	var out bytes.Buffer
	if err := Print(&out, results()); err != nil {
		t.Fatal(err)
	}
	_, verdicts, found := strings.Cut(out.String(), "\n\n0 documents\n")
	want := `RATIO C3-local mysql ms/median 3 10 ok
RATIO C3-local mysql ms/p99 60 50 short
RATIO C4-10 sqlite bare 1.10 1.15 ok
RATIO C4-1000 sqlite bare 9 1.15 short
RATIO G3 sqlite small 1 1.20 ok
RATIO G3 sqlite small-memory 1.50 1.20 short

2000 documents
RATIO W1 postgres hand 0.50 0.75 ok
RATIO W1 postgres sqlx 0.60 0.55 short
`
	if diff := cmp.Diff(want, verdicts); !found || diff != "" {
		t.Errorf("the verdicts differ (-want +got):\n%s", diff)
	}
	rows := []string{
		"workload  place     documents  against  ratio  quartiles    processor  ours    allocations",
		"W1        postgres  2000       hand     0.50   0.40 – 0.60  0.40       512 µs  12 / 1,234",
	}
	for _, row := range rows {
		if !strings.Contains(out.String(), row+"\n") {
			t.Errorf("there is no row %q in\n%s", row, out.String())
		}
	}
}

// TestTableShowsMemory holds that a table has a column of memory where it was watched, and only there.
func TestTableShowsMemory(t *testing.T) {
	for _, of := range byWorkload(results()) {
		got, want := "", map[string]string{"W3": "1.50 / 12 MB", "G3": "6 / 4 MB"}[of[0].Workload]
		list := table(of)
		if at := slices.Index(list[0], "memory"); at >= 0 {
			got = list[1][at]
		}
		if got != want {
			t.Errorf("the memory of %s is %q, want %q", of[0].Workload, got, want)
		}
	}
}

// TestPageIsUpToDate holds that the page of the repository is made of the results that are kept.
func TestPageIsUpToDate(t *testing.T) {
	file, err := os.Open("../results.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	kept, err := measure.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(kept) == 0 {
		t.Fatal("no results are kept")
	}
	committed, err := os.ReadFile("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(committed), string(Page(kept))); diff != "" {
		t.Errorf("docs/performance.md is not made of bench/results.jsonl; run make bench (-committed +made):\n%s", diff)
	}
}

// TestTargetsAreMeasured holds that each target names a workload of a section, else nobody would ever see it.
func TestTargetsAreMeasured(t *testing.T) {
	for _, target := range targets() {
		found := false
		for _, s := range sections() {
			found = found || s.has(target.workload)
		}
		if !found {
			t.Errorf("no section has the workload of the target %s %s", target.workload, target.against)
		}
	}
}

// TestFigure holds that figures have about three digits.
func TestFigure(t *testing.T) {
	for value, want := range map[float64]string{0: "0", 0.0123: "0.012", 0.5: "0.50", 1.149: "1.15", 3: "3", 12.34: "12.3", 123.4: "123", 1234567: "1,234,567"} {
		if got := figure(value); got != want {
			t.Errorf("%v is written %q, want %q", value, got, want)
		}
	}
}
