// Package searchfake gives tests and benchmarks a server that speaks the part of the protocol of Elasticsearch and OpenSearch
// that runtime/sinks/searchsink and its tests use. It was written from the engines' documentation, and is as strict as they
// are where that is documented: names and ids, mappings, sequence numbers, refreshes, filters of aliases, sizes.
//
// It keeps everything in memory and does one request at a time. To write documents and to read them by their ids costs the
// same however many there are; a refresh and a search look through all of their index.
package searchfake

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
)

// Server is a fake of one engine. Its methods may be called at any time and by several goroutines.
type Server struct {
	// URL is the server's address without a path, as in http://127.0.0.1:9200. It does not change.
	URL string

	mu        sync.Mutex
	indexes   map[string]*index
	aliases   map[string]map[string]json.RawMessage // by alias and index, filters
	requests  []string                              // methods and paths that were not taken yet
	most      int                                   // bytes of a request
	onRequest func(request string) *Problem
	onItem    func(id string) *Problem
}

// New starts a server without indexes, which ends with the test or benchmark.
func New(tb testing.TB) *Server {
	tb.Helper()
	s := &Server{indexes: map[string]*index{}, aliases: map[string]map[string]json.RawMessage{}, most: 100 << 20}
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	tb.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// OnRequest has a function called in front of each request with its method and path, as in "POST /books/_bulk", in place
// of the one before; nil is none. The request waits for it, and is answered with the problem that it returns, or as usual
// for nil. It is called by the goroutines of requests, several at a time, and may ask the server itself.
func (s *Server) OnRequest(hook func(request string) *Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onRequest = hook
}

// OnItem has a function called for each document that a bulk request brings, in place of the one before; nil is none. The
// document is refused with the problem that it returns, or stored as usual for nil. It is called for one document at a time,
// while everybody else waits for the server: it must neither ask the server nor call its methods.
func (s *Server) OnItem(hook func(id string) *Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onItem = hook
}

// LimitBytes sets how many bytes a request may have, unpacked, as http.max_content_length does. Without it that is 100 MiB.
func (s *Server) LimitBytes(most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.most = most
}

// TakeRequests returns methods and paths of the requests since the last call, in the order in which they were done, those
// that were answered with a problem too.
func (s *Server) TakeRequests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.requests
	s.requests = nil
	return taken
}

// Document returns the source of a document as it is at this moment, refreshed or not, by the name of its index or of an
// alias, whose filter is not looked at. It is nil if there is none.
func (s *Server) Document(name, id string) json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	index, _, err := s.resolve(name)
	if err != nil || index.documents[id] == nil {
		return nil
	}
	return slices.Clone(index.documents[id].source)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	answer, err := s.answer(r)
	w.Header().Set("Content-Type", "application/json")
	if of := new(Problem); errors.As(err, &of) {
		w.WriteHeader(of.Status)
		answer = map[string]any{"error": of.body(), "status": of.Status}
	} else if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		answer = map[string]any{"error": err.Error()}
	}
	json.NewEncoder(w).Encode(answer)
}

func (s *Server) answer(r *http.Request) (any, error) {
	request := r.Method + " " + r.URL.Path
	body, err := s.body(r)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	hook := s.onRequest
	s.mu.Unlock()
	var p *Problem
	if hook != nil {
		p = hook(request)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, request)
	if p != nil {
		return nil, p
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case request == "POST /_aliases":
		return s.switchAliases(body)
	case r.Method == "GET" && len(parts) == 2 && parts[0] == "_alias":
		return s.aliased(parts[1])
	case len(parts) == 1 && r.Method == "PUT":
		return s.create(parts[0], body)
	case len(parts) == 1 && r.Method == "DELETE":
		return s.remove(parts[0])
	case len(parts) == 2 && r.Method == "POST" && parts[1] == "_bulk":
		return s.bulk(parts[0], r.Header.Get("Content-Type"), body)
	case len(parts) < 2 || len(parts) > 3:
		return nil, bad("illegal_argument_exception", "no handler found for "+request)
	}
	index, filter, err := s.resolve(parts[0])
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

func (s *Server) body(r *http.Request) ([]byte, error) {
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
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(body) > s.most {
		return nil, &Problem{Status: http.StatusRequestEntityTooLarge}
	}
	if len(body) > 0 && r.Header.Get("Content-Type") == "" {
		return nil, &Problem{Status: http.StatusNotAcceptable, Kind: "media_type_header_exception"}
	}
	return body, nil
}

// checkName is the rule for names of indexes and aliases.
func checkName(name string) *Problem {
	switch {
	case name == "" || name == "." || name == "..", len(name) > 255, strings.ContainsAny(name[:1], "-_+"):
		return bad("invalid_index_name_exception", "Invalid index name ["+name+"]")
	case strings.ContainsAny(name, "\\/*?\"<>| ,#:"), strings.ToLower(name) != name, strings.ContainsFunc(name, unicode.IsControl):
		return bad("invalid_index_name_exception", "Invalid index name ["+name+"]")
	}
	return nil
}

func (s *Server) create(name string, body []byte) (any, error) {
	if p := checkName(name); p != nil {
		return nil, p
	}
	if s.indexes[name] != nil {
		return nil, bad("resource_already_exists_exception", "index ["+name+"] already exists")
	}
	if s.aliases[name] != nil {
		return nil, bad("invalid_index_name_exception", "already exists as alias")
	}
	index, err := newIndex(s, name, body)
	if err != nil {
		return nil, err
	}
	s.indexes[name] = index
	return map[string]any{"acknowledged": true}, nil
}

func (s *Server) remove(name string) (any, error) {
	switch {
	case s.aliases[name] != nil:
		return nil, bad("illegal_argument_exception", "The provided expression ["+name+"] matches an alias")
	case s.indexes[name] == nil:
		return nil, missing(name)
	}
	delete(s.indexes, name)
	for alias, indexes := range s.aliases {
		delete(indexes, name)
		if len(indexes) == 0 {
			delete(s.aliases, alias)
		}
	}
	return map[string]any{"acknowledged": true}, nil
}

// resolve finds an index by its name or by an alias.
func (s *Server) resolve(name string) (*index, json.RawMessage, error) {
	if index := s.indexes[name]; index != nil {
		return index, nil, nil
	}
	if len(s.aliases[name]) > 1 {
		return nil, nil, bad("illegal_argument_exception", "alias ["+name+"] has more than one index")
	}
	for index, filter := range s.aliases[name] {
		return s.indexes[index], filter, nil
	}
	return nil, nil, missing(name)
}

func (s *Server) aliased(alias string) (any, error) {
	if s.aliases[alias] == nil {
		return nil, &Problem{Status: 404, Kind: "aliases_not_found_exception"}
	}
	found := map[string]any{}
	for index, filter := range s.aliases[alias] {
		found[index] = map[string]any{"aliases": map[string]any{alias: map[string]any{"filter": filter}}}
	}
	return found, nil
}

// switchAliases does all of the actions, or none.
func (s *Server) switchAliases(body []byte) (any, error) {
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
	for alias, indexes := range s.aliases {
		next[alias] = map[string]json.RawMessage{}
		for index, filter := range indexes {
			next[alias][index] = filter
		}
	}
	for _, action := range request.Actions {
		for verb, a := range action {
			if s.indexes[a.Index] == nil {
				return nil, missing(a.Index)
			}
			switch {
			case verb == "add" && s.indexes[a.Alias] != nil:
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
					return nil, &Problem{Status: 404, Kind: "aliases_not_found_exception"}
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
	s.aliases = next
	return map[string]any{"acknowledged": true}, nil
}
