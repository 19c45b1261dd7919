package truth

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/denormgen/denormgen/gen"
	"github.com/denormgen/denormgen/gen/plan"
	"github.com/denormgen/denormgen/internal/testservers"
	"github.com/jmoiron/sqlx"
)

// changesToFollow is how many changes a normal run makes.
const changesToFollow = 200

// change is one written row.
type change struct {
	table  table
	column string // "" for a row that came or went
	rows   []row  // as it was, as it is
}

// covers tells whether a dependency says that the change may concern it.
func (c change) covers(d *plan.Dependency) bool {
	return d.Table.Name == c.table.name && (c.column == "" || slices.Contains(d.Columns, c.column))
}

func (c change) String() string {
	if c.column == "" {
		return "the whole row of " + c.table.name
	}
	return c.table.name + "." + c.column
}

// follower checks dependencies by what changes really do.
type follower struct {
	history  *history
	db       *sqlx.DB
	depends  map[string][]*plan.Dependency // by collection
	docs     map[string]map[string]string  // by collection and key
	data     *data
	changed  int             // documents
	notified int             // documents that the dependencies lead to
	ignored  int             // changes that a collection does not depend on, counted for each
	bore     map[string]bool // collection and column: whether a change of it changed a document
}

// TestDependenciesCoverEveryChange changes single columns of single rows, and inserts and deletes rows. A
// document that is another afterwards must be reached by a dependency that lists the column.
func TestDependenciesCoverEveryChange(t *testing.T) {
	result, err := gen.Run(t.Context(), gen.Options{Dir: "models"})
	if err != nil || len(result.Plans) != 1 {
		t.Fatalf("%d plans: %v", len(result.Plans), err)
	}
	changes := changesToFollow
	if n := fromEnvironment(t, "TRUTH_BURSTS"); n > 0 {
		changes = 10 * int(n)
	}
	seed := fromEnvironment(t, "TRUTH_SEED")
	if seed == 0 {
		seed = uint64(time.Now().UnixNano()) % 1_000_000
	}
	db := testservers.SQLite(t, testservers.Cgo)
	create(t, db)
	f := &follower{
		history: &history{dialect: dialect{db.DriverName()}, random: rand.New(rand.NewPCG(seed, 5))},
		db:      db, depends: map[string][]*plan.Dependency{}, bore: map[string]bool{},
	}
	for _, c := range result.Plans[0].Collections {
		f.depends[c.Declared.Name] = c.Depends
	}
	if err := f.fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	for n := range changes {
		if err := f.step(t.Context()); err != nil {
			t.Fatalf("change %d: %v\n\nrepeat with TRUTH_SEED=%d TRUTH_BURSTS=%d go test ./internal/truth -run '^%s$'",
				n+1, err, seed, n/10+1, t.Name())
		}
	}
	t.Logf("seed %d: %d changes, %d times none of a collection's; %d documents changed, %d were named: %.0f%% of the events were due",
		seed, changes, f.ignored, f.changed, f.notified, 100*float64(f.changed)/float64(max(f.notified, 1)))
	f.unproven(t)
}

// unproven lists columns whose changes were followed and never changed a document of a collection that
// depends on them.
func (f *follower) unproven(t *testing.T) {
	var never []string
	for what, bore := range f.bore {
		if !bore {
			never = append(never, what)
		}
	}
	slices.Sort(never)
	const few = 20
	if len(never) > few {
		never = append(never[:few], "...")
	}
	t.Logf("changes of %d listed columns were followed; those of %d changed a document, not those of %s", len(f.bore), listedThatBore(f.bore), strings.Join(never, ", "))
}

func listedThatBore(bore map[string]bool) int {
	n := 0
	for _, b := range bore {
		if b {
			n++
		}
	}
	return n
}

func (f *follower) fill(ctx context.Context) error {
	if err := f.history.plant(ctx, f.db); err != nil {
		return err
	}
	if err := f.history.fill(ctx, f.db); err != nil {
		return err
	}
	var err error
	f.data, f.docs, err = f.look(ctx)
	return err
}

// look reads the data and builds all documents.
func (f *follower) look(ctx context.Context) (*data, map[string]map[string]string, error) {
	d, err := read(ctx, f.history.dialect, f.db)
	if err != nil {
		return nil, nil, err
	}
	docs := map[string]map[string]string{}
	for _, s := range subjects(nil) {
		c := s.about()
		docs[c.name] = map[string]string{}
		for _, doc := range c.documents(d) {
			docs[c.name][keyText(c.key, doc.row)] = doc.json
		}
	}
	return d, docs, nil
}

func keyText(key []string, r row) string {
	text := ""
	for _, column := range key {
		text += encode(r[column]) + " "
	}
	return text
}

