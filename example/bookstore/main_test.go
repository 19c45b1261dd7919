package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRun holds what the example prints of its documents.
func TestRun(t *testing.T) {
	want, err := os.ReadFile("testdata/output.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("the output differs (-want +got):\n%s", diff)
	}
}

// TestExplain holds that the last thing that the example does works as well.
func TestExplain(t *testing.T) {
	if err := explain(t.Context(), "authors.last_name"); err != nil {
		t.Error(err)
	}
	if err := explain(t.Context(), "authors.lastname"); err == nil {
		t.Error("an unknown column was explained")
	}
}
