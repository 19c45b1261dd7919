package denorm

import (
	"sync"
	"time"
)

// verifiedPlaces is what verifications found last of each collection in each store.
type verifiedPlaces struct {
	mu       sync.Mutex
	compared int64
	last     map[[2]string]Verified
}

// keep takes the results of a verification, and fills in since when documents differ.
func (p *verifiedPlaces) keep(v *Verification, begun time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil {
		p.last = map[[2]string]Verified{}
	}
	for i := range v.Stores {
		one := &v.Stores[i]
		if one.Skipped != "" {
			continue // what was found before still counts
		}
		place := [2]string{one.Store, one.Collection}
		if one.Differing > 0 {
			if one.Since = p.last[place].Since; one.Since.IsZero() {
				one.Since = begun
			}
		}
		p.compared += int64(one.Compared)
		p.last[place] = *one
	}
}

// show fills in what Stats shows of verifications.
func (p *verifiedPlaces) show(stats *Stats) {
	p.mu.Lock()
	defer p.mu.Unlock()
	stats.Compared, stats.Differing, stats.DifferingFor = p.compared, 0, -1
	for _, one := range p.last {
		stats.Differing += int64(one.Differing)
		if one.Differing > 0 {
			stats.DifferingFor = max(stats.DifferingFor, time.Since(one.Since))
		}
	}
}
