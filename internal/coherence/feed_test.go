package coherence

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/denormgen/denormgen/internal/truth/naive"
)

// feed reads the events as they are stored.
type feed struct {
	db *sqlx.DB
	at int64
}

// event names a document; the key is empty for all of a collection.
type event struct{ collection, key string }

// feed opens the feed, which SQLite has in a file of its own.
func (p place) feed(t *testing.T) feed {
	t.Helper()
	if p.ofSQLite() {
		path, params, _ := strings.Cut(p.dsn, "?")
		p.dsn = path + "-denorm?" + params
	}
	return feed{db: p.connect(t, "")}
}

// next returns the events since it was called last, each once.
func (f *feed) next(ctx context.Context) (map[event]bool, error) {
	rows, err := f.db.QueryContext(ctx, fmt.Sprintf("SELECT seq, collection, COALESCE(doc_key, '') FROM denorm_feed WHERE seq > %d AND collection <> ''", f.at))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	events := map[event]bool{}
	for rows.Next() {
		var seq int64
		var e event
		if err := rows.Scan(&seq, &e.collection, &e.key); err != nil {
			return nil, err
		}
		f.at = max(f.at, seq)
		events[e] = true
	}
	return events, rows.Err()
}

// eventKey is how the feed writes the key of a row.
func eventKey(c naive.Collection, r naive.Row) string {
	parts := make([]string, len(c.Key))
	for i, column := range c.Key {
		parts[i] = fmt.Sprint(r[column])
	}
	return strings.Join(parts, "/")
}
