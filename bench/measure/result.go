package measure

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"testing"
	"time"
)

// Results is the variable of the environment that names the file which results are appended to, a line of JSON each.
const Results = "BENCH_RESULTS"

// Result is what was seen in one case: peers of one run, in the same rounds.
type Result struct {
	Workload string `json:"workload"`
	Database string `json:"database,omitempty"`
	Size     int    `json:"size,omitempty"`
	Rounds   int    `json:"rounds,omitempty"`
	Measured string `json:"measured"` // the day, the version of Go, processors
	Ours     Cost   `json:"ours,omitzero"`
	Peers    []Peer `json:"peers,omitempty"`
	// Values are figures that have no peer, by name: latencies, changes a second.
	Values map[string]float64 `json:"values,omitempty"`
}

// Cost is what one unit costs: medians of all rounds.
type Cost struct {
	Micros    float64 `json:"micros"`
	CPUMicros float64 `json:"cpu_micros"`
	Allocs    float64 `json:"allocs"`
	PeakMB    float64 `json:"peak_mb,omitempty"` // of a whole run, where it was watched
}

// Peer is another way to do the same.
type Peer struct {
	Name  string `json:"name"`
	Cost  Cost   `json:"cost"`
	Ratio Spread `json:"ratio"` // of times: ours ÷ the peer's
	CPU   Spread `json:"cpu"`   // of the processor times
}

// Spread is the middle and the quartiles of the rounds.
type Spread struct {
	Low    float64 `json:"low"`
	Median float64 `json:"median"`
	High   float64 `json:"high"`
}

func spread(list []float64) Spread {
	return Spread{Low: Quantile(list, 0.25), Median: Median(list), High: Quantile(list, 0.75)}
}

func resultOf(c Case, runs []Run, samples [][]sample) Result {
	result := Result{Workload: c.Workload, Database: c.Database, Size: c.Size, Rounds: len(samples[0]), Ours: costOf(c, samples[0])}
	for i, r := range runs[1:] {
		peer := Peer{Name: r.Name, Cost: costOf(c, samples[i+1])}
		var ratios, cpu []float64
		for n, of := range samples[i+1] {
			ratios = append(ratios, float64(samples[0][n].time)/float64(of.time))
			if of.cpu > 0 {
				cpu = append(cpu, float64(samples[0][n].cpu)/float64(of.cpu))
			}
		}
		peer.Ratio, peer.CPU = spread(ratios), spread(cpu)
		result.Peers = append(result.Peers, peer)
	}
	return result
}

func costOf(c Case, samples []sample) Cost {
	units := float64(max(1, c.Units))
	median := func(of func(sample) float64) float64 {
		list := make([]float64, len(samples))
		for i, s := range samples {
			list[i] = of(s)
		}
		return Median(list)
	}
	return Cost{
		Micros:    median(func(s sample) float64 { return float64(s.time.Nanoseconds()) }) / 1e3 / units,
		CPUMicros: median(func(s sample) float64 { return float64(s.cpu.Nanoseconds()) }) / 1e3 / units,
		Allocs:    median(func(s sample) float64 { return float64(s.allocs) }) / units,
		PeakMB:    median(func(s sample) float64 { return float64(s.peak) }) / (1 << 20),
	}
}

// Record appends a result to the file that Results names, if it names one.
func Record(tb testing.TB, result Result) {
	tb.Helper()
	if path := os.Getenv(Results); path != "" {
		result.Measured = fmt.Sprintf("%s, %s, %d processors", time.Now().Format(time.DateOnly), runtime.Version(), runtime.NumCPU())
		if err := appendTo(path, result); err != nil {
			tb.Fatal(err)
		}
	}
}

func appendTo(path string, result Result) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		err = errors.Join(json.NewEncoder(file).Encode(result), file.Close())
	}
	if err != nil {
		return fmt.Errorf("append a result: %w", err)
	}
	return nil
}

// Write replaces a file by the results.
func Write(path string, list []Result) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	for _, one := range list {
		if err := encoder.Encode(one); err != nil {
			return fmt.Errorf("write results: %w", err)
		}
	}
	return os.WriteFile(path, text.Bytes(), 0o644)
}

// Read reads results, the Latest of them.
func Read(from io.Reader) ([]Result, error) {
	var list []Result
	decoder := json.NewDecoder(from)
	for {
		var one Result
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) {
			return Latest(list), nil
		}
		if err != nil {
			return nil, fmt.Errorf("read result %d: %w", len(list)+1, err)
		}
		list = append(list, one)
	}
}

// Latest leaves of results of the same workload, database and size the last one, in the place of the first.
func Latest(all []Result) []Result {
	type place struct {
		workload, database string
		size               int
	}
	var list []Result
	seen := map[place]int{}
	for _, one := range all {
		at := place{one.Workload, one.Database, one.Size}
		if i, again := seen[at]; again {
			list[i] = one
			continue
		}
		seen[at] = len(list)
		list = append(list, one)
	}
	return list
}
