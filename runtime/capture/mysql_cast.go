package capture

import "strings"

// Cast turns a bound value of Side.Values back into one that compares with the column, so that an index on it is
// used. The connection's character set has to be utf8mb4. With its time_zone '+00:00' moments in the hour that
// clocks repeat are told apart, and with a sql_mode without NO_ZERO_DATE and NO_ZERO_IN_DATE zero dates are found.
func (mysqlBackend) Cast(column ColumnInfo, placeholder string) string {
	cast := func(as string) string { return "CAST(" + placeholder + " AS " + as + ")" }
	switch mysqlKindOf(&column) {
	case mysqlSigned:
		return cast("SIGNED")
	case mysqlUnsigned, mysqlBit:
		return cast("UNSIGNED")
	case mysqlDecimal:
		return cast("DECIMAL" + mysqlPrecision(column.Type))
	case mysqlFloat, mysqlDouble:
		return "(" + placeholder + " + 0e0)"
	case mysqlText:
		return "CONVERT(" + placeholder + " USING " + column.Charset + ") COLLATE " + column.Collation
	case mysqlJSON:
		return cast("JSON")
	case mysqlOther:
		return cast(mysqlBaseType(column.Type))
	case mysqlDate:
		return cast("DATE")
	case mysqlTime:
		return cast("TIME(6)")
	case mysqlDateTime:
		return cast("DATETIME(6)")
	case mysqlTimestamp:
		// It is NULL for the zero date.
		return "IFNULL(CONVERT_TZ(" + cast("DATETIME(6)") + ", '+00:00', @@SESSION.time_zone), CAST('0000-00-00' AS DATETIME))"
	default:
		return cast("BINARY")
	}
}

// mysqlPrecision is the part of a type in parentheses, with them: "(10,2)".
func mysqlPrecision(columnType string) string {
	start := strings.IndexByte(columnType, '(')
	end := strings.IndexByte(columnType, ')')
	if start < 0 || end < start {
		return "(65,30)"
	}
	return columnType[start : end+1]
}