// step makes a change and checks every collection.
func (f *follower) step(ctx context.Context) error {
	c, err := f.write(ctx)
	if err != nil {
		return err
	}
	d, docs, err := f.look(ctx)
	if err != nil {
		return err
	}
	before, beforeDocs := f.data, f.docs
	f.data, f.docs = d, docs
	c.rows = append(lost(c.table, before, d), lost(c.table, d, before)...)
	for _, s := range subjects(nil) {
		about := s.about()
		reached := map[string]bool{}
		listed := false
		for _, dependency := range f.depends[about.name] {
			if !c.covers(dependency) {
				continue
			}
			listed = true
			if err := f.follow(ctx, about, dependency, c.rows, reached); err != nil {
				return err
			}
		}
		if !listed {
			f.ignored++
		}
		was, is := beforeDocs[about.name], docs[about.name]
		changed := 0
		for key := range union(was, is) {
			if was[key] == is[key] {
				continue
			}
			changed++
			if !listed {
				return fmt.Errorf("%s is no dependency of %s, but its change changed document %s:\n was %s\n  is %s", c, about.name, key, was[key], is[key])
			}
			if !reached[key] {
				return fmt.Errorf("a change of %s does not lead to document %s of %s; rows %s\n was %s\n  is %s",
					c, key, about.name, encodeRows(c), was[key], is[key])
			}
		}
		f.changed += changed
		for key := range reached {
			if _, had := was[key]; had {
				f.notified++
			} else if _, has := is[key]; has {
				f.notified++
			}
		}
		if listed && c.column != "" && len(c.rows) > 0 {
			what := about.name + ":" + c.String()
			f.bore[what] = f.bore[what] || changed > 0
		}
	}
	return nil
}

func union(x, y map[string]string) map[string]bool {
	all := map[string]bool{}
	for key := range x {
		all[key] = true
	}
	for key := range y {
		all[key] = true
	}
	return all
}

func encodeRows(c change) string {
	var texts []string
	for _, r := range c.rows {
		var o object
		for _, column := range c.table.columns {
			o.add(column.name, r[column.name])
		}
		texts = append(texts, encode(o))
	}
	return strings.Join(texts, " -> ")
}

// lost are the rows of a table that the other data has not, as they are.
func lost(t table, from, to *data) []row {
	left := map[string]int{}
	whole := table{columns: t.columns}
	for _, r := range to.tables[t.name] {
		left[whole.identity(r)]++
	}
	var list []row
	for _, r := range from.tables[t.name] {
		if left[whole.identity(r)]--; left[whole.identity(r)] < 0 {
			list = append(list, r)
		}
	}
	return list
}

// write changes one row.
func (f *follower) write(ctx context.Context) (change, error) {
	h := f.history
	tables := schema()
	c := change{table: tables[h.random.IntN(len(tables))]}
	rows, err := h.current(ctx, f.db, c.table)
	if err != nil {
		return c, err
	}
	switch dice := h.random.IntN(10); {
	case len(rows) < fewRows || dice == 0 && len(rows) < manyRows:
		return c, h.insert(ctx, f.db, c.table)
	case dice == 1:
		return c, h.delete(ctx, f.db, c.table, rows)
	}
	r := rows[h.random.IntN(len(rows))]
	column := c.table.columns[h.random.IntN(len(c.table.columns))]
	c.column = column.name
	return c, h.set(ctx, f.db, c.table, rows, r, column, h.value(column))
}

// follow goes from the rows by a dependency's hops to the roots, in the database as it is now.
func (f *follower) follow(ctx context.Context, about collection, dependency *plan.Dependency, rows []row, reached map[string]bool) error {
	for _, hop := range dependency.Hops {
		next := map[string]row{}
		for _, r := range rows {
			found, err := f.hop(ctx, hop, r)
			if err != nil {
				return err
			}
			for _, r := range found {
				next[fmt.Sprint(r)] = r
			}
		}
		rows = nil
		for _, r := range next {
			rows = append(rows, r)
		}
	}
	for _, r := range rows {
		reached[keyText(about.key, r)] = true
	}
	return nil
}

func (f *follower) hop(ctx context.Context, hop plan.Hop, from row) ([]row, error) {
	var conditions []string
	var args []any
	for i, column := range hop.FromColumns {
		if from[column] == nil {
			return nil, nil
		}
		conditions = append(conditions, f.history.quote(hop.ToColumns[i])+" = ?")
		args = append(args, from[column])
	}
	tables := schema()
	at := slices.IndexFunc(tables, func(t table) bool { return t.name == hop.To.Name })
	if at < 0 || len(conditions) == 0 {
		return nil, fmt.Errorf("a hop leads from %s to %s by no columns", hop.From.Name, hop.To.Name)
	}
	return readWhere(ctx, f.history.dialect, f.db, tables[at], " WHERE "+strings.Join(conditions, " AND "), args...)
}
