package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBooks(t *testing.T) {
	for _, c := range []struct {
		args []string
		want []int
	}{
		{nil, []int{20_000}},
		{[]string{"-quick"}, []int{2000}},
		{[]string{"-quick", "-books", "1000"}, []int{1000}},
		{[]string{"-books", "2000,200000", "w1"}, []int{2000, 200_000}},
	} {
		o, err := parse(c.args)
		if err != nil {
			t.Errorf("%v: %v", c.args, err)
		}
		if diff := cmp.Diff(c.want, o.books); diff != "" {
			t.Errorf("%v: books differ (-want +got):\n%s", c.args, diff)
		}
	}
}

// TestOn holds that a database with a wrong name is refused, not passed over.
func TestOn(t *testing.T) {
	o, err := parse([]string{"-on", "sqlite,postgres", "w1"})
	if err != nil || cmp.Diff([]string{"sqlite", "postgres"}, o.on) != "" {
		t.Errorf("%v, %v", o.on, err)
	}
	if _, err := parse([]string{"-on", "sqlite,oracle"}); err == nil || !strings.Contains(err.Error(), "sqlite3") {
		t.Errorf("the error does not say what there is: %v", err)
	}
}

// TestSizes holds that a workload with a number of documents of its own is not measured again at each size.
func TestSizes(t *testing.T) {
	wanted := []int{2000, 20_000}
	for sized, want := range map[bool]int{true: 2, false: 1} {
		if got := (workload{Sized: sized}).sizes(wanted); len(got) != want {
			t.Errorf("sized %v is measured at %v", sized, got)
		}
	}
}

// TestEveryBenchmarkIsPlanned holds that each benchmark is of one workload.
func TestEveryBenchmarkIsPlanned(t *testing.T) {
	files, err := filepath.Glob("workloads/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	benchmark := regexp.MustCompile(`(?m)^func Benchmark(\w+)\(`)
	planned := map[string]int{}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range benchmark.FindAllSubmatch(text, -1) {
			of := 0
			for _, w := range workloads() {
				if regexp.MustCompile("^" + w.Benchmark + "$").Match(found[1]) {
					of++
					planned[w.Name]++
				}
			}
			if of != 1 {
				t.Errorf("Benchmark%s is of %d workloads", found[1], of)
			}
		}
	}
	for _, w := range workloads() {
		if planned[w.Name] == 0 {
			t.Errorf("the workload %s has no benchmark", w.Name)
		}
	}
}
