package coherence

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// diagnose tells what the processes and the feed know, for the message of a failure.
func (r *trial) diagnose(ctx context.Context, collection string) string {
	var out strings.Builder
	for _, p := range r.processes {
		s := p.engine.Stats()
		fmt.Fprintf(&out, "process %s: local age %v, shared age %v, backlog %v, refused %d\n", p.name, s.LocalAge, s.SharedAge, s.Backlog, s.Refused)
	}
	if r.ofSQLite() {
		return out.String()
	}
	var waiting int
	if err := r.plain.GetContext(ctx, &waiting, "SELECT COUNT(*) FROM denorm_changes"); err != nil {
		return out.String() + err.Error()
	}
	fmt.Fprintf(&out, "%d changes wait; the end of the feed, now %s:\n", waiting, time.Now().Format("04:05.000"))
	rows, err := r.plain.QueryxContext(ctx, "SELECT seq, epoch, doc_key, at FROM denorm_feed WHERE collection = '"+collection+"' ORDER BY seq DESC LIMIT 40")
	if err != nil {
		return out.String() + err.Error()
	}
	defer rows.Close()
	for rows.Next() {
		var seq, epoch, at int64
		var key *string
		if err := rows.Scan(&seq, &epoch, &key, &at); err != nil {
			return out.String() + err.Error()
		}
		name := "all"
		if key != nil {
			name = *key
		}
		fmt.Fprintf(&out, "  %d.%d %s %s\n", epoch, seq, name, time.UnixMilli(at).Format("04:05.000"))
	}
	if err := rows.Err(); err != nil {
		return out.String() + err.Error()
	}
	return out.String()
}
