package searchfake

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// ask returns the status and the body of an answer.
func ask(tb testing.TB, s *Server, request, body string) (int, string) {
	tb.Helper()
	method, path, _ := strings.Cut(request, " ")
	r, err := http.NewRequestWithContext(tb.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// put stores documents of one field by their ids, and returns what became of each.
func put(tb testing.TB, s *Server, name string, documents ...string) (statuses []int) {
	tb.Helper()
	var body strings.Builder
	for n := 0; n < len(documents); n += 2 {
		fmt.Fprintf(&body, "{\"index\":{\"_id\":%q}}\n%s\n", documents[n], documents[n+1])
	}
	status, text := ask(tb, s, "POST /"+name+"/_bulk", body.String())
	var answer struct {
		Items []map[string]struct{ Status int }
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || status != http.StatusOK {
		tb.Fatalf("the answer is %d %s", status, text)
	}
	for _, item := range answer.Items {
		statuses = append(statuses, item["index"].Status)
	}
	return statuses
}

// pages lists ids in the order of the field k.
func pages(tb testing.TB, s *Server, name string, size int) (ids []string) {
	tb.Helper()
	for after := ""; ; {
		status, text := ask(tb, s, "POST /"+name+"/_search",
			fmt.Sprintf(`{"query":{"bool":{"must_not":[{"exists":{"field":"gone"}}]}},"sort":[{"k":"asc"}],"size":%d%s}`, size, after))
		var answer struct {
			Hits struct {
				Hits []struct {
					ID     string `json:"_id"`
					Source struct{ K string }
				}
			}
		}
		if err := json.Unmarshal([]byte(strings.ReplaceAll(text, "_source", "Source")), &answer); err != nil || status != http.StatusOK {
			tb.Fatalf("the answer is %d %s", status, text)
		}
		for _, hit := range answer.Hits.Hits {
			ids = append(ids, hit.ID)
			after = fmt.Sprintf(`,"search_after":[%q]`, hit.Source.K)
		}
		if len(answer.Hits.Hits) < size {
			return ids
		}
	}
}

const keyed = `{"mappings":{"properties":{"k":{"type":"keyword"},"gone":{"type":"long"}}}}`

// TestPages has searches see what was there at the last refresh, however often they asked before.
func TestPages(t *testing.T) {
	s := New(t)
	ask(t, s, "PUT /books", keyed)
	put(t, s, "books", "1", `{"k":"c"}`, "2", `{"k":"a"}`, "3", `{"k":"b"}`, "4", `{"k":"d","gone":5}`)
	want := func(ids ...string) {
		t.Helper()
		for size := 1; size <= 4; size++ {
			if got := pages(t, s, "books", size); !slices.Equal(got, ids) {
				t.Errorf("pages of %d have %v, want %v", size, got, ids)
			}
		}
	}
	want()
	ask(t, s, "POST /books/_refresh", "")
	want("2", "3", "1")
	put(t, s, "books", "2", `{"k":"z"}`, "4", `{"k":"d"}`)
	want("2", "3", "1")
	ask(t, s, "POST /books/_refresh", "")
	want("3", "1", "4", "2")
	if status, text := ask(t, s, "POST /books/_delete_by_query", `{"query":{"ids":{"values":["1","x"]}}}`); status != http.StatusOK || !strings.Contains(text, `"deleted":1`) {
		t.Errorf("the answer is %d %s", status, text)
	}
	want("3", "1", "4", "2")
	ask(t, s, "POST /books/_refresh", "")
	want("3", "4", "2")
}

// TestLearning has a document that is refused leave nothing in the mapping.
func TestLearning(t *testing.T) {
	s := New(t)
	got := put(t, s, "books", "1", `{"b":{"n":1},"a":[1,"x"]}`, "2", `{"b":"text","a":"text"}`, "3", `{"b":1,"a":{}}`)
	if want := []int{400, 201, 400}; !slices.Equal(got, want) {
		t.Errorf("the statuses are %v, want %v", got, want)
	}
}

func TestHooks(t *testing.T) {
	s := New(t)
	s.OnItem(func(id string) *Problem {
		if id == "bad" {
			return &Problem{Status: http.StatusTooManyRequests}
		}
		return nil
	})
	if got := put(t, s, "books-1", "bad", "{}", "fine", `{"a":1}`); !slices.Equal(got, []int{429, 201}) {
		t.Errorf("the statuses are %v", got)
	}
	s.OnItem(nil)
	ask(t, s, "POST /_aliases", `{"actions":[{"add":{"index":"books-1","alias":"books"}}]}`)
	for _, name := range []string{"books-1", "books"} {
		if fine, bad := s.Document(name, "fine"), s.Document(name, "bad"); string(fine) != `{"a":1}` || bad != nil {
			t.Errorf("%s has %s and %s", name, fine, bad)
		}
	}
	if got := s.Document("authors", "fine"); got != nil {
		t.Errorf("an index that is not there has %s", got)
	}
	s.TakeRequests()
	s.OnRequest(func(request string) *Problem {
		if request == "GET /books/_doc/fine" {
			put(t, s, "books", "fine", `{"a":2}`)
			return nil
		}
		if strings.HasPrefix(request, "GET ") {
			return &Problem{Status: http.StatusServiceUnavailable, Kind: "cluster_block_exception", BytesLimit: 7}
		}
		return nil
	})
	if status, text := ask(t, s, "GET /books/_doc/fine", ""); status != http.StatusOK || !strings.Contains(text, `{"a":2}`) {
		t.Errorf("the answer is %d %s", status, text)
	}
	if status, text := ask(t, s, "GET /books/_doc/bad", ""); status != 503 || !strings.Contains(text, "cluster_block") || !strings.Contains(text, `"bytes_limit":7`) {
		t.Errorf("the answer is %d %s", status, text)
	}
	s.OnRequest(nil)
	if got, want := s.TakeRequests(), []string{"POST /books/_bulk", "GET /books/_doc/fine", "GET /books/_doc/bad"}; !slices.Equal(got, want) {
		t.Errorf("the requests are %v, want %v", got, want)
	}
	s.LimitBytes(10)
	if status, _ := ask(t, s, "PUT /authors", keyed); status != http.StatusRequestEntityTooLarge {
		t.Errorf("the status is %d", status)
	}
}

// BenchmarkFill writes documents of 5 KB by the thousand, and lists them: the time of one does not grow with their number.
func BenchmarkFill(b *testing.B) {
	for _, documents := range []int{5_000, 20_000} {
		b.Run(fmt.Sprint(documents), func(b *testing.B) {
			for b.Loop() {
				s := New(b)
				ask(b, s, "PUT /books", keyed)
				var some []string
				for n := range documents {
					some = append(some, fmt.Sprint(n), fmt.Sprintf(`{"k":"%09d","text":%q}`, n*7919%documents, strings.Repeat("some text ", 500)))
					if len(some) == 2000 || n == documents-1 {
						put(b, s, "books", some...)
						some = nil
					}
				}
				ask(b, s, "POST /books/_refresh", "")
				if got := len(pages(b, s, "books", 1000)); got != documents {
					b.Fatalf("%d documents are listed", got)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*documents), "µs/document")
		})
	}
}
