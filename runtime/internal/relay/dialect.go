package relay

import (
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/denormgen/denormgen/runtime/capture"
)

// sqlDialect turns this package's statements into those of a database. They are written with double quotes
// around names, ? for values, and without literals that hold either.
type sqlDialect capture.Dialect

const (
	sqlite   = sqlDialect(capture.SQLite)
	postgres = sqlDialect(capture.Postgres)
	mysql    = sqlDialect(capture.MySQL)
)

func (d sqlDialect) text(query string) string {
	switch d {
	case mysql:
		return strings.ReplaceAll(query, `"`, "`")
	case postgres:
		var out strings.Builder
		n := 0
		for {
			before, after, found := strings.Cut(query, "?")
			out.WriteString(before)
			if !found {
				return out.String()
			}
			n++
			out.WriteString("$" + strconv.Itoa(n))
			query = after
		}
	default:
		return query
	}
}

// inline returns a statement and its values. To MySQL integers and texts go as part of the statement: values by themselves
// make its drivers prepare and close one each time, which is three ways to the server instead of one.
func (d sqlDialect) inline(query string, values ...any) (string, []any) {
	if d != mysql {
		return d.text(query), values
	}
	var out strings.Builder
	var args []any
	for _, value := range values {
		before, after, _ := strings.Cut(query, "?")
		out.WriteString(before)
		switch v := value.(type) {
		case int64:
			out.WriteString(strconv.FormatInt(v, 10))
		case string: // in hexadecimal digits, which hold nothing that text would replace, in any mode of the server
			out.WriteString("_utf8mb4 x'" + hex.EncodeToString([]byte(v)) + "'")
		default:
			out.WriteByte('?')
			args = append(args, value)
		}
		query = after
	}
	return d.text(out.String() + query), args
}

// upsert is the text that makes an INSERT replace columns of a row that has the key, of one column or several.
func (d sqlDialect) upsert(key []string, columns ...string) string {
	var out strings.Builder
	if d == mysql {
		out.WriteString(" ON DUPLICATE KEY UPDATE ")
	} else {
		out.WriteString(` ON CONFLICT ("` + strings.Join(key, `", "`) + `") DO UPDATE SET `)
	}
	for i, column := range columns {
		if i > 0 {
			out.WriteString(", ")
		}
		if d == mysql {
			out.WriteString(`"` + column + `" = VALUES("` + column + `")`)
		} else {
			out.WriteString(`"` + column + `" = excluded."` + column + `"`)
		}
	}
	return out.String()
}

// clock is the text for the time of a server, in milliseconds since 1970, and 0 on SQLite.
func (d sqlDialect) clock() string {
	switch d {
	case postgres:
		return `CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)`
	case mysql: // UNIX_TIMESTAMP would go by the time zone of the session, where an hour may come twice
		return `TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000`
	default:
		return "0"
	}
}

// sortable is the text that sorts a column of texts of any length by all of its bytes, in whatever order: MySQL and
// MariaDB look at the first max_sort_length only.
func (d sqlDialect) sortable(column string) string {
	if d == mysql {
		return `SHA2("` + column + `", 256)`
	}
	return `"` + column + `"`
}

// ignore is the text that makes an INSERT do nothing where there is a row of the key.
func (d sqlDialect) ignore(key string) string {
	if d == mysql {
		return ` ON DUPLICATE KEY UPDATE "` + key + `" = "` + key + `"`
	}
	return ` ON CONFLICT ("` + key + `") DO NOTHING`
}

// arrayLiteral is the text of a PostgreSQL array of texts, with which any driver can send one.
func arrayLiteral(values []string) string {
	var out strings.Builder
	out.WriteByte('{')
	for i, value := range values {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('"')
		for j := range len(value) {
			if c := value[j]; c == '"' || c == '\\' {
				out.WriteByte('\\')
			}
			out.WriteByte(value[j])
		}
		out.WriteByte('"')
	}
	out.WriteByte('}')
	return out.String()
}
