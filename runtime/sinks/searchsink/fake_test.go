package searchsink_test

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"unicode"
)

// fake speaks the part of the engines' protocol that the sink and its tests use, and is as strict as they are, where that is
// documented: names and ids, mappings, sequence numbers, refreshes, filters of aliases, sizes.
type fake struct {
	*httptest.Server

	mu       sync.Mutex
	indexes  map[string]*fakeIndex
	aliases  map[string]map[string]json.RawMessage // by alias and index, filters
	requests []string                              // methods and paths so far
	most     int                                   // bytes of a request, http.max_content_length
	disturb  func(request string) *problem         // is asked in front of each request
	item     func(id string) *problem              // and of each document that is written
	between  func(request string)                  // is called without the lock in front of each request
}

// problem is an error as the engines report them.
type problem struct {
	status, limit int
	kind, reason  string
}

func (p *problem) Error() string { return p.kind }

func bad(kind, reason string) *problem { return &problem{status: 400, kind: kind, reason: reason} }

func missing(index string) *problem {
	return &problem{status: 404, kind: "index_not_found_exception", reason: "no such index [" + index + "]"}
}

func (p *problem) body() map[string]any {
	body := map[string]any{"type": p.kind, "reason": p.reason}
	if p.limit > 0 {
		body["bytes_limit"], body["durability"] = p.limit, "PERMANENT"
	}
	return body
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{indexes: map[string]*fakeIndex{}, aliases: map[string]map[string]json.RawMessage{}, most: 100 << 20}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

// set changes the fake while nobody asks it.
func (f *fake) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	request := r.Method + " " + r.URL.Path
	f.mu.Lock()
	between := f.between
	f.mu.Unlock()
	if between != nil {
		between(request)
	}
	answer, err := f.answer(request, r)
	w.Header().Set("Content-Type", "application/json")
	if of := new(problem); errors.As(err, &of) {
		w.WriteHeader(of.status)
		answer = map[string]any{"error": of.body(), "status": of.status}
	} else if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		answer = map[string]any{"error": err.Error()}
	}
	json.NewEncoder(w).Encode(answer)
}

func (f *fake) answer(request string, r *http.Request) (any, error) {
	body, err := f.body(r)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, request)
	if f.disturb != nil {
		if p := f.disturb(request); p != nil {
			return nil, p
		}
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case request == "POST /_aliases":
		return f.switchAliases(body)
	case r.Method == "GET" && len(parts) == 2 && parts[0] == "_alias":
		return f.aliased(parts[1])
	case len(parts) == 1 && r.Method == "PUT":
		return f.create(parts[0], body)
	case len(parts) == 1 && r.Method == "DELETE":
		return f.remove(parts[0])
	case len(parts) == 2 && r.Method == "POST" && parts[1] == "_bulk":
		return f.bulk(parts[0], r.Header.Get("Content-Type"), body)
	case len(parts) < 2 || len(parts) > 3:
		return nil, bad("illegal_argument_exception", "no handler found for "+request)
	}
	index, filter, err := f.resolve(parts[0])
	if err != nil {
		return nil, err
	}
	switch what := r.Method + " " + parts[1]; {
	case what == "GET _mapping" && len(parts) == 2:
		return map[string]any{index.name: map[string]any{"mappings": index.mappings}}, nil
	case what == "POST _refresh" && len(parts) == 2:
		index.refresh()
		return map[string]any{}, nil
	case what == "POST _mget" && len(parts) == 2:
		return index.mget(body)
	case what == "POST _search" && len(parts) == 2:
		return index.search(body, filter, r.URL.Query().Get("_source_excludes"))
	case what == "POST _delete_by_query" && len(parts) == 2:
		return index.deleteByQuery(body, filter, r.URL.Query())
	case what == "POST _update" && len(parts) == 3:
		return index.update(parts[2], body)
	case what == "GET _doc" && len(parts) == 3:
		return index.get(parts[2]), nil
	}
	return nil, bad("illegal_argument_exception", "no handler found for "+request)
}

func (f *fake) body(r *http.Request) ([]byte, error) {
	reader := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, bad("parse_exception", "not gzip")
		}
		reader = unpacked
	}
	body, err := io.ReadAll(reader)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(body) > f.most {
		return nil, &problem{status: http.StatusRequestEntityTooLarge}
	}
	if len(body) > 0 && r.Header.Get("Content-Type") == "" {
		return nil, &problem{status: http.StatusNotAcceptable, kind: "media_type_header_exception"}
	}
	return body, nil
}

