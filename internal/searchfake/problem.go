package searchfake

import "net/http"

// Problem is an error as the engines report them, of a request or of one document in a bulk request.
type Problem struct {
	Status int    // of HTTP
	Kind   string // as in "mapper_parsing_exception"
	Reason string // for people
	// BytesLimit is the limit that a circuit breaker has, in bytes; zero leaves it out.
	BytesLimit int
}

// Error implements error.
func (p *Problem) Error() string { return p.Kind }

func (p *Problem) body() map[string]any {
	body := map[string]any{"type": p.Kind, "reason": p.Reason}
	if p.BytesLimit > 0 {
		body["bytes_limit"], body["durability"] = p.BytesLimit, "PERMANENT"
	}
	return body
}

func bad(kind, reason string) *Problem {
	return &Problem{Status: http.StatusBadRequest, Kind: kind, Reason: reason}
}

func missing(index string) *Problem {
	return &Problem{Status: http.StatusNotFound, Kind: "index_not_found_exception", Reason: "no such index [" + index + "]"}
}
