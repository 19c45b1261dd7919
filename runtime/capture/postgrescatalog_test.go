package capture

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPostgresCatalog(t *testing.T) {
	d := newPostgresDB(t)
	d.exec(`CREATE SCHEMA shop`, `CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
		`CREATE DOMAIN code AS varchar(9)`,
		`CREATE TABLE shop.makers (id bigint PRIMARY KEY)`,
		`CREATE TABLE parts (a integer, b text, gone text, maker bigint REFERENCES shop.makers ON DELETE SET NULL ON UPDATE CASCADE,
			c code COLLATE "C" NOT NULL, l text COLLATE loose, n numeric(9,2), p character(3), f real, g integer GENERATED ALWAYS AS (a + 1) STORED,
			PRIMARY KEY (b, a), UNIQUE (c))`,
		`ALTER TABLE parts DROP COLUMN gone`,
		`CREATE INDEX ON parts (maker, lower(b), a)`, `CREATE INDEX ON parts (n) WHERE n > 0`, `CREATE UNIQUE INDEX ON parts (lower(b))`, `CREATE INDEX ON parts (n) INCLUDE (p)`,
		`CREATE TABLE "Sub parts" (b text, a integer, FOREIGN KEY (b, a) REFERENCES parts ON DELETE CASCADE)`,
		`CREATE TABLE far (b text, a integer, FOREIGN KEY (b, a) REFERENCES parts)`,
		`CREATE VIEW seen AS SELECT * FROM parts`, `CREATE MATERIALIZED VIEW stored AS SELECT * FROM parts`,
		`CREATE TABLE split (id bigint) PARTITION BY HASH (id)`, `CREATE TABLE shop.split_0 PARTITION OF split FOR VALUES WITH (MODULUS 1, REMAINDER 0)`,
	)
	asked := []Table{{Name: "parts"}, {Name: "seen"}, {Name: "stored"}, {Name: "split"}, {Name: "missing"}, {Schema: "shop", Name: "missing"}}
	catalog := d.catalog(asked...)
	got, err := json.MarshalIndent(catalog.Tables[Table{Name: "parts"}], "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.MarshalIndent(&TableInfo{
		Table: Table{"public", "parts"}, Kind: BaseTable,
		Columns: []ColumnInfo{
			{Name: "a", Type: "integer", Bytewise: true}, {Name: "b", Type: "text", Collation: "default", Bytewise: true},
			{Name: "maker", Type: "bigint", Nullable: true, Bytewise: true}, {Name: "c", Type: "code", Collation: "C", Bytewise: true},
			{Name: "l", Type: "text", Collation: "loose", Nullable: true}, {Name: "n", Type: "numeric(9,2)", Nullable: true},
			{Name: "p", Type: "character(3)", Collation: "default", Nullable: true}, {Name: "f", Type: "real", Nullable: true},
			{Name: "g", Type: "integer", Nullable: true, Generated: true, Bytewise: true},
		},
		Key: []string{"b", "a"}, Unique: [][]string{{"b", "a"}, {"c"}}, Indexes: [][]string{{"b", "a"}, {"c"}, {"maker"}, {"n"}},
		ForeignKeys: []ForeignKey{{
			Name: "parts_maker_fkey", Columns: []string{"maker"}, References: Table{"shop", "makers"}, RefColumns: []string{"id"},
			OnDelete: "SET NULL", OnUpdate: "CASCADE",
		}},
	}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if difference := cmp.Diff(string(want), string(got)); difference != "" {
		t.Errorf("parts (-want +got):\n%s", difference)
	}
	kinds := map[Table]Kind{}
	for table, info := range catalog.Tables {
		kinds[table] = info.Kind
	}
	wantKinds := map[Table]Kind{
		{Name: "parts"}: BaseTable, {"public", "parts"}: BaseTable, {"shop", "makers"}: BaseTable, {"public", "Sub parts"}: BaseTable,
		{Name: "seen"}: View, {"public", "seen"}: View, {Name: "stored"}: View, {"public", "stored"}: View,
		{Name: "split"}: Partitioned, {"public", "split"}: Partitioned, {"shop", "split_0"}: BaseTable,
	}
	if difference := cmp.Diff(wantKinds, kinds); difference != "" {
		t.Errorf("tables (-want +got):\n%s", difference)
	}
	if difference := cmp.Diff([]Table{{"shop", "split_0"}}, catalog.Tables[Table{Name: "split"}].Children); difference != "" {
		t.Errorf("partitions (-want +got):\n%s", difference)
	}
}
