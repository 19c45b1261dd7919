package capture

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestPostgresPartitions(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(`CREATE TABLE sales (id bigint, region text, title text) PARTITION BY LIST (region)`,
		`CREATE TABLE sales_a PARTITION OF sales FOR VALUES IN ('a')`,
		`CREATE TABLE sales_b PARTITION OF sales FOR VALUES IN ('b', 'c') PARTITION BY LIST (region)`,
		`CREATE TABLE sales_b1 PARTITION OF sales_b FOR VALUES IN ('b')`)
	layout := layoutOf(Table{Name: "sales"}, []string{"id"}, []string{"title"})
	d.capture(layout)
	d.exec(`INSERT INTO sales VALUES (1, 'a', 'x')`, `INSERT INTO sales_a VALUES (2, 'a', 'x')`, `INSERT INTO sales_b1 VALUES (3, 'b', 'x')`)
	d.logged("inserts", `I >{1}`, `I >{2}`, `I >{3}`)
	d.exec(`UPDATE sales_b1 SET title = 'y'`, `UPDATE sales SET region = 'b' WHERE id = 1`)
	d.logged("a row that moves between partitions", `U 01 {3}>{3}`, `D {1}>`, `I >{1}`)
	d.exec(`TRUNCATE sales_a`)
	d.logged("TRUNCATE of a partition", `T`)
	d.session(`SET session_replication_role = replica`, `INSERT INTO sales VALUES (4, 'a', 'x')`, `DELETE FROM sales_a`, `TRUNCATE sales_b1`)
	d.logged("a replica role", `I >{4}`, `D {4}>`, `T`)

	seen := map[string]string{}
	changed := func(what string) {
		t.Helper()
		fingerprint := fmt.Sprint(d.fingerprint(layout))
		if before, ok := seen[fingerprint]; ok {
			t.Errorf("%s: the fingerprint is that of %s", what, before)
		}
		seen[fingerprint] = what
	}
	changed("the start")
	before := d.installed()["denorm_capture_sales"]
	d.exec(`CREATE TABLE late (id bigint, region text, title text)`, `INSERT INTO late VALUES (8, 'd', 'x')`)
	d.logged("a table that is none of ours")
	d.exec(`ALTER TABLE sales ATTACH PARTITION late FOR VALUES IN ('d')`)
	changed("ATTACH")
	if before == d.installed()["denorm_capture_sales"] {
		t.Error("Installed does not see ATTACH")
	}
	d.session(`SET session_replication_role = replica`, `UPDATE late SET title = 'y'`)
	d.logged("an attached partition", `U 01 {8}>{8}`)
	d.capture(layout)
	d.exec(`TRUNCATE late`)
	d.logged("TRUNCATE of an attached partition, after repair", `T`)
	changed("repair")
	d.exec(`ALTER TABLE sales DETACH PARTITION late`)
	changed("DETACH")
	d.capture(layout)
	d.exec(`INSERT INTO late VALUES (9, 'd', 'x')`, `TRUNCATE late`)
	d.logged("a detached partition, after repair")
	d.exec(`DROP TABLE sales_a`)
	changed("a dropped partition")
}

// TestPostgresBecomesPartition turns a captured table into a partition of a new one, as migrations do.
func TestPostgresBecomesPartition(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(createBooks)
	layout := bookLayout()
	d.capture(layout)
	d.exec(`ALTER TABLE books RENAME TO books_old`, `CREATE TABLE books (LIKE books_old) PARTITION BY RANGE (id)`,
		`ALTER TABLE books ATTACH PARTITION books_old FOR VALUES FROM (0) TO (100)`)
	d.capture(layout)
	d.capture(layout)
	d.exec(`INSERT INTO books VALUES (1, 'a', true)`, `INSERT INTO books_old VALUES (2, 'a', true)`, `TRUNCATE books_old`)
	d.logged("the partition", `I >{1}1`, `I >{2}1`, `T`)
}

// TestPostgresIsWrittenByOthers writes to a captured table by way of one that it was made a part of.
func TestPostgresIsWrittenByOthers(t *testing.T) {
	for name, join := range map[string][]string{
		"partition": {`CREATE TABLE library (LIKE books) PARTITION BY RANGE (id)`, `ALTER TABLE library ATTACH PARTITION books FOR VALUES FROM (0) TO (100)`},
		"child":     {`CREATE TABLE library (LIKE books)`, `ALTER TABLE books INHERIT library`},
	} {
		t.Run(name, func(t *testing.T) {
			d := newPostgresDB(t)
			d.exec(createBooks, `INSERT INTO books VALUES (1, 'a', true)`)
			layout := bookLayout()
			d.capture(layout)
			before, installed := fmt.Sprint(d.fingerprint(layout)), d.installed()["denorm_capture_books"]
			d.exec(join...)
			if fmt.Sprint(d.fingerprint(layout)) == before {
				t.Error("the fingerprint is as before")
			}
			if d.installed()["denorm_capture_books"] == installed {
				t.Error("what is installed is as before")
			}
			d.capture(layout)
			d.exec(`UPDATE library SET title = 'b'`, `UPDATE books SET title = 'c'`, `DELETE FROM library`)
			d.logged(name, `U 001 {1}1>{1}1`, `U 001 {1}1>{1}1`, `D {1}1>`)
		})
	}
}

