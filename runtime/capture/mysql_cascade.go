package capture

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	// mysqlDepth is how many levels InnoDB cascades; it refuses a statement that goes on.
	mysqlDepth = 15
	// mysqlPaths bounds the queries of one trigger.
	mysqlPaths = 150
)

// mysqlEdge is a foreign key with an action, and the table that has it.
type mysqlEdge struct {
	child *TableInfo
	key   *ForeignKey
}

// mysqlHop is one table on the way from the parent's row.
type mysqlHop struct{ Table, Alias string }

// mysqlStep is what to do for the rows at the end of a way. It is data of cascade.sql.
type mysqlStep struct {
	Hops  []mysqlHop
	Where []string
	Logs  []mysqlStepLog
	Next  []*mysqlStep
}

type mysqlStepLog struct {
	Log, Layout, Op, When string
	Values                []string
}

// mysqlGroup are the steps below one foreign key.
type mysqlGroup struct {
	When string
	Next []*mysqlStep
}

// mysqlCascadeTrigger is the data of cascade.sql.
type mysqlCascadeTrigger struct {
	Create, Name, Event, Table, Log string
	Layouts                         []string
	Groups                          []mysqlGroup
}

// mysqlCascade follows the foreign keys from one parent to one captured table.
type mysqlCascade struct {
	log    string
	target mysqlTarget
	edges  map[Table][]mysqlEdge // by the table referenced
	leads  map[Table]bool        // tables from which the target is reached, and the target
	paths  int
	// cut tells that there were too many ways; generated lists generated columns that cannot be foretold.
	cut       bool
	generated map[string]bool
}

// cascades renders the triggers on the tables above one captured table. InnoDB fires no trigger for the rows that it
// changes through foreign keys, so the triggers of the tables where a statement may begin log them.
func (r *mysqlRenderer) cascades(target mysqlTarget) {
	tables := map[Table]*TableInfo{}
	for _, info := range r.catalog.Tables {
		tables[info.Table] = info
	}
	edges := map[Table][]mysqlEdge{}
	for _, table := range slices.SortedFunc(maps.Keys(tables), compareTables) {
		info := tables[table]
		for i := range info.ForeignKeys {
			key := &info.ForeignKeys[i]
			if mysqlActs(key.OnDelete) || mysqlActs(key.OnUpdate) {
				edges[key.References] = append(edges[key.References], mysqlEdge{child: info, key: key})
			}
		}
	}
	leads := map[Table]bool{target.table: true}
	parents := map[Table]bool{}
	for queue := []Table{target.table}; len(queue) > 0; queue = queue[1:] {
		for _, key := range tables[queue[0]].ForeignKeys {
			parent := key.References
			if !mysqlActs(key.OnDelete) && !mysqlActs(key.OnUpdate) || parents[parent] {
				continue
			}
			parents[parent] = true
			if tables[parent] == nil {
				r.problem(Bypassed, target.layout.Table, fmt.Sprintf("foreign key %s of %s acts on rows of %s, and table %s cannot be read", key.Name, queue[0], target.table, parent),
					"grant the installing account rights on it")
				continue
			}
			if !leads[parent] {
				leads[parent] = true
				queue = append(queue, parent)
			}
		}
	}
	for _, parent := range slices.SortedFunc(maps.Keys(parents), compareTables) {
		if tables[parent] != nil {
			for _, op := range []Op{Delete, Update} {
				r.cascade(target, &mysqlCascade{log: r.log, target: target, edges: edges, leads: leads, generated: map[string]bool{}}, tables[parent], op)
			}
		}
	}
}

// cascade renders the trigger on one parent for one operation, if there is anything that it has to log.
func (r *mysqlRenderer) cascade(target mysqlTarget, c *mysqlCascade, parent *TableInfo, op Op) {
	trigger := mysqlCascadeTrigger{Event: "DELETE", Table: quoteTable(MySQL, parent.Table), Log: r.log, Layouts: []string{target.layout.ID}}
	event := "cascade_delete"
	if op == Update {
		trigger.Event, event = "UPDATE", "cascade_update"
	}
	for _, edge := range c.edges[parent.Table] {
		group := mysqlGroup{}
		news := map[string]string{}
		if op == Update {
			image := mysqlImage{info: parent, old: mysqlQualified("OLD"), new: mysqlQualified("NEW")}
			var differ []string
			for _, column := range edge.key.RefColumns {
				news[strings.ToLower(column)] = image.new(column)
				differ = append(differ, image.differs(column))
			}
			group.When = joinBalanced(differ, " OR ")
		}
		var updated []Table
		if op == Update {
			updated = []Table{parent.Table}
		}
		if step := c.step(edge, op, mysqlStep{}, mysqlQualified("OLD"), news, updated); step != nil {
			group.Next = []*mysqlStep{step}
			trigger.Groups = append(trigger.Groups, group)
		}
	}
	if c.cut {
		r.problem(Bypassed, target.layout.Table, fmt.Sprintf("foreign keys lead from %s to %s in more ways than a trigger can follow: some rows that InnoDB changes with it are not seen", parent.Table, target.table),
			"do without actions on some of them")
	}
	for _, column := range slices.Sorted(maps.Keys(c.generated)) {
		r.problem(Bypassed, target.layout.Table, fmt.Sprintf("generated column %s of %s can change with a foreign key when a row of %s does, and a trigger cannot tell to what", column, target.table, parent.Table),
			"let documents use another column, or the foreign key have no action")
	}
	if len(trigger.Groups) == 0 {
		return
	}
	tag := hashOf(parent.Table.Schema, parent.Table.Name, target.table.Schema, target.table.Name, target.tag, r.home)[:8]
	name := mysqlTriggerName(event, parent.Table.Name+"_"+target.table.Name, tag)
	r.object(target, parent.Table, name, nil, func(create, quoted string) (string, error) {
		trigger.Create, trigger.Name = create, quoted
		return templateText(MySQL, "cascade", trigger)
	})
}

