package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/denormgen/denormgen/bench/measure"
)

// Sort puts results in the order of pages: by workload, place and size.
func Sort(results []measure.Result) {
	rank := func(name string) int {
		for i, s := range sections() {
			if s.has(name) {
				return i
			}
		}
		return len(sections())
	}
	slices.SortStableFunc(results, func(a, b measure.Result) int {
		return cmp.Or(cmp.Compare(rank(a.Workload), rank(b.Workload)), natural(a.Workload, b.Workload),
			cmp.Compare(a.Database, b.Database), cmp.Compare(a.Size, b.Size))
	})
}

// natural compares names so that 10 comes behind 2.
func natural(a, b string) int {
	if d := cmp.Compare(len(a), len(b)); d != 0 && strings.HasPrefix(a, b[:min(2, len(b))]) {
		return d
	}
	return cmp.Compare(a, b)
}

// row is a line of a table.
type row []string

// table is the titles and the lines of results: of one with peers there is a line for each. Columns that say nothing are left out.
func table(results []measure.Result) []row {
	list := []row{{"workload", "place", "documents", "against", "ratio", "quartiles", "processor", "ours", "allocations", "memory"}}
	for _, result := range results {
		begin := row{result.Workload, place(result), strconv.Itoa(result.Size)}
		for _, p := range result.Peers {
			list = append(list, append(slices.Clone(begin), p.Name, figure(p.Ratio.Median),
				figure(p.Ratio.Low)+" – "+figure(p.Ratio.High), figure(p.CPU.Median), duration(result.Ours.Micros),
				figure(result.Ours.Allocs)+" / "+figure(p.Cost.Allocs), memory(result.Ours, p.Cost)))
		}
		for _, unit := range slices.Sorted(maps.Keys(result.Values)) {
			list = append(list, append(slices.Clone(begin), unit, figure(result.Values[unit]), "", "", "", "", ""))
		}
	}
	for i := len(list[0]) - 1; i >= 0; i-- {
		if !slices.ContainsFunc(list[1:], func(r row) bool { return r[i] != "" }) {
			for n := range list {
				list[n] = slices.Delete(list[n], i, i+1)
			}
		}
	}
	return list
}

// place is the database of a result, "-" where there is but one.
func place(result measure.Result) string { return cmp.Or(result.Database, "-") }

// byWorkload are sorted results, those of one workload together: C2-1-1 and C2-100-1 are one.
func byWorkload(results []measure.Result) [][]measure.Result {
	var list [][]measure.Result
	last := ""
	for _, result := range results {
		name, _, _ := strings.Cut(result.Workload, "-")
		if name != last {
			list, last = append(list, nil), name
		}
		list[len(list)-1] = append(list[len(list)-1], result)
	}
	return list
}

// Print writes a table of each workload, and a line for each target that was measured.
func Print(out io.Writer, results []measure.Result) error {
	results = slices.Clone(results)
	Sort(results)
	tabs := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, of := range byWorkload(results) {
		fmt.Fprintln(tabs)
		for _, r := range table(of) {
			fmt.Fprintln(tabs, strings.Join(r, "\t"))
		}
		if err := tabs.Flush(); err != nil {
			return err
		}
	}
	list := verdicts(results)
	slices.SortStableFunc(list, func(a, b verdict) int { return cmp.Compare(a.size, b.size) })
	for i, v := range list {
		if i == 0 || v.size != list[i-1].size {
			fmt.Fprintf(out, "\n%d documents\n", v.size)
		}
		if _, err := fmt.Fprintln(out, v); err != nil {
			return err
		}
	}
	return nil
}

// figure is a number of about three digits.
func figure(value float64) string {
	switch {
	case value == 0:
		return "0"
	case value >= 1000:
		return group(strconv.FormatFloat(value, 'f', 0, 64))
	case value >= 100:
		return strconv.FormatFloat(value, 'f', 0, 64)
	case value >= 10:
		return strings.TrimSuffix(strconv.FormatFloat(value, 'f', 1, 64), ".0")
	case value >= 0.1:
		return strings.TrimSuffix(strconv.FormatFloat(value, 'f', 2, 64), ".00")
	default:
		return strconv.FormatFloat(value, 'g', 2, 64)
	}
}

// group puts a comma in front of each three digits.
func group(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// memory is the most that a run of ours and one of a peer's had in use, where that was watched.
func memory(ours, peer measure.Cost) string {
	if ours.PeakMB == 0 && peer.PeakMB == 0 {
		return ""
	}
	return figure(ours.PeakMB) + " / " + figure(peer.PeakMB) + " MB"
}

func duration(micros float64) string {
	switch {
	case micros == 0:
		return ""
	case micros < 1:
		return figure(micros*1e3) + " ns"
	case micros < 1e3:
		return figure(micros) + " µs"
	default:
		return figure(micros/1e3) + " ms"
	}
}