func TestPostgresInheritance(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(`CREATE TABLE things (id bigint PRIMARY KEY, title text)`, `CREATE TABLE cars (wheels integer) INHERITS (things)`,
		`CREATE TABLE "Fast Cars" (speed integer) INHERITS (cars)`)
	things := layoutOf(Table{Name: "things"}, []string{"id"}, []string{"title"})
	cars := layoutOf(Table{Name: "cars"}, []string{"wheels"}, nil)
	d.capture(things)
	d.exec(`INSERT INTO "Fast Cars" VALUES (1, 'x', 4, 200)`, `UPDATE things SET title = 'y'`, `UPDATE cars SET wheels = 3`, `TRUNCATE "Fast Cars"`)
	d.logged("a child's child", `I >{1}`, `U 01 {1}>{1}`, `T`)
	d.capture(cars)
	d.exec(`INSERT INTO cars VALUES (2, 'x', 4)`)
	if got := slices.Sorted(slices.Values(d.log())); !slices.Equal(got, []string{`I >{2}`, `I >{4}`}) {
		t.Errorf("a child that is captured itself logged %q", got)
	}
	before := d.fingerprint(things)
	d.exec(`CREATE TABLE boats () INHERITS (things)`)
	if before.Equal(d.fingerprint(things)) {
		t.Error("the fingerprint does not see a new child")
	}
	d.capture(things)
	d.exec(`INSERT INTO boats VALUES (3, 'x')`)
	d.logged("a new child, after repair", `I >{3}`)
	d.exec(`ALTER TABLE boats NO INHERIT things`)
	d.capture(things)
	d.exec(`INSERT INTO boats VALUES (4, 'x')`)
	d.logged("a former child, after repair")
}

// TestPostgresColumnsOfOthers changes columns that the statement does not name.
func TestPostgresColumnsOfOthers(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(`CREATE TABLE items (id bigint PRIMARY KEY, price integer, amount integer, total integer GENERATED ALWAYS AS (price * amount) STORED, slug text)`,
		`CREATE FUNCTION slug() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.slug := 'p' || NEW.price; RETURN NEW; END$$`,
		`CREATE TRIGGER slug BEFORE INSERT OR UPDATE ON items FOR EACH ROW EXECUTE FUNCTION slug()`)
	d.capture(layoutOf(Table{Name: "items"}, []string{"slug", "total"}, nil, guardOn(`$."total" > 10`)))
	d.exec(`INSERT INTO items (id, price, amount) VALUES (1, 2, 3)`, `UPDATE items SET amount = 6`, `UPDATE items SET price = 1, amount = 12`, `UPDATE items SET amount = 12`)
	d.logged("columns set by others", `I >{p2,6}0`, `U 01 {p2,6}0>{p2,12}1`, `U 10 {p2,12}1>{p1,12}1`)
}

// TestPostgresWritersNeverFail has conditions that fail and columns that are gone.
func TestPostgresWritersNeverFail(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(`CREATE TABLE items (id bigint PRIMARY KEY, a integer, b integer)`)
	d.capture(layoutOf(Table{Name: "items"}, []string{"id"}, []string{"a"}, guardOn(`$."a" / $."b" > 1`), guardOn(`$."a" = 5`)))
	d.exec(`INSERT INTO items VALUES (1, 1, 0), (2, 1, NULL), (3, 1, 1)`)
	d.logged("a division by zero", `I >{1}11`, `I >{2}11`, `I >{3}11`)
	d.exec(`UPDATE items SET a = 2 WHERE id < 3`, `UPDATE items SET a = 3 WHERE id = 2`, `UPDATE items SET a = 1`)
	d.logged("updates", `U 10 {1}11>{1}11`, `U 10 {2}11>{2}11`, `U 10 {2}10>{2}10`, `U 10 {1}11>{1}11`, `U 10 {2}11>{2}11`)
	d.exec(`ALTER TABLE items RENAME COLUMN b TO c`, `UPDATE items SET a = 7 WHERE id = 3`)
	d.logged("a condition on a column that is gone", `U 10 {3}11>{3}11`)
	d.exec(`ALTER TABLE items RENAME COLUMN id TO key`, `INSERT INTO items VALUES (4, 1, 1)`)
	d.logged("a value of a column that is gone", `T`)
	d.exec(`INSERT INTO items VALUES (7, 1, 1), (8, 1, 1)`, `UPDATE items SET a = 9`)
	d.logged("values of a column that is gone", `T`, `T`)
	// The same session has run the function before the column changes its type.
	d.capture(layoutOf(Table{Name: "items"}, []string{"key"}, nil))
	d.exec(`DELETE FROM items`)
	d.log()
	d.session(`INSERT INTO items VALUES (5, 1, 1)`, `INSERT INTO items VALUES (6, 1, 1), (7, 1, 1)`, `ALTER TABLE items ALTER COLUMN a TYPE bigint`,
		`INSERT INTO items VALUES (8, 1, 1)`, `INSERT INTO items VALUES (9, 1, 1), (10, 1, 1)`)
	d.logged("a type that changes", `I >{5}`, `I >{6}`, `I >{7}`, `I >{8}`, `I >{9}`, `I >{10}`)
}

