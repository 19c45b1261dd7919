package memorysink

import (
	"encoding/json"
	"time"
)

// SetDown makes every call fail, until it is set to nil.
func (s *Sink) SetDown(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = err
}

// SetDelay makes every call take so long, or until its context ends.
func (s *Sink) SetDelay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// SetMaxBytes makes documents that are larger denorm.ErrTooLarge; 0 allows any size.
func (s *Sink) SetMaxBytes(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.maxBytes = n
}

// SetRefuse makes documents fail for which it returns an error, until it is set to nil.
func (s *Sink) SetRefuse(refuse func(key string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = refuse
}

// SetField puts a field at the root of a document that is there, as somebody else would who uses the store. It reports
// whether it is.
func (s *Sink) SetField(collection, key, name string, value json.RawMessage) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	document := s.found(collection)[key]
	if document == nil || document.fields == nil {
		return false
	}
	document.fields[name] = value
	return true
}

// found are the documents that readers find by the name of a collection.
func (s *Sink) found(collection string) map[string]*document {
	if s.served != nil {
		return s.documents[s.served[collection]]
	}
	return s.documents[collection]
}

// Read returns the document that readers find by the name of a collection, nil for none.
func (s *Sink) Read(collection, key string) (json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	document := s.found(collection)[key]
	if document == nil || document.fields == nil {
		return nil, nil
	}
	return json.Marshal(document.fields)
}

// Len is how many documents there are.
func (s *Sink) Len(collection string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, document := range s.found(collection) {
		if document.fields != nil {
			n++
		}
	}
	return n
}
