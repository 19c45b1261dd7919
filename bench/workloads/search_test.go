package workloads

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/denormgen/denormgen/internal/searchfake"
	"github.com/denormgen/denormgen/runtime/sinks/searchsink"
)

// inSearch writes to the fake of a search engine by bulk requests.
func inSearch(b *testing.B) kept {
	server := searchfake.New(b)
	return kept{
		sink: must[*searchsink.Sink](b)(searchsink.New(server.URL)),
		clear: func(ctx context.Context) error {
			if server.Document("denorm-books", "1") == nil {
				return nil // at first there is no index
			}
			if err := ask(ctx, http.MethodPost, server.URL+"/denorm-books/_refresh", nil); err != nil {
				return err
			}
			all := strings.NewReader(`{"query":{"bool":{}}}`)
			return ask(ctx, http.MethodPost, server.URL+"/denorm-books/_delete_by_query?conflicts=proceed", all)
		},
		bulk: func(ctx context.Context, documents []ready, _ bool) error {
			if len(documents) == 0 {
				return nil
			}
			var body bytes.Buffer
			for _, one := range documents {
				fmt.Fprintf(&body, `{"index":{"_id":"%d"}}`+"\n%s\n", one.id, one.body)
			}
			return ask(ctx, http.MethodPost, server.URL+"/plain/_bulk", &body)
		},
	}
}

// ask sends a request, and fails if the answer tells of errors.
func ask(ctx context.Context, method, url string, body io.Reader) error {
	request, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/x-ndjson")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Errors bool            `json:"errors"`
		Error  json.RawMessage `json:"error"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Errors || answer.Error != nil {
		return fmt.Errorf("%s %s: %s", method, url, answer.Error)
	}
	return nil
}
