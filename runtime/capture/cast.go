package capture

// Cast returns the placeholder alone: a value of SQLite has its type with it.
func (sqliteBackend) Cast(_ ColumnInfo, placeholder string) string { return placeholder }

// Cast turns a bound text into a value of the column's type.
func (postgresBackend) Cast(column ColumnInfo, placeholder string) string {
	return "CAST(" + placeholder + " AS " + column.Type + ")"
}
