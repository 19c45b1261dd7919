package capture

import "testing"

func books() Table { return Table{Name: "books"} }

const createBooks = `CREATE TABLE books (id bigint PRIMARY KEY, title text, active boolean, unused text)`

func bookLayout() Layout {
	return layoutOf(books(), []string{"id"}, []string{"active", "title"}, guardOn(`$."active"`))
}

func TestPostgresOperations(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(createBooks)
	d.capture(bookLayout())
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
		{`DELETE FROM books WHERE id = 3`, []string{`D {3}0>`}},
		{`INSERT INTO books VALUES (2, 'c', true) ON CONFLICT (id) DO UPDATE SET title = excluded.title`, []string{`U 001 {2}1>{2}1`}},
		{`INSERT INTO books VALUES (2, 'c', true) ON CONFLICT DO NOTHING`, nil},
		{`MERGE INTO books USING (VALUES (2), (4)) AS s (id) ON s.id = books.id
			WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.id, 'm', true)`, []string{`D {2}1>`, `I >{4}1`}},
		{`WITH moved AS (DELETE FROM books RETURNING *) INSERT INTO books SELECT 5, title, active FROM moved`, []string{`D {4}1>`, `I >{5}1`}},
		{`COPY books (id, title) FROM PROGRAM 'echo "7,copied"' WITH (FORMAT csv)`, []string{`I >{7}1`}},
		{`TRUNCATE books`, []string{`T`}},
	} {
		d.exec(test.statement)
		d.logged(test.statement, test.want...)
	}
}
