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

// row is a line of a table. Of a result with peers there is one for each.
type row []string

func head() row {
	return row{"workload", "place", "documents", "against", "ratio", "quartiles", "processor", "ours", "allocations"}
}

// rows are the lines of a result.
func rows(result measure.Result) []row {
	begin := row{result.Workload, cmp.Or(result.Database, "-"), strconv.Itoa(result.Size)}
	var list []row
	for _, p := range result.Peers {
		list = append(list, append(slices.Clone(begin), p.Name, figure(p.Ratio.Median),
			figure(p.Ratio.Low)+" – "+figure(p.Ratio.High), figure(p.CPU.Median), duration(result.Ours.Micros),
			figure(result.Ours.Allocs)+" / "+figure(p.Cost.Allocs)))
	}
	for _, unit := range slices.Sorted(maps.Keys(result.Values)) {
		list = append(list, append(slices.Clone(begin), unit, figure(result.Values[unit]), "", "", "", ""))
	}
	return list
}

// Print writes a table of each workload, and a line for each target that was measured.
func Print(out io.Writer, results []measure.Result) error {
	results = slices.Clone(results)
	Sort(results)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	last := ""
	for _, result := range results {
		if name, _, _ := strings.Cut(result.Workload, "-"); name != last {
			last = name
			if err := table.Flush(); err != nil {
				return err
			}
			fmt.Fprintf(table, "\n%s\n", strings.Join(head(), "\t"))
		}
		for _, r := range rows(result) {
			fmt.Fprintln(table, strings.Join(r, "\t"))
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	for _, v := range verdicts(results) {
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
