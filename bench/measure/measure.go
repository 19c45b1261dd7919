// Package measure times peers against each other in interleaved rounds, so that a noisy machine is noisy to all, and
// writes down what it saw.
package measure

import (
	"runtime"
	"runtime/metrics"
	"slices"
	"testing"
	"time"
)

// Run is something to time: all of Do, or what Clock says.
type Run struct {
	Name  string
	Do    func() error
	Clock func() (time.Duration, error)
}

// Case says what is measured.
type Case struct {
	Workload string // W1, C2 and so on
	Database string // or the store, or "" where there is none
	Size     int    // of the data, in documents
	Units    int    // documents or calls of one run
	Peaks    bool   // the memory of each run is watched
}

// sample is what one run of a round took.
type sample struct {
	time, cpu    time.Duration
	allocs, peak uint64
}

// Interleave times every run once a round, the first against each of the others, and reports the medians of the rounds'
// ratios: below 1 the first is faster. Each round begins with another run, for who comes first reads pages from the disk
// that the others then find in memory. One round in front is not counted.
func Interleave(b *testing.B, c Case, runs ...Run) {
	b.Helper()
	samples := make([][]sample, len(runs))
	rounds := 0
	round := func(record bool) {
		rounds++
		for n := range runs {
			i := (rounds + n) % len(runs)
			s, err := runs[i].sample(c.Peaks)
			if err != nil {
				b.Fatalf("%s: %v", runs[i].Name, err)
			}
			if record {
				samples[i] = append(samples[i], s)
			}
		}
	}
	round(false)
	b.ResetTimer()
	for b.Loop() {
		round(true)
	}
	b.ReportMetric(0, "ns/op")
	result := resultOf(c, runs, samples)
	b.ReportMetric(result.Ours.Micros, "µs/"+runs[0].Name)
	for _, p := range result.Peers {
		b.ReportMetric(p.Ratio.Median, "÷"+p.Name)
	}
	Record(b, result)
}

// sample runs it once.
func (r Run) sample(peaks bool) (s sample, err error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu := cpuTime()
	var stop func() uint64
	if peaks {
		runtime.GC()
		stop = watchHeap()
	}
	if r.Clock != nil {
		s.time, err = r.Clock()
	} else {
		start := time.Now()
		err = r.Do()
		s.time = time.Since(start)
	}
	if stop != nil {
		s.peak = stop()
	}
	s.cpu = cpuTime() - cpu
	runtime.ReadMemStats(&after)
	s.allocs = after.Mallocs - before.Mallocs
	return s, err
}

// watchHeap looks every few milliseconds at how many bytes are in use, and returns what was the most above the beginning.
func watchHeap() (stop func() uint64) {
	read := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(read)
	begin, most := read[0].Value.Uint64(), uint64(0)
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			metrics.Read(read)
			if now := read[0].Value.Uint64(); now > begin {
				most = max(most, now-begin)
			}
			select {
			case <-tick.C:
			case <-end:
				tick.Stop()
				return
			}
		}
	}()
	return func() uint64 { close(end); <-ended; return most }
}

// Quantile returns the value that a part of a list, from 0 to 1, is below, and 0 for an empty one.
func Quantile(list []float64, part float64) float64 {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[min(len(sorted)-1, int(part*float64(len(sorted))))]
}

// Median is the value in the middle.
func Median(list []float64) float64 { return Quantile(list, 0.5) }

// Values reports figures that no peer stands beside, or that were compared otherwise, by their units.
func Values(b *testing.B, c Case, values map[string]float64) {
	b.Helper()
	b.ReportMetric(0, "ns/op")
	for unit, value := range values {
		b.ReportMetric(value, unit)
	}
	Record(b, Result{Workload: c.Workload, Database: c.Database, Size: c.Size, Values: values})
}
