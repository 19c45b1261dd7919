// Package report makes tables, charts and a page of what the benchmarks measured.
package report

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/denormgen/denormgen/bench/measure"
)

// section is a part of the page.
type section struct {
	title, text string
	workloads   []string // prefixes of names, up to a dash
	chart       string   // the name of a chart of ratios, or ""
}

func (s section) has(workload string) bool {
	name, _, _ := strings.Cut(workload, "-")
	return slices.Contains(s.workloads, name)
}

func sections() []section {
	return []section{
		{"Loading", `W1 loads one document, W2 a hundred at once, and W3 all of them, without any cache. A document is a book with its
authors and their countries, its tags and its reviews, about 4 KB of JSON. Every peer keeps its statements, if it can, and
reads in one snapshot. "hand" is careful database/sql: four queries, to-one relations joined, padded lists, children cut from
one slab. The models of bob are of one kind of database, here PostgreSQL, which we read through a pipeline (WithPipeline).
"W3-abreast" is W3 over two connections (WithSecondConnection).`, []string{"W1", "W2", "W3"}, "loading"},
		{"Cached reads", `C1 reads from the cache of the process, by 1 and by 16 goroutines, and C2 from Redis: "C2-100-16" is a hundred documents
at a time by 16 goroutines. otter, which our cache is made of, and sturdyc hold pointers, and are asked the time, too. "GET", "MGET" and
"pipeline" get the bytes that our cache holds, and do nothing with them.`, []string{"C1", "C2"}, "cached"},
		{"Changes", `C3 is how long after another program's commit a read shows it, at 500 commits a second. C4 is one change that so many
documents show, from its commit until all are gone from Redis, against the bare query and UNLINK; "coalesced" is a hundred changes that arrive
together against one by one. C5 is the p99 of a writer beside a change of very many documents, and C6 one change behind a snapshot that was
left open.`, []string{"C3", "C4", "C5", "C6"}, ""},
		{"Writers", `A statement on a table that is captured, against the same on one that is not. "commit" writes one row in a transaction, the others a hundred.
"untracked" updates a column that no document has.`, []string{"O"}, "writers"},
		{"Aggregates", `An aggregate of all documents against All and the bare function, where it is built, and against reading it from a plain
variable where it is cached.`, []string{"A"}, ""},
		{"Sinks", `S1 is a full sync against All, encoding and the store's own bulk writer. S2 is the memory of one, S3 changes a second, written one by one and seen
in the sink, and S4 a backlog of a million changes to ten thousand documents against their full sync. "mongo" is an embedded FerretDB and
"search" a fake of the protocol, in the same process: they stand for what cannot be had here.`, []string{"S1", "S2", "S3", "S4"}, "sinks"},
		{"Growth", `A large store against a small one, a hundredth of it. G1 is one document out of it, and one change of what eight documents show,
until they do. G3 loads all documents, and the small store as often as makes as many: above 1 a document costs more, or all of them take more
memory, the more there are. SQLite and MariaDB are given memory for the large store, and
PostgreSQL finds it in the system's: else what grows is reading files, for every peer alike.`, []string{"G1", "G3"}, ""},
		{"Generator", `G2 generates code for 100 models: ten collections of ours, and the client of ent's.`, []string{"G2"}, ""},
	}
}

// Page is the page of results, which are sorted.
func Page(results []measure.Result) []byte {
	var out bytes.Buffer
	out.WriteString(`<!-- Made by make bench. Do not edit. -->

# Performance

What denormgen costs beside what you would use instead. A ratio is our time by the peer's, in rounds of all peers by turns within one
process: **below 1 we are faster**. It is the median of the rounds' ratios, beside it their quartiles. Bare times are those of this machine,
and worth little elsewhere. "Processor" is the same ratio of processor time, of this process and not of database servers. Allocations are
ours / the peer's for each document, and memory is the most that a run had in use above what was before it, garbage included. Other programs
used the machine as well. Repeat a part with ` + "`make bench W=w2`" + `.

`)
	fmt.Fprintf(&out, "Measured: %s.\n", strings.Join(measured(results), "; "))
	for _, s := range sections() {
		of := slices.DeleteFunc(slices.Clone(results), func(r measure.Result) bool { return !s.has(r.Workload) })
		if len(of) == 0 {
			continue
		}
		fmt.Fprintf(&out, "\n## %s\n\n%s\n\n", s.title, s.text)
		if s.chart != "" {
			fmt.Fprintf(&out, "![%s: our time by each peer's](performance/%s.svg)\n\n", s.title, s.chart)
		}
		markdown(&out, table(of))
	}
	out.WriteString("\n## Targets\n\nWhat we want to reach, and where we are.\n\n")
	list := []row{{"workload", "place", "documents", "against", "is", "target", ""}}
	for _, v := range verdicts(results) {
		mark := "ok"
		if !v.ok() {
			mark = "**short**"
		}
		list = append(list, row{v.workload, v.place, strconv.Itoa(v.size), v.against, figure(v.value), figure(v.most), mark})
	}
	markdown(&out, list)
	return out.Bytes()
}

// markdown writes a table, whose first row are the titles.
func markdown(out *bytes.Buffer, list []row) {
	for i, r := range list {
		fmt.Fprintf(out, "| %s |\n", strings.Join(r, " | "))
		if i == 0 {
			fmt.Fprintf(out, "|%s\n", strings.Repeat(" --- |", len(r)))
		}
	}
}

// measured are the days and machines of results, each once.
func measured(results []measure.Result) []string {
	var list []string
	for _, r := range results {
		list = append(list, r.Measured)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// WritePage writes performance.md and its charts into a folder.
func WritePage(folder string, results []measure.Result) error {
	charts := filepath.Join(folder, "performance")
	if err := os.MkdirAll(charts, 0o755); err != nil {
		return err
	}
	for _, s := range sections() {
		if s.chart == "" {
			continue
		}
		drawn, err := chart(s, results)
		if err != nil {
			return fmt.Errorf("draw %s: %w", s.chart, err)
		}
		if drawn == nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(charts, s.chart+".svg"), drawn, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(folder, "performance.md"), Page(results), 0o644)
}
