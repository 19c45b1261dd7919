package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/denormgen/denormgen/internal/truth/naive"
)

// timeline knows what every document was and when, from the naive builder after each commit.
type timeline struct {
	mu   sync.Mutex
	data *naive.Data
	docs map[string]*documents // by collection
}

type documents struct {
	naive.Collection
	rows  []naive.Row          // one for each key that there ever was
	lives map[string][]version // by the text of the key
}

// version is a state of a document: to be seen from `from` on, and until `gone` by all who began before it.
type version struct {
	json       string
	from, gone time.Time // gone is zero for the newest
}

const absent = "null"

func newTimeline() *timeline {
	l := &timeline{docs: map[string]*documents{}}
	for _, c := range naive.Collections() {
		l.docs[c.Name] = &documents{Collection: c, lives: map[string][]version{}}
	}
	return l
}

// record reads all there is. The commit that it shows lies between two times. It returns what was there before.
func (l *timeline) record(ctx context.Context, q naive.Queryer, dialect naive.Dialect, before, after time.Time) (*naive.Data, error) {
	data, err := naive.Read(ctx, dialect, q)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.data
	l.data = data
	for _, d := range l.docs {
		gone := map[string]bool{}
		for key := range d.lives {
			gone[key] = true
		}
		for _, doc := range d.Documents(data) {
			key := d.KeyText(doc.Row)
			delete(gone, key)
			if _, known := d.lives[key]; !known {
				d.rows = append(d.rows, doc.Row)
				d.lives[key] = []version{{json: absent}}
			}
			d.set(key, doc.JSON, before, after)
		}
		for key := range gone {
			d.set(key, absent, before, after)
		}
	}
	return was, nil
}

func (d *documents) set(key, json string, before, after time.Time) {
	life := d.lives[key]
	last := &life[len(life)-1]
	if last.json == json {
		return
	}
	last.gone = after
	d.lives[key] = append(life, version{json: json, from: before})
}

// any picks a document that there is or was, or says that there was none.
func (l *timeline) any(random *rand.Rand) (collection string, row naive.Row, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := naive.Collections()
	d := l.docs[all[random.IntN(len(all))].Name]
	if len(d.rows) == 0 {
		return "", nil, false
	}
	return d.Name, d.rows[random.IntN(len(d.rows))], true
}

// each are the rows of all keys that there ever were, by collection.
func (l *timeline) each() map[string][]naive.Row {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := map[string][]naive.Row{}
	for name, d := range l.docs {
		all[name] = append([]naive.Row(nil), d.rows...)
	}
	return all
}

// seen is what a reader was shown.
type seen struct {
	process, collection, key, json string
	begun, ended                   time.Time
}

// judge tells what is wrong with what was seen: nothing may be older than staleness when a read begins, and nothing
// newer than when it ended.
func (l *timeline) judge(s seen, staleness time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	life := l.docs[s.collection].lives[s.key]
	oldest := s.begun.Add(-staleness)
	for _, v := range life {
		if v.json == s.json && !v.from.After(s.ended) && (v.gone.IsZero() || !v.gone.Before(oldest)) {
			return nil
		}
	}
	what := "it never was that"
	for _, v := range life {
		if v.json == s.json && !v.gone.IsZero() {
			what = fmt.Sprintf("it was that until %v before the read", s.begun.Sub(v.gone))
		}
	}
	return fmt.Errorf("process %s: document %sof %s: %s\n got %s\n now %s", s.process, s.key, s.collection, what, s.json, life[len(life)-1].json)
}
