package capture

import (
	"fmt"
	"slices"
	"strconv"
)

// mysqlTarget is a layout and its table as the catalog knows it.
type mysqlTarget struct {
	layout *Layout
	info   *TableInfo // nil without a catalog
	table  Table      // resolved with a catalog
	tag    string     // tells its triggers from others with the same name
}

// mysqlRenderer renders objects.
type mysqlRenderer struct {
	catalog  *Catalog
	home     string // database of the log; empty without a catalog
	log      string
	objects  []Object
	problems []Problem
}

// Objects renders three triggers for each table, and for each table above one that InnoDB changes through foreign
// keys one or two more. Each trigger of a captured table is of that table's Object.Table: what is lost with it.
func (mysqlBackend) Objects(layouts []Layout, catalog *Catalog) ([]Object, []Problem) {
	r := &mysqlRenderer{catalog: catalog, log: quoteName(MySQL, mysqlLogName)}
	if catalog != nil {
		r.home = catalog.Schema
		if r.home != "" {
			r.log = quoteTable(MySQL, Table{Schema: r.home, Name: mysqlLogName})
		}
	}
	seen := map[Table]int{}
	var targets []mysqlTarget
	for i := range layouts {
		target := mysqlTarget{layout: &layouts[i], table: layouts[i].Table}
		if catalog == nil {
			r.problem(Warning, target.table, fmt.Sprintf("without a database to look at, what foreign keys do to %s goes unseen, and TIMESTAMP and FLOAT are logged inexactly", target.table),
				"render it with a connection")
		} else {
			if target.info = catalog.Tables[layouts[i].Table]; target.info == nil {
				r.problem(Refused, target.table, fmt.Sprintf("table %s is not in the database", target.table), "")
				continue
			}
			target.table = target.info.Table
		}
		seen[target.table]++
		if n := seen[target.table]; n > 1 || target.table.Schema != r.home && target.table.Schema != "" {
			target.tag = hashOf(r.home, target.table.Name, strconv.Itoa(n))[:8]
		}
		targets = append(targets, target)
	}
	for _, target := range targets {
		r.rows(target)
	}
	for _, target := range targets {
		if catalog != nil {
			r.cascades(target)
		}
	}
	return r.objects, r.problems
}

func (r *mysqlRenderer) problem(severity Severity, table Table, message, remedy string) {
	r.problems = append(r.problems, Problem{Severity: severity, Table: table, Message: message, Remedy: remedy})
}

// mysqlRowTrigger is the data of trigger.sql.
type mysqlRowTrigger struct {
	Create, Name, Event, Table, Log, Layout, Op, When string
	Values                                            []string
}

// rows renders the triggers of one captured table.
func (r *mysqlRenderer) rows(target mysqlTarget) {
	image := mysqlImage{layout: target.layout, info: target.info, old: mysqlQualified("OLD"), new: mysqlQualified("NEW")}
	triggers := []mysqlRowTrigger{
		{Event: "INSERT", Op: "I", Values: []string{"NULL", "NULL", image.newIn(), "NULL", image.newRow()}},
		{Event: "UPDATE", Op: "U", When: image.anyChanged(), Values: []string{image.changed(), image.oldIn(), image.newIn(), image.oldRow(), image.newRow()}},
		{Event: "DELETE", Op: "D", Values: []string{"NULL", image.oldIn(), "NULL", image.oldRow(), "NULL"}},
	}
	for _, trigger := range triggers {
		trigger.Table, trigger.Log, trigger.Layout = quoteTable(MySQL, target.table), r.log, target.layout.ID
		event := map[string]string{"I": "insert", "U": "update", "D": "delete"}[trigger.Op]
		name := mysqlTriggerName(event, target.table.Name, target.tag)
		r.object(target, target.table, name, mysqlCheck(target), func(create, quoted string) (string, error) {
			trigger.Create, trigger.Name = create, quoted
			return templateText(MySQL, "trigger", trigger)
		})
	}
}

// mysqlCheck explains a query with everything that the triggers evaluate: a name that is wrong fails it, where it
// would fail writers later.
func mysqlCheck(target mysqlTarget) []string {
	row := mysqlQualified("`c`")
	image := mysqlImage{layout: target.layout, info: target.info, old: row, new: row}
	return []string{"EXPLAIN SELECT " + image.newIn() + ", " + image.oldIn() + ", " + image.newRow() + ", " + image.changed() +
		" FROM " + quoteTable(MySQL, target.table) + " AS `c` WHERE " + image.anyChanged()}
}

// object renders a trigger on a table for a target, in such a way that at no time there is none. MariaDB replaces
// one in place; on MySQL a second one stands in meanwhile. The mode under which it is created, and so runs, neither
// rejects values nor pads them.
func (r *mysqlRenderer) object(target mysqlTarget, on Table, trigger string, check []string, render func(create, quoted string) (string, error)) {
	quoted := func(name string) string { return quoteTable(MySQL, Table{Schema: on.Schema, Name: name}) }
	text := func(create, name string) string {
		statement, err := render(create, quoted(name))
		if err != nil {
			r.problem(Refused, target.layout.Table, err.Error(), "")
		}
		return statement
	}
	name := mysqlObjectName(r.home, on.Schema, trigger)
	object := Object{Name: name, Table: target.layout.Table, Drop: mysqlBackend{}.Drop(name), Check: check}
	if r.catalog != nil {
		// A table that was renamed has taken its triggers along, and their names with them.
		if place, ok := r.catalog.Triggers[on.Schema+"."+trigger]; ok && place != on {
			object.Create = append(object.Create, "DROP TRIGGER IF EXISTS "+quoted(trigger))
		}
	}
	switch {
	case r.catalog == nil || r.catalog.Version == "":
		object.Create = append(object.Create, text("/*M! SET STATEMENT sql_mode = '' FOR */ CREATE /*M! OR REPLACE */ TRIGGER", trigger))
	case mysqlIsMariaDB(r.catalog.Version):
		object.Create = append(object.Create, text("SET STATEMENT sql_mode = '' FOR CREATE OR REPLACE TRIGGER", trigger))
	default:
		next := trigger + "_next"
		object.Create = slices.Concat(object.Create, []string{
			"SET @denorm_sql_mode = @@SESSION.sql_mode",
			"SET SESSION sql_mode = ''",
			"DROP TRIGGER IF EXISTS " + quoted(next),
			text("CREATE TRIGGER", next),
			"DROP TRIGGER IF EXISTS " + quoted(trigger),
			text("CREATE TRIGGER", trigger),
			"DROP TRIGGER IF EXISTS " + quoted(next),
			"SET SESSION sql_mode = @denorm_sql_mode",
		})
	}
	r.objects = append(r.objects, object)
}