func TestPostgresDeferredAndCascades(t *testing.T) {
	shared := newPostgresDB(t)
	names := strings.Split("abcde", "")
	for _, when := range []string{"NOT DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"} {
		for depth := 1; depth <= 4; depth++ {
			d := shared.in(t)
			d.exec(`CREATE TABLE a (id bigint PRIMARY KEY)`, `INSERT INTO a VALUES (1), (2)`)
			for i := 1; i <= depth; i++ {
				d.exec(`CREATE TABLE `+names[i]+` (id bigint PRIMARY KEY REFERENCES `+names[i-1]+` ON DELETE CASCADE ON UPDATE CASCADE `+when+`)`,
					`INSERT INTO `+names[i]+` VALUES (1), (2)`)
			}
			last := layoutOf(Table{Name: names[depth]}, []string{"id"}, nil)
			d.capture(last)
			d.exec(`UPDATE a SET id = 5 WHERE id = 1`, `DELETE FROM a WHERE id = 2`)
			d.logged("cascades "+when, `U 1 {1}>{5}`, `D {2}>`)
		}
	}
}

// TestPostgresExchange gives rows of one statement the keys of one another.
func TestPostgresExchange(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(strings.Replace(createBooks, "PRIMARY KEY", "PRIMARY KEY DEFERRABLE", 1), `INSERT INTO books VALUES (1, 'a', true), (2, 'b', false), (3, 'c', true)`)
	d.capture(bookLayout())
	d.exec(`UPDATE books SET id = 3 - id WHERE id < 3`)
	d.logged("an exchange", `U 101 {1}1>{1}0`, `U 101 {2}0>{2}1`)
	d.exec(`UPDATE books SET id = id % 3 + 1, title = 'd'`)
	d.loggedInAnyOrder("a rotation", `U 001 {3}1>{3}1`, `U 101 {1}0>{1}1`, `U 101 {2}1>{2}0`)
}

// TestPostgresPassingParent is a part of another table for one transaction, in which rows are written by way of that.
func TestPostgresPassingParent(t *testing.T) {
	for name, statements := range map[string][]string{
		"partition": {`CREATE TABLE library (LIKE books) PARTITION BY RANGE (id)`, `BEGIN`, `ALTER TABLE library ATTACH PARTITION books FOR VALUES FROM (0) TO (100)`,
			`INSERT INTO library VALUES (9, 'a', true)`, `ALTER TABLE library DETACH PARTITION books`, `COMMIT`},
		"child": {`CREATE TABLE library (LIKE books)`, `BEGIN`, `ALTER TABLE books INHERIT library`, `UPDATE library SET title = 'b'`,
			`ALTER TABLE books NO INHERIT library`, `COMMIT`},
	} {
		t.Run(name, func(t *testing.T) {
			d := newPostgresDB(t)
			d.exec(createBooks, `INSERT INTO books VALUES (1, 'a', true)`)
			layout := bookLayout()
			d.capture(layout)
			before := fmt.Sprint(d.fingerprint(layout))
			d.exec("ANALYZE books", "VACUUM (FREEZE) books")
			if fmt.Sprint(d.fingerprint(layout)) != before {
				t.Error("maintenance changes the fingerprint")
			}
			d.session(statements...)
			if fmt.Sprint(d.fingerprint(layout)) == before {
				t.Error("the fingerprint is as before")
			}
		})
	}
}

