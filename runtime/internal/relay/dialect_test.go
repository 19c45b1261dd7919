package relay

import (
	"slices"
	"testing"
)

// TestNumbers holds that statements of numbers alone need no preparing on MySQL, and are what they were elsewhere.
func TestNumbers(t *testing.T) {
	const query = `SELECT "a" FROM "b" WHERE "c" > ? LIMIT ?`
	for dialect, want := range map[sqlDialect]string{
		mysql:    "SELECT `a` FROM `b` WHERE `c` > -7 LIMIT 2",
		postgres: `SELECT "a" FROM "b" WHERE "c" > $1 LIMIT $2`,
		sqlite:   query,
	} {
		args := []any{int64(-7), int64(2)}
		if dialect == mysql {
			args = nil
		}
		if text, values := dialect.numbers(query, -7, 2); text != want || !slices.Equal(values, args) {
			t.Errorf("%s: %s with %v", dialect, text, values)
		}
	}
}
