package searchsink

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

const (
	plainJSON = "application/json"
	lines     = "application/x-ndjson"
)

// send sends a request and returns the answer's body. What the server refuses is a *refusal.
func (s *Sink) send(ctx context.Context, method, path, contentType string, body []byte) ([]byte, error) {
	packed, err := s.pack(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, s.base+path, bytes.NewReader(packed))
	if err != nil {
		return nil, errors.New("make a request: the address or the path cannot be used") // the error quotes them
	}
	for name, values := range s.header {
		request.Header[name] = values
	}
	request.Header.Set("Accept", plainJSON)
	if body != nil {
		request.Header.Set("Content-Type", contentType)
		if s.compress {
			request.Header.Set("Content-Encoding", "gzip")
		}
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return nil, withoutAddress(ctx, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", withoutAddress(ctx, err))
	}
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return nil, readRefusal(answer.StatusCode, text)
	}
	return text, nil
}

// ask sends a request of JSON and reads the answer.
func ask[T any](ctx context.Context, s *Sink, method, path string, body []byte) (answer T, err error) {
	text, err := s.send(ctx, method, path, plainJSON, body)
	if err != nil {
		return answer, err
	}
	return readAnswer[T](text)
}

func readAnswer[T any](text []byte) (answer T, err error) {
	if err := json.Unmarshal(text, &answer); err != nil {
		return answer, errors.New("the answer cannot be read as JSON of the form that was expected")
	}
	return answer, nil
}

func (s *Sink) pack(body []byte) ([]byte, error) {
	if !s.compress || body == nil {
		return body, nil
	}
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write(body); err != nil {
		return nil, fmt.Errorf("compress the request: %w", err)
	}
	if err := writer.Close(); err != nil {
		return nil, fmt.Errorf("compress the request: %w", err)
	}
	return packed.Bytes(), nil
}

// withoutAddress takes the address out of a client's error, which may tell a user, and has the context's in it.
func withoutAddress(ctx context.Context, err error) error {
	if of := new(url.Error); errors.As(err, &of) {
		err = of.Err
	}
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		return fmt.Errorf("%w: %w", ended, err)
	}
	return err
}

// refusal is an error of the server, for a request or for one of its documents. Its reason is left out: it quotes documents.
type refusal struct {
	status      int
	kind, cause string
	limit       int // bytes, of a circuit breaker, 0 for none
}

func (r *refusal) Error() string {
	text := fmt.Sprintf("the server answers %d", r.status)
	if r.kind != "" {
		text += " " + r.kind
	}
	if r.cause != "" && r.cause != r.kind {
		text += ", because of " + r.cause
	}
	return text
}

// errorBody is how the engines write an error.
type errorBody struct {
	Type       string `json:"type"`
	BytesLimit int    `json:"bytes_limit"`
	CausedBy   struct {
		Type string `json:"type"`
	} `json:"caused_by"`
}

func (e *errorBody) refusal(status int) *refusal {
	r := &refusal{status: status, kind: identifier(e.Type), cause: identifier(e.CausedBy.Type)}
	if r.kind == "circuit_breaking_exception" {
		r.limit = e.BytesLimit
	}
	return r
}

func readRefusal(status int, text []byte) *refusal {
	var answer struct {
		Error json.RawMessage `json:"error"`
	}
	var body errorBody
	if json.Unmarshal(text, &answer) == nil {
		_ = json.Unmarshal(answer.Error, &body) // it may also be a text, which tells nothing that the status does not
	}
	return body.refusal(status)
}

// identifier lets nothing through but the name of a kind of error.
func identifier(text string) string {
	strange := func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }
	if len(text) > 80 || strings.ContainsFunc(text, strange) {
		return ""
	}
	return text
}

// isKind tells whether the server refused for a reason.
func isKind(err error, status int, kind string) bool {
	refused := new(refusal)
	return errors.As(err, &refused) && refused.status == status && (kind == "" || refused.kind == kind)
}

// isTooLarge tells that the server would never take so many bytes. A circuit breaker counts what else is under way too, and
// its durability is a guess: only what is above its limit alone is too large.
func isTooLarge(err error, bytes int) bool {
	refused := new(refusal)
	if !errors.As(err, &refused) {
		return false
	}
	return refused.status == http.StatusRequestEntityTooLarge || refused.limit > 0 && bytes > refused.limit
}
