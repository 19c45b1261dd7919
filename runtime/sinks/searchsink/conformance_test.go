package searchsink_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/denormgen/denormgen/internal/searchfake"
	"github.com/denormgen/denormgen/runtime/sinks/conformance"
	"github.com/denormgen/denormgen/runtime/sinks/searchsink"
)

// anyDocument has the engine look into no field: the suite puts values of all kinds into the same.
const anyDocument = `{"settings":{"number_of_replicas":0},"mappings":{"dynamic":false}}`

func TestConformance(t *testing.T) {
	for name, opts := range map[string][]searchsink.Option{
		"plain":      nil,
		"compressed": {searchsink.Compress(), searchsink.Prefix("shop-1")},
	} {
		t.Run(name, func(t *testing.T) {
			conformance.Run(t, func(t *testing.T) conformance.Subject {
				const limit = 100_000
				f, prefix := searchfake.New(t), "denorm"
				if len(opts) > 0 {
					prefix = "shop-1"
				}
				all := append([]searchsink.Option{searchsink.MaxBytes(limit)}, opts...)
				for _, collection := range []string{"books", "book", "authors"} {
					all = append(all, searchsink.Index(collection, []byte(anyDocument)))
				}
				return conformance.Subject{
					Sink: newSink(t, f, all...), MaxBytes: limit,
					Read: func(t *testing.T, collection, key string) json.RawMessage {
						return find(t, f, prefix+"-"+collection, key)
					},
					SetField: func(t *testing.T, collection, key, name string, value json.RawMessage) {
						setField(t, f, prefix+"-"+collection, key, name, value)
					},
				}
			})
		})
	}
}

// find is how the package comment tells readers to find a document, once the engine has refreshed its index.
func find(t *testing.T, f *searchfake.Server, alias, key string) json.RawMessage {
	t.Helper()
	if status, _ := ask(t, f, "POST", "/"+alias+"/_refresh", ""); status == http.StatusNotFound {
		return nil
	}
	query, err := json.Marshal(map[string]any{"query": map[string]any{"bool": map[string]any{"filter": []any{
		map[string]any{"ids": map[string]any{"values": []string{key}}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	status, body := ask(t, f, "POST", "/"+alias+"/_search?_source_excludes=denorm_sink", string(query))
	var answer struct {
		Hits struct {
			Hits []struct {
				Source json.RawMessage `json:"_source"`
			}
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil || status != http.StatusOK || len(answer.Hits.Hits) > 1 {
		t.Fatalf("the fake answers %d %s", status, body)
	}
	if len(answer.Hits.Hits) == 0 {
		return nil
	}
	return answer.Hits.Hits[0].Source
}

func setField(t *testing.T, f *searchfake.Server, alias, key, name string, value json.RawMessage) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"doc": map[string]json.RawMessage{name: value}})
	if err != nil {
		t.Fatal(err)
	}
	if status, answer := ask(t, f, "POST", "/"+alias+"/_update/"+url.PathEscape(key), string(body)); status != http.StatusOK {
		t.Fatalf("the fake answers %d %s", status, answer)
	}
}

func ask(t *testing.T, f *searchfake.Server, method, path, body string) (int, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, f.URL+path, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, text
}

func newSink(t *testing.T, f *searchfake.Server, opts ...searchsink.Option) *searchsink.Sink {
	t.Helper()
	sink, err := searchsink.New(f.URL, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return sink
}