// checkName is the rule for names of indexes and aliases.
func checkName(name string) *problem {
	switch {
	case name == "" || name == "." || name == "..", len(name) > 255, strings.ContainsAny(name[:1], "-_+"):
		return bad("invalid_index_name_exception", "Invalid index name ["+name+"]")
	case strings.ContainsAny(name, "\\/*?\"<>| ,#:"), strings.ToLower(name) != name, strings.ContainsFunc(name, unicode.IsControl):
		return bad("invalid_index_name_exception", "Invalid index name ["+name+"]")
	}
	return nil
}

func (f *fake) create(name string, body []byte) (any, error) {
	if p := checkName(name); p != nil {
		return nil, p
	}
	if f.indexes[name] != nil {
		return nil, bad("resource_already_exists_exception", "index ["+name+"] already exists")
	}
	if f.aliases[name] != nil {
		return nil, bad("invalid_index_name_exception", "already exists as alias")
	}
	index, err := newFakeIndex(f, name, body)
	if err != nil {
		return nil, err
	}
	f.indexes[name] = index
	return map[string]any{"acknowledged": true}, nil
}

func (f *fake) remove(name string) (any, error) {
	switch {
	case f.aliases[name] != nil:
		return nil, bad("illegal_argument_exception", "The provided expression ["+name+"] matches an alias")
	case f.indexes[name] == nil:
		return nil, missing(name)
	}
	delete(f.indexes, name)
	for alias, indexes := range f.aliases {
		delete(indexes, name)
		if len(indexes) == 0 {
			delete(f.aliases, alias)
		}
	}
	return map[string]any{"acknowledged": true}, nil
}

// resolve finds an index by its name or by an alias.
func (f *fake) resolve(name string) (*fakeIndex, json.RawMessage, error) {
	if index := f.indexes[name]; index != nil {
		return index, nil, nil
	}
	if len(f.aliases[name]) > 1 {
		return nil, nil, bad("illegal_argument_exception", "alias ["+name+"] has more than one index")
	}
	for index, filter := range f.aliases[name] {
		return f.indexes[index], filter, nil
	}
	return nil, nil, missing(name)
}

func (f *fake) aliased(alias string) (any, error) {
	if f.aliases[alias] == nil {
		return nil, &problem{status: 404, kind: "aliases_not_found_exception"}
	}
	found := map[string]any{}
	for index, filter := range f.aliases[alias] {
		found[index] = map[string]any{"aliases": map[string]any{alias: map[string]any{"filter": filter}}}
	}
	return found, nil
}

// switchAliases does all of the actions, or none.
func (f *fake) switchAliases(body []byte) (any, error) {
	var request struct {
		Actions []map[string]struct {
			Index, Alias string
			Filter       json.RawMessage
		}
	}
	if err := json.Unmarshal(body, &request); err != nil || len(request.Actions) == 0 {
		return nil, bad("action_request_validation_exception", fmt.Sprint(err))
	}
	next := map[string]map[string]json.RawMessage{}
	for alias, indexes := range f.aliases {
		next[alias] = map[string]json.RawMessage{}
		for index, filter := range indexes {
			next[alias][index] = filter
		}
	}
	for _, action := range request.Actions {
		for verb, a := range action {
			if f.indexes[a.Index] == nil {
				return nil, missing(a.Index)
			}
			switch {
			case verb == "add" && f.indexes[a.Alias] != nil:
				return nil, bad("invalid_alias_name_exception", "an index exists with the same name as the alias")
			case verb == "add":
				if p := checkName(a.Alias); p != nil {
					return nil, p
				}
				if next[a.Alias] == nil {
					next[a.Alias] = map[string]json.RawMessage{}
				}
				next[a.Alias][a.Index] = a.Filter
			case verb == "remove":
				if _, ok := next[a.Alias][a.Index]; !ok {
					return nil, &problem{status: 404, kind: "aliases_not_found_exception"}
				}
				delete(next[a.Alias], a.Index)
				if len(next[a.Alias]) == 0 {
					delete(next, a.Alias)
				}
			default:
				return nil, bad("x_content_parse_exception", "unknown action ["+verb+"]")
			}
		}
	}
	f.aliases = next
	return map[string]any{"acknowledged": true}, nil
}
