package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	denorm "github.com/denormgen/denormgen/runtime"
)

// list pages through all keys.
func (s *suite) list(size int) []denorm.SinkDocument {
	s.Helper()
	var all []denorm.SinkDocument
	for after := ""; ; after = all[len(all)-1].Key {
		page, err := s.Sink.Keys(s.Context(), s.target, after, size)
		s.must(err)
		if len(page) == 0 {
			return all
		}
		if len(page) > size || len(all) > 10_000 {
			s.Fatalf("a page of %d has %d documents, after %d", size, len(page), len(all))
		}
		all = append(all, page...)
	}
}

func (s *suite) keysInPages() {
	if !s.lists() {
		if _, err := s.Sink.Keys(s.Context(), s.target, "", 1); !errors.Is(err, errors.ErrUnsupported) {
			s.Errorf("Keys returned %v, want errors.ErrUnsupported", err)
		}
		if s.NoKeys {
			s.versionsReadBack()
		}
		return
	}
	if all := s.list(10); len(all) > 0 {
		s.Fatalf("an empty sink lists %+v", all)
	}
	want, _ := s.somePutSomeDeleted()
	for _, size := range []int{1, 10, 1000} {
		got := map[string]denorm.Version{}
		for _, document := range s.list(size) {
			got[document.Key] = document.Version
		}
		if !reflect.DeepEqual(got, want) {
			s.Errorf("in pages of %d the sink lists %v, want %v", size, got, want)
		}
	}
}

// somePutSomeDeleted returns the versions of the documents that are there, and the keys of all.
func (s *suite) somePutSomeDeleted() (map[string]denorm.Version, []string) {
	const documents = 57
	there := map[string]denorm.Version{}
	var keys []string
	for n := range documents {
		key := fmt.Sprint(n)
		keys = append(keys, key)
		s.put(key, n+1, n)
		if n%5 == 0 {
			s.delete(key, n+2)
			continue
		}
		there[key] = at(n + 1)
	}
	return there, keys
}

// versionsReadBack asks a sink that cannot list for every key.
func (s *suite) versionsReadBack() {
	want, keys := s.somePutSomeDeleted()
	got := map[string]denorm.Version{}
	found, err := s.get(append(keys, "none")...)
	s.must(err)
	for _, document := range found {
		if document.Body != nil {
			got[document.Key] = document.Version
		}
	}
	if !reflect.DeepEqual(got, want) {
		s.Errorf("the sink reads back %v, want %v", got, want)
	}
}

func (s *suite) collections() {
	s.put("k", 1, "a book")
	books := s.target
	s.target = s.prepare("authors")
	s.want("k", nil)
	s.put("k", 1, "an author")
	s.target = s.prepare("book")
	s.want("k", nil)
	s.target = books
	s.delete("k", 2)
	s.want("k", nil)
	s.target = s.prepare("authors")
	s.want("k", body("an author"))
	if !s.lists() {
		return
	}
	if all := s.list(10); len(all) != 1 {
		s.Errorf("the sink lists %+v of authors", all)
	}
}

// shapes makes documents of another shape while the store serves those of the first, which others have added to.
func (s *suite) shapes() {
	swapper, ok := s.Sink.(denorm.SinkSwapper)
	if !ok {
		return
	}
	before := s.target
	s.put("k", 1, "before")
	s.put("gone", 1, "before")
	s.delete("late", 9)
	if s.SetField != nil {
		s.SetField(s.T, before.Collection, "k", "c", json.RawMessage(`"is the engine's in the next shape"`))
		s.SetField(s.T, before.Collection, "k", "rank", json.RawMessage("7"))
	}
	s.target = s.prepareShape(before.Collection, "fedcba9876543210", "a", "b", "c")
	s.put("k", 1, "after")
	s.put("late", 2, "after")
	if s.SetField == nil {
		s.wantRead("k", body("before"))
	} else {
		s.wantRead("k", []byte(`{"a":"before","c":"is the engine's in the next shape","rank":7}`))
	}
	s.wantRead("late", nil)
	for range 2 {
		s.must(swapper.Serve(s.Context(), before, s.target))
		s.want("k", s.ranked("after"))
		s.want("late", body("after"))
		s.want("gone", nil)
	}
	s.put("k", 3, "later")
	s.want("k", s.ranked("later"))
	for range 2 {
		s.must(swapper.Drop(s.Context(), before))
		s.want("k", s.ranked("later"))
	}
	s.target = s.prepareShape(before.Collection, before.Shape, before.Fields...)
	if !s.lists() {
		return
	}
	if all := s.list(10); len(all) > 0 {
		s.Errorf("a shape that was dropped lists %+v", all)
	}
}

// ranked is a document to which others may have added.
func (s *suite) ranked(a string) []byte {
	if s.SetField == nil {
		return body(a)
	}
	return []byte(`{"a":"` + a + `","rank":7}`)
}

func (s *suite) prepared() {
	s.put("k", 1, 1)
	for range 2 {
		s.prepare("books")
	}
	s.want("k", body(1))
}

func (s *suite) endedContext() {
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	begun := time.Now()
	document := []denorm.SinkDocument{{Key: "k", Version: at(1), Body: body(1)}}
	calls := map[string]error{
		"Put": s.Sink.Put(ctx, s.target, document), "Delete": s.Sink.Delete(ctx, s.target, []denorm.SinkDocument{{Key: "k", Version: at(1)}}),
	}
	if s.lists() {
		_, calls["Keys"] = s.Sink.Keys(ctx, s.target, "", 1)
	}
	if !s.WriteOnly {
		_, calls["Get"] = s.Sink.Get(ctx, s.target, []string{"k"})
	}
	for call, err := range calls {
		if !errors.Is(err, context.Canceled) {
			s.Errorf("%s returned %v, want the context's error", call, err)
		}
	}
	if took := time.Since(begun); took > time.Minute {
		s.Errorf("that took %v", took)
	}
	s.want("k", nil)
}
