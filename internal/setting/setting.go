// Package setting reads from the environment how much a test or a benchmark does.
package setting

import (
	"os"
	"strconv"
	"testing"
)

// Number returns the number in a variable of the environment, or the usual one where that is not set. Anything else
// than a number of at least least ends the test.
func Number(tb testing.TB, variable string, usual, least int) int {
	tb.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least {
		tb.Fatalf("%s=%s: want a number of at least %d", variable, text, least)
	}
	return n
}
