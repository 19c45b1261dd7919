package denorm

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// arrays writes the values of rows as one array a column.
func arrays(dialect Dialect, rows []any, columns int) []any {
	brackets := "{}"
	if dialect == SQLite { // JSON
		brackets = "[]"
	}
	list := make([]any, columns)
	for i := range list {
		values := make([]any, 0, len(rows)/columns)
		for at := i; at < len(rows); at += columns {
			values = append(values, rows[at])
		}
		list[i] = arrayLiteral(brackets, values)
	}
	return list
}

// arrayLiteral writes values, as keyValue leaves them, as a PostgreSQL array in text form; or integers as JSON.
func arrayLiteral(brackets string, values []any) string {
	var text strings.Builder
	text.Grow(2 + 12*len(values))
	text.WriteByte(brackets[0])
	for i, value := range values {
		if i > 0 {
			text.WriteByte(',')
		}
		writeElement(&text, value)
	}
	text.WriteByte(brackets[1])
	return text.String()
}

// writeElement writes one element. What is not a number is quoted, so that no content can end it.
func writeElement(text *strings.Builder, value any) {
	switch v := value.(type) {
	case int64:
		var digits [20]byte
		text.Write(strconv.AppendInt(digits[:0], v, 10))
	case float64:
		quoteElement(text, strconv.FormatFloat(v, 'g', -1, 64))
	case bool:
		text.WriteString(strconv.FormatBool(v))
	case string:
		quoteElement(text, v)
	case []byte:
		quoteElement(text, `\x`+hex.EncodeToString(v))
	case time.Time:
		quoteElement(text, v.Format(time.RFC3339Nano))
	}
}

func quoteElement(text *strings.Builder, content string) {
	text.WriteByte('"')
	for i := range len(content) {
		if c := content[i]; c == '"' || c == '\\' {
			text.WriteByte('\\')
		}
		text.WriteByte(content[i])
	}
	text.WriteByte('"')
}
