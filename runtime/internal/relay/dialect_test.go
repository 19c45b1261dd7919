package relay

import (
	"slices"
	"testing"
)

// TestInline holds that statements of integers and texts need no preparing on MySQL, and are what they were elsewhere.
func TestInline(t *testing.T) {
	const query = `SELECT "a" FROM "b" WHERE "c" > ? AND "d" = ? AND "e" = ? LIMIT ?`
	for dialect, want := range map[sqlDialect]string{
		mysql:    "SELECT `a` FROM `b` WHERE `c` > -7 AND `d` = _utf8mb4 x'273f225cc3a9' AND `e` = ? LIMIT 2",
		postgres: `SELECT "a" FROM "b" WHERE "c" > $1 AND "d" = $2 AND "e" = $3 LIMIT $4`,
		sqlite:   query,
	} {
		args := []any{int64(-7), `'?"\é`, nil, int64(2)}
		wanted := args
		if dialect == mysql {
			wanted = []any{nil}
		}
		if text, values := dialect.inline(query, args...); text != want || !slices.Equal(values, wanted) {
			t.Errorf("%s: %s with %v", dialect, text, values)
		}
	}
}
