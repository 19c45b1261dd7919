package capture

import (
	"slices"
	"strings"
	"testing"
)

func books() Table { return Table{Name: "books"} }

const createBooks = `CREATE TABLE books (id bigint PRIMARY KEY, title text, active boolean, unused text)`

func bookLayout() Layout {
	return layoutOf(books(), []string{"id"}, []string{"active", "title"}, guardOn(`$."active"`))
}

// TestPostgresOperations captures whole statements where it can, and else rows: in a replica role, as that which applies
// what was replicated has, and where no primary key tells which row was which.
func TestPostgresOperations(t *testing.T) {
	keyless := strings.Replace(createBooks, "PRIMARY KEY", "NOT NULL UNIQUE", 1)
	for name, test := range map[string]struct {
		table, role string
		twice       bool
		moved       []string
	}{
		"statements": {createBooks, "origin", false, []string{`D {3}0>`, `I >{4}0`}},
		"replicated": {createBooks, "replica", true, []string{`D {3}0>`, `I >{4}0`, `U 010 {3}0>{4}0`}},
		"rows":       {keyless, "origin", false, []string{`U 010 {3}0>{4}0`}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newPostgresDB(t)
			d.exec(test.table)
			d.capture(bookLayout())
			d.operations(test.role, test.twice, test.moved)
		})
	}
}

// operations changes books in every way there is. moved is what is logged of a new key of one row of several. Where two
// triggers log the same, it is logged twice.
func (d *postgresDB) operations(role string, twice bool, moved []string) {
	d.t.Helper()
	for _, test := range []struct {
		statement string
		want      []string
	}{
		{`INSERT INTO books VALUES (1, 'a', true, 'u'), (2, 'b', NULL, 'u')`, []string{`I >{1}1`, `I >{2}1`}},
		{`UPDATE books SET title = 'A' WHERE id = 1`, []string{`U 001 {1}1>{1}1`}},
		{`UPDATE books SET unused = 'x'`, nil},
		{`UPDATE books SET title = title, active = active`, nil},
		{`UPDATE books SET active = false WHERE id = 1`, []string{`U 100 {1}1>{1}0`}},
		{`UPDATE books SET id = 3 WHERE id = 1`, []string{`U 010 {1}0>{3}0`}},
		{`UPDATE books SET id = CASE id WHEN 3 THEN 4 ELSE id END`, moved},
		{`UPDATE books SET title = 'B' WHERE id IN (2, 4)`, []string{`U 001 {2}1>{2}1`, `U 001 {4}0>{4}0`}},
		{`UPDATE books SET title = 'C' WHERE id = 9`, nil},
		{`DELETE FROM books WHERE id = 4`, []string{`D {4}0>`}},
		{`INSERT INTO books VALUES (2, 'c', true) ON CONFLICT (id) DO UPDATE SET title = excluded.title`, []string{`U 001 {2}1>{2}1`}},
		{`INSERT INTO books VALUES (2, 'c', true) ON CONFLICT DO NOTHING`, nil},
		{`MERGE INTO books USING (VALUES (2), (4)) AS s (id) ON s.id = books.id
			WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.id, 'm', true)`, []string{`D {2}1>`, `I >{4}1`}},
		{`WITH moved AS (DELETE FROM books RETURNING *) INSERT INTO books SELECT 5, title, active FROM moved`, []string{`D {4}1>`, `I >{5}1`}},
		{`COPY books (id, title) FROM PROGRAM 'echo "7,copied"' WITH (FORMAT csv)`, []string{`I >{7}1`}},
		{`DELETE FROM books WHERE id > 4`, []string{`D {5}1>`, `D {7}1>`}},
		{`DELETE FROM books`, nil},
		{`TRUNCATE books`, []string{`T`}},
	} {
		d.session("SET session_replication_role = "+role, test.statement)
		if !twice {
			d.logged(test.statement, test.want...)
		} else if got := slices.Compact(slices.Sorted(slices.Values(d.log()))); !slices.Equal(got, slices.Sorted(slices.Values(test.want))) {
			d.t.Errorf("%s logged %q, want %q", test.statement, got, test.want)
		}
	}
}
