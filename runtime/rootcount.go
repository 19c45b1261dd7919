package denorm

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// rootCount is what is known of how many roots there are.
type rootCount struct {
	many  bool
	until time.Time
}

// countsRoots is how long a rootCount is believed.
const countsRoots = time.Hour

// ofMany tells whether a page is one of manyRoots, by what PostgreSQL counted when it last analyzed the table. It is asked only
// where the statements depend on it.
func (r *registration[K, D]) ofMany(ctx context.Context) (bool, error) {
	c := r.cache.composer
	if r.engine.dialect != Postgres || c.statements.Roots.Filter != "" {
		return false, nil
	}
	if known := r.counted.Load(); known != nil && time.Now().Before(known.until) {
		return known.many, nil
	}
	count := rootCount{until: time.Now().Add(countsRoots)}
	if c.linksRoots() {
		err := r.engine.db.QueryRowContext(ctx, fmt.Sprintf("SELECT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass($1) AND reltuples > %d)", manyRoots),
			c.statements.Roots.Table).Scan(&count.many)
		if err != nil {
			return false, fmt.Errorf("ask for the number of rows: %w", causedBy(ctx, err))
		}
	}
	r.counted.Store(&count)
	return count.many, nil
}

// linksRoots tells whether rows are found by their own column that points at the roots.
func (c composer) linksRoots() bool {
	return slices.ContainsFunc(c.statements.Loaders, func(loader string) bool { return strings.Contains(loader, keysMark) })
}
