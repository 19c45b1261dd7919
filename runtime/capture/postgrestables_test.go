package capture

import (
	"fmt"
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
	d.logged("a division by zero", `I >{1}11`, `I >{2}10`, `I >{3}00`)
	d.exec(`ALTER TABLE items RENAME COLUMN b TO c`, `UPDATE items SET a = 7 WHERE id = 3`)
	d.logged("a condition on a column that is gone", `U 10 {3}11>{3}11`)
	d.exec(`ALTER TABLE items RENAME COLUMN id TO key`, `INSERT INTO items VALUES (4, 1, 1)`)
	d.logged("a value of a column that is gone", `T`)
	// The same session has run the function before the column changes its type.
	d.capture(layoutOf(Table{Name: "items"}, []string{"key"}, nil))
	d.session(`INSERT INTO items VALUES (5, 1, 1)`, `ALTER TABLE items ALTER COLUMN a TYPE bigint`, `INSERT INTO items VALUES (6, 1, 1)`)
	d.logged("a type that changes", `I >{5}`, `I >{6}`)
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

func TestPostgresRollback(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(createBooks)
	d.capture(bookLayout())
	d.session(`BEGIN`, `INSERT INTO books VALUES (1)`, `SAVEPOINT s`, `INSERT INTO books VALUES (2)`, `ROLLBACK TO s`, `INSERT INTO books VALUES (3)`, `COMMIT`,
		`BEGIN`, `INSERT INTO books VALUES (4)`, `ROLLBACK`)
	d.logged("a rollback to a savepoint", `I >{1}1`, `I >{3}1`)
}
