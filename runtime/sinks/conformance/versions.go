package conformance

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	denorm "github.com/denormgen/denormgen/runtime"
)

func (s *suite) newestWins() {
	s.want("k", nil)
	s.put("k", 5, "five")
	s.want("k", body("five"))
	s.put("k", 5, "five again")
	s.put("k", 4, "four")
	s.want("k", body("five"))
	s.delete("k", 4)
	s.want("k", body("five"))
	s.delete("k", 6)
	s.want("k", nil)
	s.put("k", 5, "five")
	s.put("k", 6, "six")
	s.want("k", nil)
	s.put("k", 7, "seven")
	s.want("k", body("seven"))
	s.delete("none", 7)
	s.put("none", 6, "six")
	s.want("none", nil)
	// Another life of the feed begins its numbers where it likes.
	later := denorm.Version{Epoch: at(0).Epoch + 1, Seq: 1}
	s.must(s.Sink.Put(s.Context(), s.target, []denorm.SinkDocument{{Key: "k", Version: later, Body: body("another life")}}))
	s.put("k", 1000, "late")
	s.want("k", body("another life"))
	found, err := s.get("k")
	s.must(err)
	if !s.WriteOnly && found[0].Version != later {
		s.Errorf("the version is %v, want %v", found[0].Version, later)
	}
}

// anyOrder sends each state of some documents three times, shuffled.
func (s *suite) anyOrder() {
	const documents, states = 20, 10
	random := rand.New(rand.NewPCG(1, 2))
	var all []denorm.SinkDocument
	last := map[string][]byte{}
	for n := range documents {
		key := fmt.Sprint("k", n)
		for state := range states {
			document := denorm.SinkDocument{Key: key, Version: at(state + 1)}
			if random.IntN(4) > 0 {
				document.Body = body(fmt.Sprint(n, "in state", state))
			}
			all = append(all, document, document, document)
			last[key] = document.Body
		}
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, document := range all {
		write := s.Sink.Put
		if document.Body == nil {
			write = s.Sink.Delete
		}
		s.must(write(s.Context(), s.target, []denorm.SinkDocument{document}))
	}
	for key, want := range last {
		s.want(key, want)
	}
}

// manyAtOnce has several writers at the same documents.
func (s *suite) manyAtOnce() {
	const writers, documents, states = 4, 10, 25
	var running sync.WaitGroup
	for writer := range writers {
		running.Go(func() {
			random := rand.New(rand.NewPCG(3, uint64(writer)))
			for _, state := range random.Perm(states) {
				var put, gone []denorm.SinkDocument
				for n := range documents {
					document := denorm.SinkDocument{Key: fmt.Sprint("k", n), Version: at(state + 1)}
					if (n+state)%3 == 0 {
						gone = append(gone, document)
					} else {
						document.Body = body(state)
						put = append(put, document)
					}
				}
				if err := errors.Join(s.Sink.Put(s.Context(), s.target, put), s.Sink.Delete(s.Context(), s.target, gone)); err != nil {
					s.Error(err)
					return
				}
			}
		})
	}
	running.Wait()
	for n := range documents {
		if (n+states-1)%3 == 0 {
			s.want(fmt.Sprint("k", n), nil)
		} else {
			s.want(fmt.Sprint("k", n), body(states-1))
		}
	}
}