// step follows one foreign key from rows that are deleted, or updated to news, by lower-case column. It returns nil
// if nothing of the target comes of it. Updated are the tables on the way of which rows are updated.
func (c *mysqlCascade) step(edge mysqlEdge, op Op, above mysqlStep, parent func(string) string, news map[string]string, updated []Table) *mysqlStep {
	child, key := edge.child, edge.key
	action := key.OnDelete
	if op == Update {
		action = key.OnUpdate
		if !slices.ContainsFunc(key.RefColumns, func(column string) bool { return news[strings.ToLower(column)] != "" }) {
			return nil
		}
		// An update that comes back to a table that it began with fails the statement.
		if slices.Contains(updated, child.Table) {
			return nil
		}
	}
	if !mysqlActs(action) || !c.leads[child.Table] {
		return nil
	}
	if c.paths++; c.paths > mysqlPaths {
		c.cut = true
		return nil
	}
	alias := "c" + strconv.Itoa(len(above.Hops)+1)
	row := mysqlQualified("`" + alias + "`")
	step := &mysqlStep{Hops: append(slices.Clone(above.Hops), mysqlHop{Table: quoteTable(MySQL, child.Table), Alias: alias}), Where: slices.Clone(above.Where)}
	for i, column := range key.Columns {
		step.Where = append(step.Where, row(column)+" = "+parent(key.RefColumns[i]))
	}
	below := map[string]string{}
	childOp := Delete
	if op == Update || action == "SET NULL" {
		childOp = Update
		for i, column := range key.Columns {
			if action == "SET NULL" {
				below[strings.ToLower(column)] = "NULL"
			} else if value := news[strings.ToLower(key.RefColumns[i])]; value != "" {
				below[strings.ToLower(column)] = value
			}
		}
	}
	if child.Table == c.target.table {
		if log, ok := c.logged(childOp, row, below); ok {
			step.Logs = append(step.Logs, log)
		}
	}
	if childOp == Update {
		updated = append(slices.Clone(updated), child.Table)
	}
	if len(step.Hops) < mysqlDepth {
		for _, next := range c.edges[child.Table] {
			if s := c.step(next, childOp, *step, row, below, updated); s != nil {
				step.Next = append(step.Next, s)
			}
		}
	}
	if len(step.Logs) == 0 && len(step.Next) == 0 {
		return nil
	}
	return step
}

// logged is what the target's own trigger would log of a row.
func (c *mysqlCascade) logged(op Op, row func(string) string, news map[string]string) (mysqlStepLog, bool) {
	image := mysqlImage{layout: c.target.layout, info: c.target.info, old: row}
	log := mysqlStepLog{Log: c.log, Layout: c.target.layout.ID, Op: string(op)}
	if op == Delete {
		log.Values = []string{"NULL", image.oldIn(), "NULL", image.oldRow(), "NULL"}
		return log, true
	}
	unknown := func(name string) bool {
		column := image.column(name)
		return column != nil && column.Generated
	}
	image.new = func(name string) string {
		if value, ok := news[strings.ToLower(name)]; ok {
			return value
		}
		if unknown(name) {
			c.generated[name] = true
		}
		return row(name)
	}
	bits := make([]string, len(c.target.layout.Tracked))
	var differ []string
	for i, name := range c.target.layout.Tracked {
		bits[i] = "'0'"
		switch {
		case unknown(name):
			bits[i] = "'1'"
			differ = append(differ, "TRUE")
		case news[strings.ToLower(name)] != "":
			bits[i] = "IF(" + image.differs(name) + ", '1', '0')"
			differ = append(differ, image.differs(name))
		}
	}
	if len(differ) == 0 {
		return mysqlStepLog{}, false
	}
	log.When = joinBalanced(differ, " OR ")
	log.Values = []string{mysqlBits(bits), image.oldIn(), image.newIn(), image.oldRow(), image.newRow()}
	return log, true
}
