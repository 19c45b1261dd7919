package capture

import "strings"

// mysqlImage writes one side of a row: where its columns come from, and what kind they have.
type mysqlImage struct {
	layout *Layout
	info   *TableInfo // nil without a catalog
	old    func(column string) string
	new    func(column string) string
}

// mysqlQualified names the columns of a row or an alias.
func mysqlQualified(row string) func(string) string {
	return func(column string) string { return row + "." + quoteName(MySQL, column) }
}

// column is nil where the type is not known. Names of columns ignore case.
func (m mysqlImage) column(name string) *ColumnInfo {
	if m.info == nil {
		return nil
	}
	if column := m.info.Column(name); column != nil {
		return column
	}
	for i := range m.info.Columns {
		if strings.EqualFold(m.info.Columns[i].Name, name) {
			return &m.info.Columns[i]
		}
	}
	return nil
}

// row is the text of the values of a side.
func (m mysqlImage) row(from func(string) string) string {
	if len(m.layout.Values) == 0 {
		return "''"
	}
	values := make([]string, len(m.layout.Values))
	for i, name := range m.layout.Values {
		values[i] = "IFNULL(" + mysqlLogged(from(name), m.column(name)) + ", 'NULL')"
	}
	return "CONVERT(CONCAT_WS(',', " + strings.Join(values, ", ") + ") USING utf8mb4)"
}

func (m mysqlImage) oldRow() string { return m.row(m.old) }

func (m mysqlImage) newRow() string { return m.row(m.new) }

// oldIn and newIn are the verdicts of the guards.
func (m mysqlImage) oldIn() string {
	return m.verdicts(func(g Guard) string { return g.Old })
}

func (m mysqlImage) newIn() string {
	return m.verdicts(func(g Guard) string { return g.New })
}

func (m mysqlImage) verdicts(side func(Guard) string) string {
	bits := make([]string, len(m.layout.Guards))
	for i, guard := range m.layout.Guards {
		condition := side(guard)
		if condition == "" {
			bits[i] = "'1'"
			continue
		}
		bits[i] = "IF((" + m.condition(condition) + ") IS FALSE, '0', '1')"
	}
	return mysqlBits(bits)
}

// condition makes a guard read the image's rows.
func (m mysqlImage) condition(text string) string {
	return mysqlRewrite(text, func(side, column string) string {
		if side == "OLD" {
			return m.old(column)
		}
		return m.new(column)
	})
}

func mysqlBits(bits []string) string {
	if len(bits) == 0 {
		return "''"
	}
	return "CONVERT(CONCAT(" + strings.Join(bits, ", ") + ") USING utf8mb4)"
}

// differs tells whether a column of the two sides has different bytes.
func (m mysqlImage) differs(name string) string {
	return mysqlDiffers(m.old(name), m.new(name), m.column(name))
}

// changed are the verdicts of the tracked columns.
func (m mysqlImage) changed() string {
	bits := make([]string, len(m.layout.Tracked))
	for i, name := range m.layout.Tracked {
		bits[i] = "IF(" + m.differs(name) + ", '1', '0')"
	}
	return mysqlBits(bits)
}

// anyChanged is the condition to log an update.
func (m mysqlImage) anyChanged() string {
	parts := make([]string, len(m.layout.Tracked))
	for i, name := range m.layout.Tracked {
		parts[i] = m.differs(name)
	}
	if len(parts) == 0 {
		return "FALSE"
	}
	return joinBalanced(parts, " OR ")
}
