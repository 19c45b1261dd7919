package captest

import (
	"strings"

	"github.com/denormgen/denormgen/runtime/capture"
)

// On is a dependency on a table: from are the columns logged, the others those tracked. Columns are
// separated by blanks.
func On(table, from, columns string) capture.Dependency {
	return capture.Dependency{Table: capture.Table{Name: table}, From: strings.Fields(from), Columns: strings.Fields(columns), Roots: "-"}
}

// Where adds a condition; ROW stands for OLD and NEW.
func Where(d capture.Dependency, condition string) capture.Dependency {
	d.Old, d.New = strings.ReplaceAll(condition, "ROW", "OLD"), strings.ReplaceAll(condition, "ROW", "NEW")
	return d
}

// Cases are the portable ones, in the words of a dialect.
func Cases(dialect capture.Dialect) []Case {
	quote := func(name string) string {
		if dialect == capture.MySQL {
			return "`" + strings.ReplaceAll(name, "`", "``") + "`"
		}
		return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	const books = "CREATE TABLE books (id INTEGER PRIMARY KEY, author_id INTEGER, title VARCHAR(100), stock INTEGER)"
	book := On("books", "id author_id", "id author_id title")
	list := []Case{
		{
			Name: "insert update delete", Make: []string{books}, Depends: []capture.Dependency{book},
			Do: []string{
				"INSERT INTO books VALUES (1, 10, 'a', 5), (2, NULL, 'b', 5)",
				"UPDATE books SET title = 'c' WHERE id = 1", "UPDATE books SET author_id = 11, title = 'd'", "DELETE FROM books WHERE id = 2",
			},
			Want: []string{
				"I books (10,1)", "I books (NULL,2)", "U books (10,1)->(10,1) title",
				"U books (10,1)->(11,1) author_id+title", "U books (NULL,2)->(11,2) author_id+title", "D books (11,2)",
			},
		},
		{
			Name: "nothing that matters", Make: []string{books, "INSERT INTO books VALUES (1, 10, 'a', 5)"}, Depends: []capture.Dependency{book},
			Do: []string{"UPDATE books SET stock = 6", "UPDATE books SET title = 'a', author_id = 10", "UPDATE books SET title = 'x' WHERE id = 99"},
		},
		{
			Name: "bytes not equality", Make: []string{books, "INSERT INTO books VALUES (1, 10, 'Foo', 5)"}, Depends: []capture.Dependency{book},
			Do: []string{
				"UPDATE books SET title = 'FOO'", "UPDATE books SET title = 'FOO '", "UPDATE books SET title = 'FÓO '",
				"UPDATE books SET title = ''", "UPDATE books SET title = NULL", "UPDATE books SET title = 'é'",
			},
			Want: repeat("U books (10,1)->(10,1) title", 6),
		},
		{
			Name: "values", Depends: []capture.Dependency{On("books", "title", "title")}, Make: []string{books},
			Do: []string{
				"INSERT INTO books (id, title) VALUES (1, 'a,b'), (2, ''), (3, 'NULL'), (4, '{\"x\"}'), (5, 'é 𝄞 '), (6, ' t'), (7, 'O''Hara')",
			},
			Want: []string{
				"I books (a,b)", "I books ()", "I books (NULL)", `I books ({"x"})`, "I books (é 𝄞 )", "I books ( t)", "I books (O'Hara)",
			},
		},
		{
			Name: "key that changes", Make: []string{books, "INSERT INTO books VALUES (1, 10, 'a', 5)"}, Depends: []capture.Dependency{book},
			Do: []string{"UPDATE books SET id = 7"}, Want: []string{"U books (10,1)->(10,7) id"},
		},
		{
			Name: "both sides of a guard", Make: []string{books}, Depends: []capture.Dependency{Where(On("books", "id", "stock"), "ROW.stock > 3")},
			Do: []string{
				"INSERT INTO books VALUES (1, 10, 'a', 5), (2, 10, 'a', 1), (3, 10, 'a', NULL)", "UPDATE books SET stock = 2 WHERE id = 1", "DELETE FROM books WHERE id = 1",
			},
			Want: []string{"I books (1)?1", "I books (2)?0", "I books (3)?1", "U books (1)?1->(1)?0 stock", "D books (1)?0"},
		},
		{
			Name: "what is rolled back leaves nothing", Make: []string{books}, Depends: []capture.Dependency{book},
			Do: []string{
				"BEGIN", "INSERT INTO books VALUES (1, 10, 'a', 5)", "ROLLBACK",
				"BEGIN", "INSERT INTO books VALUES (2, 10, 'a', 5)", "SAVEPOINT s", "INSERT INTO books VALUES (3, 10, 'a', 5)", "ROLLBACK TO SAVEPOINT s", "COMMIT",
				"!INSERT INTO books VALUES (4, 10, 'a', 5), (2, 10, 'a', 5)",
			},
			Want: []string{"I books (10,2)"},
		},
		{
			Name: "odd names",
			Make: []string{"CREATE TABLE " + quote("Order's \"x\"`") + " (" + quote("sel ect") + " INTEGER PRIMARY KEY, " + quote("it's") + " VARCHAR(10))"},
			Depends: []capture.Dependency{{
				Table: capture.Table{Name: "Order's \"x\"`"}, From: []string{"sel ect"}, Columns: []string{"it's"}, Roots: "-",
			}},
			Do:   []string{"INSERT INTO " + quote("Order's \"x\"`") + " VALUES (1, 'a')", "UPDATE " + quote("Order's \"x\"`") + " SET " + quote("it's") + " = 'b'"},
			Want: []string{"I Order's \"x\"` (1)", "U Order's \"x\"` (1)->(1) it's"},
		},
	}
	return append(list, cascades()...)
}

// cascades go four tables deep, and through a table that references itself.
func cascades() []Case {
	chain := func(rule string) []string {
		return []string{
			"CREATE TABLE a (id INTEGER PRIMARY KEY)", "INSERT INTO a VALUES (1), (2)",
			"CREATE TABLE b (id INTEGER PRIMARY KEY, p INTEGER, FOREIGN KEY (p) REFERENCES a (id) " + rule + ")", "INSERT INTO b VALUES (11, 1), (12, 2)",
			"CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER, FOREIGN KEY (p) REFERENCES b (id) " + rule + ")", "INSERT INTO c VALUES (21, 11), (22, 12)",
			"CREATE TABLE d (id INTEGER PRIMARY KEY, p INTEGER, FOREIGN KEY (p) REFERENCES c (id) " + rule + ")", "INSERT INTO d VALUES (31, 21), (32, 22)",
		}
	}
	all := []capture.Dependency{On("a", "id", "id"), On("b", "id p", "id p"), On("c", "id p", "id p"), On("d", "id p", "id p")}
	return []Case{
		{
			Name: "deletes cascade", Make: chain("ON DELETE CASCADE"), Depends: all, Do: []string{"DELETE FROM a WHERE id = 1"},
			Want: []string{"D a (1)", "D b (11,1)", "D c (21,11)", "D d (31,21)"},
		},
		{
			Name: "deletes cascade to a table whose parents are not watched", Make: chain("ON DELETE CASCADE"), Depends: all[3:],
			Do: []string{"DELETE FROM a WHERE id = 1"}, Want: []string{"D d (31,21)"},
		},
		{
			Name: "deletes set null", Make: chain("ON DELETE SET NULL"), Depends: all, Do: []string{"DELETE FROM b"},
			Want: []string{"D b (11,1)", "D b (12,2)", "U c (21,11)->(21,NULL) p", "U c (22,12)->(22,NULL) p"},
		},
		{
			Name: "updates cascade", Make: chain("ON UPDATE CASCADE"), Depends: all, Do: []string{"UPDATE a SET id = 9 WHERE id = 1"},
			Want: []string{"U a (1)->(9) id", "U b (11,1)->(11,9) p"},
		},
		{
			Name: "updates set null", Make: chain("ON UPDATE SET NULL"), Depends: all, Do: []string{"UPDATE a SET id = 9 WHERE id = 1"},
			Want: []string{"U a (1)->(9) id", "U b (11,1)->(11,NULL) p"},
		},
		{
			Name: "deletes cascade in a tree",
			Make: []string{
				"CREATE TABLE tree (id INTEGER PRIMARY KEY, p INTEGER, FOREIGN KEY (p) REFERENCES tree (id) ON DELETE CASCADE)",
				"INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2), (4, 3), (5, NULL)",
			},
			Depends: []capture.Dependency{On("tree", "id p", "id p")}, Do: []string{"DELETE FROM tree WHERE id = 1"},
			Want: []string{"D tree (1,NULL)", "D tree (2,1)", "D tree (3,2)", "D tree (4,3)"},
		},
	}
}

func repeat(text string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = text
	}
	return list
}
