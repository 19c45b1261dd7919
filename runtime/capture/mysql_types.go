package capture

import "strings"

// mysqlKind sorts column types by how their values are logged, compared and read.
type mysqlKind int

const (
	mysqlUnknown mysqlKind = iota // there is no catalog
	mysqlSigned
	mysqlUnsigned
	mysqlDecimal
	mysqlFloat
	mysqlDouble
	mysqlBit
	mysqlText
	mysqlJSON
	mysqlOther // a type with a text form of its own: uuid, inet6
	mysqlBinary
	mysqlDate
	mysqlTime
	mysqlDateTime
	mysqlTimestamp
)

// mysqlBaseType is the first word of a type: "int" of "int(10) unsigned".
func mysqlBaseType(columnType string) string {
	end := strings.IndexAny(columnType, "( ")
	if end < 0 {
		end = len(columnType)
	}
	return strings.ToLower(columnType[:end])
}

// mysqlKindOf tells the kind of a column; nil is unknown.
func mysqlKindOf(column *ColumnInfo) mysqlKind {
	if column == nil {
		return mysqlUnknown
	}
	switch base := mysqlBaseType(column.Type); base {
	case "tinyint", "smallint", "mediumint", "int", "bigint":
		if strings.Contains(column.Type, "unsigned") {
			return mysqlUnsigned
		}
		return mysqlSigned
	case "year":
		return mysqlUnsigned
	case "decimal":
		return mysqlDecimal
	case "float":
		return mysqlFloat
	case "double":
		return mysqlDouble
	case "bit":
		return mysqlBit
	case "date":
		return mysqlDate
	case "time":
		return mysqlTime
	case "datetime":
		return mysqlDateTime
	case "timestamp":
		return mysqlTimestamp
	case "json":
		return mysqlJSON
	case "uuid", "inet4", "inet6":
		return mysqlOther
	default:
		if column.Charset != "" && column.Charset != "binary" {
			return mysqlText
		}
		return mysqlBinary
	}
}

// mysqlBytewise tells whether values of a type are equal only if their bytes are. A collation that ends in _bin
// still ignores trailing spaces, unless it is one that does not pad.
func mysqlBytewise(column *ColumnInfo) bool {
	switch mysqlKindOf(column) {
	case mysqlSigned, mysqlUnsigned, mysqlBit, mysqlBinary:
		return true
	case mysqlText:
		if base := mysqlBaseType(column.Type); base == "enum" || base == "set" {
			return false
		}
		return strings.HasSuffix(column.Collation, "_nopad_bin") || column.Collation == "utf8mb4_0900_bin"
	default:
		return false
	}
}

// mysqlLogged is the value of an expression as it is logged: hexadecimal digits of UTF-8 text or of bytes, NULL for
// NULL, in a form that no setting of the session changes.
//
// A TIMESTAMP is logged in UTC. A FLOAT is logged as the double of the same value, because its own text drops digits.
func mysqlLogged(x string, column *ColumnInfo) string {
	switch mysqlKindOf(column) {
	case mysqlUnknown:
		return "HEX(IF(CHARSET(" + x + ") = 'binary', CAST(" + x + " AS BINARY), CAST(CONVERT(" + x + " USING utf8mb4) AS BINARY)))"
	case mysqlText, mysqlJSON, mysqlOther:
		return "HEX(CONVERT(" + x + " USING utf8mb4))"
	case mysqlFloat:
		return "HEX(CAST(" + x + " + 0e0 AS BINARY))"
	case mysqlTimestamp:
		// The zero moment, for which UNIX_TIMESTAMP is 0 or NULL, is the same in every time zone.
		seconds := "UNIX_TIMESTAMP(" + x + ")"
		return "HEX(IF(IFNULL(" + seconds + ", 0) = 0, CAST(" + x + " AS BINARY), CAST(TIMESTAMP'1970-01-01 00:00:00' + INTERVAL " + seconds + " SECOND AS BINARY)))"
	default:
		return "HEX(CAST(" + x + " AS BINARY))"
	}
}

// mysqlDiffers tells whether two values of a column have different bytes. It is never NULL.
func mysqlDiffers(a, b string, column *ColumnInfo) string {
	bytes := "CAST(" + a + " AS BINARY) <=> CAST(" + b + " AS BINARY)"
	switch mysqlKindOf(column) {
	case mysqlUnknown, mysqlFloat, mysqlDouble:
		// 0 equals -0, and the text of a FLOAT drops digits.
		return "NOT (" + a + " <=> " + b + " AND " + bytes + ")"
	case mysqlText, mysqlJSON:
		return "NOT (" + bytes + ")"
	case mysqlTimestamp:
		// The session's time zone shows two moments as one when clocks go back.
		return "NOT (UNIX_TIMESTAMP(" + a + ") <=> UNIX_TIMESTAMP(" + b + ") AND " + bytes + ")"
	default:
		return "NOT (" + a + " <=> " + b + ")"
	}
}
