package testservers

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// ending records how a test was ended instead of ending it.
type ending struct {
	testing.TB
	skip, fatal string
}

func (e *ending) Helper() {}

func (e *ending) Skipf(format string, args ...any) {
	e.skip = fmt.Sprintf(format, args...)
	panic(e)
}

func (e *ending) Fatalf(format string, args ...any) {
	e.fatal = fmt.Sprintf(format, args...)
	panic(e)
}

func TestGive(t *testing.T) {
	missing := fmt.Errorf("starting: %w", missingError{what: "PostgreSQL", install: "its programs (apt-get install postgresql)"})
	broken := errors.New("disk full")
	tests := []struct {
		name, required string
		err            error
		skip, fatal    string
	}{
		{"missing", "", missing, "apt-get install postgresql", ""},
		{"missing and required", "1", missing, "", "apt-get install postgresql"},
		{"broken", "", broken, "", "disk full"},
		{"broken and required", "1", broken, "", "disk full"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv(Required, test.required)
			got := &ending{TB: t}
			func() {
				defer func() { recover() }()
				give(got, test.err)
			}()
			if !says(got.skip, test.skip) || !says(got.fatal, test.fatal) {
				t.Errorf("skip %q, fatal %q; want %q, %q", got.skip, got.fatal, test.skip, test.fatal)
			}
		})
	}
}

// says tells whether the message holds what is wanted, or both are empty.
func says(message, want string) bool {
	return (message == "") == (want == "") && strings.Contains(message, want)
}
