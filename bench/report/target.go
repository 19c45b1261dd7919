package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/bench/measure"
)

// target is the most that a figure may be. Those of ratios are ours by the peer's.
type target struct {
	workload  string
	databases []string // "" is the workload's only place
	against   string   // a peer, or the unit of a figure without one
	of        figureOf
	most      float64
}

// figureOf finds the figure that a target is about, and tells whether it was measured.
type figureOf func(result measure.Result, against string) (value float64, measured bool)

func ratio(result measure.Result, peer string) (float64, bool) {
	return ofPeer(result, peer, func(p measure.Peer) float64 { return p.Ratio.Median })
}

// cpu is the ratio of processor times; the name of the peer has that behind it.
func cpu(result measure.Result, peer string) (float64, bool) {
	return ofPeer(result, strings.TrimSuffix(peer, "-processor"), func(p measure.Peer) float64 { return p.CPU.Median })
}

// peak is the ratio of memory, with that behind the name of the peer.
func peak(result measure.Result, peer string) (float64, bool) {
	return ofPeer(result, strings.TrimSuffix(peer, "-memory"), func(p measure.Peer) float64 { return result.Ours.PeakMB / p.Cost.PeakMB })
}

func allocations(result measure.Result, _ string) (float64, bool) { return result.Ours.Allocs, true }

func figureIn(result measure.Result, unit string) (float64, bool) {
	value, measured := result.Values[unit]
	return value, measured
}

func ofPeer(result measure.Result, name string, of func(measure.Peer) float64) (float64, bool) {
	for _, peer := range result.Peers {
		if peer.Name == name {
			return of(peer), true
		}
	}
	return 0, false
}

// targets are what we want to reach. The names of places are those of the benchmarks.
func targets() []target {
	sqlite, postgres, here := []string{"sqlite", "sqlite3"}, []string{"postgres"}, []string{""}
	redis, servers := []string{"redis"}, []string{"sqlite", "postgres", "mysql"}
	list := []target{
		{"C1-1", here, "otter", ratio, 1.2},
		{"C2-1-1", redis, "GET", ratio, 1.1},
		{"C2-1-1", redis, "GET+json", ratio, 0.35},
		{"C2-1-1", redis, "go-redis/cache", ratio, 0.6},
		{"C2-100-1", redis, "MGET+json", ratio, 0.12},
		{"C4-coalesced", servers, "one-by-one", ratio, 0.3},
		{"O-commit-update", sqlite, "plain", ratio, 1.35},
		{"O-commit-update", postgres, "plain", ratio, 1.3},
		{"O-update-100", postgres, "plain", ratio, 1.5},
		{"S4", []string{"sqlite"}, "÷sync", figureIn, 1},
		{"G1-get", servers, "small", ratio, 1.2},
		{"G1-change", servers, "small", ratio, 1.2},
		{"G3", servers, "small", ratio, 1.2},
		{"G3", servers, "small-memory", peak, 1.2},
		{"G2", here, "ent", ratio, 0.25},
	}
	for _, size := range []string{"10", "1000", "10000"} {
		list = append(list, target{"C4-" + size, servers, "bare", ratio, 1.15})
	}
	for _, mode := range []string{"local", "both"} {
		list = append(list, target{"C3-" + mode, servers, "ms/median", figureIn, 10}, target{"C3-" + mode, servers, "ms/p99", figureIn, 50})
	}
	for _, store := range []string{"file", "memcached", "mongo", "mysql", "nats", "postgres", "redis", "search", "sqlite"} {
		list = append(list, target{"S1", []string{store}, "bulk", ratio, 1.2})
	}
	load := func(workload string, databases []string, most map[string]float64) {
		for _, peer := range []string{"hand", "sqlx", "gorm", "ent", "bun", "bob"} {
			if limit, wanted := most[peer]; wanted {
				list = append(list, target{workload, databases, peer, ratio, limit})
			}
		}
	}
	load("W1", sqlite, map[string]float64{"hand": 1.05, "sqlx": 0.4, "gorm": 0.3, "ent": 0.3, "bun": 0.38})
	load("W1", postgres, map[string]float64{"hand": 0.75, "sqlx": 0.55, "gorm": 0.35, "ent": 0.45})
	load("W2", sqlite, map[string]float64{"hand": 0.78, "sqlx": 0.68, "gorm": 0.48, "ent": 0.62, "bun": 0.65})
	load("W2", postgres, map[string]float64{"hand": 0.78, "sqlx": 0.7, "gorm": 0.48, "ent": 0.66, "bob": 0.6})
	load("W3", sqlite, map[string]float64{"hand": 0.7})
	load("W3", postgres, map[string]float64{"hand": 0.55})
	return append(list,
		target{"W2", postgres, "hand-processor", cpu, 0.5},
		target{"W3", sqlite, "allocations", allocations, 110},
		target{"W3", postgres, "allocations", allocations, 2},
	)
}

// verdict is a target beside what was measured.
type verdict struct {
	workload, place, against string
	size                     int
	value, most              float64
}

func (v verdict) ok() bool { return v.value <= v.most }

func (v verdict) String() string {
	word := "ok"
	if !v.ok() {
		word = "short"
	}
	return fmt.Sprintf("RATIO %s %s %s %s %s %s", v.workload, v.place, v.against, figure(v.value), figure(v.most), word)
}

// verdicts are those of all targets that were measured, in the order of the results.
func verdicts(results []measure.Result) []verdict {
	var list []verdict
	for _, result := range results {
		for _, t := range targets() {
			if value, measured := t.value(result); measured {
				list = append(list, verdict{result.Workload, place(result), t.against, result.Size, value, t.most})
			}
		}
	}
	return list
}

// value is the figure of a result that a target is about.
func (t target) value(result measure.Result) (value float64, measured bool) {
	if t.workload != result.Workload || !slices.Contains(t.databases, result.Database) {
		return 0, false
	}
	return t.of(result, t.against)
}
