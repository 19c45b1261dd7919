package capture

import "database/sql/driver"

// Op is what happened to a row.
type Op string

// The operations.
const (
	Insert   Op = "I"
	Update   Op = "U"
	Delete   Op = "D"
	Truncate Op = "T" // of the whole table: there are no sides
)

// Change is one row of the log.
type Change struct {
	ID     int64
	Layout *Layout
	Op     Op
	// Changed has one verdict per Layout.Tracked; nil means that all may have changed.
	Changed []bool
	// Old and New are the row before and after; nil where there was or is none.
	Old, New *Side
	// Perhaps marks a Delete that happened only if a later row of the log, of the same transaction, inserts
	// into the same table: SQLite's REPLACE is seen before it is known to succeed. To take it for a deletion is
	// always safe.
	Perhaps bool
}

// Side is a row before or after a change.
type Side struct {
	// Values has one value per Layout.Values: nil, int64, uint64, float64, string or []byte, in a form from
	// which the database makes the column's value again.
	Values []driver.Value
	// Holds has one verdict per Layout.Guards.
	Holds []bool
}

// Row is a row of denorm_changes as it is stored.
type Row struct {
	ID      int64
	Layout  string
	Op      string
	Changed []byte // '0' or '1' per tracked column; nil for all
	OldIn   []byte // '0' or '1' per guard; nil where there is no such side
	NewIn   []byte
	Old     []byte // the values, in the dialect's form; nil where there is no such side
	New     []byte
}
