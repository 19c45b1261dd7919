package capture

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/denormgen/denormgen/internal/testservers"
)

// TestPostgresReplication has PostgreSQL itself replicate a table into the captured one: the rows that are there first, and
// what is changed then.
func TestPostgresReplication(t *testing.T) {
	for name, table := range map[string]string{
		"statements": createBooks,
		"rows":       createBooks + ` PARTITION BY RANGE (id); CREATE TABLE some_books PARTITION OF books FOR VALUES FROM (0) TO (100)`,
	} {
		t.Run(name, func(t *testing.T) {
			source := &postgresDB{t: t, db: testservers.Postgres(t)}
			d := newPostgresDB(t)
			source.exec(createBooks, `INSERT INTO books VALUES (1, 'a', true), (2, 'b', true)`, `CREATE PUBLICATION books FOR TABLE books`)
			d.exec(table)
			d.capture(bookLayout())
			subscription := "sub_" + value[string](t.Context(), t, d.db, `SELECT current_database()`)
			source.exec(fmt.Sprintf(`SELECT pg_create_logical_replication_slot('%s', 'pgoutput')`, subscription))
			from := value[string](t.Context(), t, source.db, `SELECT format('host=%s user=postgres dbname=%s', current_setting('unix_socket_directories'), current_database())`)
			d.exec(fmt.Sprintf(`CREATE SUBSCRIPTION %s CONNECTION '%s' PUBLICATION books WITH (create_slot = false, slot_name = '%[1]s')`, subscription, from))
			defer d.exec("DROP SUBSCRIPTION " + subscription)

			d.awaits(`I >{1}1`, `I >{2}1`)
			source.exec(`UPDATE books SET title = 'c'`, `UPDATE books SET id = 3, active = false WHERE id = 2`, `DELETE FROM books WHERE id = 1`, `TRUNCATE books`)
			d.awaits(`U 001 {1}1>{1}1`, `U 001 {2}1>{2}1`, `U 110 {2}1>{3}0`, `D {1}1>`, `T`)
		})
	}
}

// awaits waits until all that is wanted is logged, and nothing else.
func (d *postgresDB) awaits(want ...string) {
	d.t.Helper()
	var got []string
	for begun := time.Now(); len(got) < len(want) && time.Since(begun) < time.Minute; time.Sleep(10 * time.Millisecond) {
		for _, line := range d.log() { // the first rows come by COPY, which fires both triggers; TRUNCATE is logged for each partition
			if !slices.Contains(got, line) {
				got = append(got, line)
			}
		}
	}
	if !slices.Equal(got, want) {
		d.t.Errorf("replication logged %q, want %q", got, want)
	}
}