// TestPostgresAnotherKey replaces the primary key by which rows are paired.
func TestPostgresAnotherKey(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(`CREATE TABLE items (code text PRIMARY KEY, title text)`)
	layout := layoutOf(Table{Name: "items"}, []string{"code"}, []string{"title"})
	d.capture(layout)
	before, installed := fmt.Sprint(d.fingerprint(layout)), d.installed()["denorm_capture_items"]
	d.exec(`ALTER TABLE items DROP CONSTRAINT items_pkey, ADD COLUMN id bigserial PRIMARY KEY, ALTER code DROP NOT NULL`,
		`INSERT INTO items (code, title) VALUES (NULL, 'a'), (NULL, 'b'), ('x', 'c'), ('x', 'd')`)
	d.logged("rows", `I >{NULL}`, `I >{NULL}`, `I >{x}`, `I >{x}`)
	d.exec(`UPDATE items SET title = 'e' WHERE id = 1`, `UPDATE items SET title = 'f'`)
	d.logged("updates before repair", `U 01 {NULL}>{NULL}`, `T`)
	if fmt.Sprint(d.fingerprint(layout)) == before || d.installed()["denorm_capture_items"] == installed {
		t.Error("it is not seen that there is another key")
	}
	d.capture(layout)
	d.exec(`UPDATE items SET title = 'g'`)
	d.loggedInAnyOrder("after repair", `U 01 {NULL}>{NULL}`, `U 01 {NULL}>{NULL}`, `U 01 {x}>{x}`, `U 01 {x}>{x}`)
}

// TestPostgresStrangeKeys has keys whose equality is that of an extension, and one whose name would end the function's text.
func TestPostgresStrangeKeys(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(`CREATE EXTENSION ltree`, `CREATE TABLE paths (id ltree PRIMARY KEY, title text)`)
	d.capture(layoutOf(Table{Name: "paths"}, []string{"id"}, []string{"title"}))
	d.exec(`INSERT INTO paths VALUES ('a', 'x'), ('a.b', 'x')`, `UPDATE paths SET title = 'y'`, `UPDATE paths SET id = 'c' WHERE id = 'a'`)
	d.logged("paths", `I >{a}`, `I >{a.b}`, `U 01 {a}>{a}`, `U 01 {a.b}>{a.b}`, `U 10 {a}>{c}`)
	d.exec(`CREATE TABLE odd ("x$denorm_body$;SELECT 1/0;--" bigint PRIMARY KEY, v text)`)
	d.capture(layoutOf(Table{Name: "odd"}, []string{"v"}, nil))
	d.exec(`INSERT INTO odd VALUES (1, 'a'), (2, 'b')`, `UPDATE odd SET v = v || v`)
	d.logged("a key that ends a quote", `I >{a}`, `I >{b}`, `U 1 {a}>{aa}`, `U 1 {b}>{bb}`)
}

// TestPostgresTree has cascades within one table, and two that reach the same row of another one.
func TestPostgresTree(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(`CREATE TABLE nodes (id bigint PRIMARY KEY, parent bigint REFERENCES nodes ON DELETE CASCADE)`,
		`INSERT INTO nodes VALUES (1, NULL), (2, 1), (3, 1), (4, 2), (5, 4), (6, 5), (7, NULL), (8, NULL)`,
		`CREATE TABLE pairs (id bigint PRIMARY KEY, a bigint REFERENCES nodes ON DELETE SET NULL, b bigint REFERENCES nodes ON DELETE SET NULL)`,
		`INSERT INTO pairs VALUES (1, 7, 8), (2, 7, 6), (3, 1, 7)`)
	d.capture(layoutOf(Table{Name: "nodes"}, []string{"id"}, nil), layoutOf(Table{Name: "pairs"}, []string{"a", "b", "id"}, nil))
	d.exec(`DELETE FROM nodes WHERE id IN (1, 7, 8)`)
	got := map[string]bool{}
	for _, line := range d.log() {
		got[line] = true
	}
	want := []string{`D {1}>`, `D {2}>`, `D {3}>`, `D {4}>`, `D {5}>`, `D {6}>`, `D {7}>`, `D {8}>`}
	for _, line := range want {
		if !got[line] {
			t.Errorf("nothing says %q", line)
		}
	}
	// From the first row to the last one there is a way, however many steps are logged.
	for id, first := range map[int]string{1: "{7,8,1}", 2: "{7,6,2}", 3: "{1,7,3}"} {
		at := map[string]bool{first: true}
		last := fmt.Sprintf("{NULL,NULL,%d}", id)
		for range got {
			for line := range got {
				before, after, _ := strings.Cut(line[strings.LastIndex(line, " ")+1:], ">")
				at[after] = at[after] || at[before]
			}
		}
		if !at[last] {
			t.Errorf("%v do not lead from %s to %s", slices.Sorted(maps.Keys(got)), first, last)
		}
	}
}

func TestPostgresRollback(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(createBooks)
	d.capture(bookLayout())
	d.session(`BEGIN`, `INSERT INTO books VALUES (1)`, `SAVEPOINT s`, `INSERT INTO books VALUES (2)`, `ROLLBACK TO s`, `INSERT INTO books VALUES (3)`, `COMMIT`,
		`BEGIN`, `INSERT INTO books VALUES (4)`, `ROLLBACK`)
	d.logged("a rollback to a savepoint", `I >{1}1`, `I >{3}1`)
}
