package memorysink

import (
	"context"
	"slices"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Swapping is a Sink that keeps documents of different shapes apart.
type Swapping struct{ *Sink }

var _ denorm.SinkSwapper = (*Swapping)(nil)

// NewSwapping makes an empty sink.
func NewSwapping() *Swapping {
	sink := New()
	sink.served = map[string]string{}
	return &Swapping{sink}
}

// Serve implements denorm.SinkSwapper.
func (s *Swapping) Serve(ctx context.Context, before, target *denorm.SinkTarget) error {
	if err := s.wait(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	place := s.place(target)
	if before != nil {
		for key, old := range s.documents[s.place(before)] {
			fresh := s.documents[place][key]
			if fresh == nil || fresh.fields == nil {
				continue
			}
			for name, value := range old.fields {
				if !slices.Contains(before.Fields, name) && !slices.Contains(target.Fields, name) {
					fresh.fields[name] = value
				}
			}
		}
	}
	s.served[target.Collection] = place
	return nil
}

// Drop implements denorm.SinkSwapper.
func (s *Swapping) Drop(ctx context.Context, target *denorm.SinkTarget) error {
	if err := s.wait(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.documents, s.place(target))
	return nil
}
