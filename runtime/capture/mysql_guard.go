package capture

import "strings"

// mysqlRewrite replaces every OLD.`column` and NEW.`column` of a condition. What stands in strings stays.
func mysqlRewrite(condition string, replace func(side, column string) string) string {
	var out strings.Builder
	for i := 0; i < len(condition); {
		switch c := condition[i]; {
		case c == '\'' || c == '`' || c == '"':
			end := mysqlQuotedEnd(condition, i)
			out.WriteString(condition[i:end])
			i = end
		case mysqlWordByte(c):
			end := i
			for end < len(condition) && mysqlWordByte(condition[end]) {
				end++
			}
			word := strings.ToUpper(condition[i:end])
			if (word != "OLD" && word != "NEW") || end >= len(condition) || condition[end] != '.' {
				out.WriteString(condition[i:end])
				i = end
				continue
			}
			column, after := mysqlColumnAt(condition, end+1)
			out.WriteString(replace(word, column))
			i = after
		default:
			out.WriteByte(c)
			i++
		}
	}
	return out.String()
}

// mysqlColumnAt reads the identifier that begins at a place, quoted or not, and tells where it ends.
func mysqlColumnAt(text string, start int) (string, int) {
	if start < len(text) && text[start] == '`' {
		end := mysqlQuotedEnd(text, start)
		return strings.ReplaceAll(strings.TrimSuffix(text[start+1:end], "`"), "``", "`"), end
	}
	end := start
	for end < len(text) && mysqlWordByte(text[end]) {
		end++
	}
	return text[start:end], end
}

// mysqlQuotedEnd is where the quoted text ends that begins at a place. A doubled quote is part of it; generated
// conditions contain no backslashes.
func mysqlQuotedEnd(text string, start int) int {
	quote := text[start]
	for i := start + 1; i < len(text); i++ {
		if text[i] != quote {
			continue
		}
		if i+1 < len(text) && text[i+1] == quote {
			i++
			continue
		}
		return i + 1
	}
	return len(text)
}

func mysqlWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '$' || c >= 0x80
}
