// Package keytext writes the keys of documents as text: in the feed, in the names of cache entries and in
// messages of other processes. The text is printable ASCII without blanks, and different keys have different
// texts.
package keytext

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const separator = '/'

// Append adds the text of a key, given as one value a column, to dst. Integers are decimal, text and bytes
// stand as they are but for what is not a letter, a digit or one of -._~:@, which is percent-encoded.
func Append[V any](dst []byte, key ...V) ([]byte, error) {
	for i, value := range key {
		if i > 0 {
			dst = append(dst, separator)
		}
		switch v := any(value).(type) {
		case int64:
			dst = strconv.AppendInt(dst, v, 10)
		case uint64:
			dst = strconv.AppendUint(dst, v, 10)
		case string:
			dst = AppendEscaped(dst, v, more)
		case []byte:
			dst = AppendEscaped(dst, string(v), more)
		case bool:
			dst = strconv.AppendBool(dst, v)
		case float64:
			dst = strconv.AppendFloat(dst, v, 'g', -1, 64)
		case time.Time:
			dst = AppendEscaped(dst, v.UTC().Format(time.RFC3339Nano), more)
		case nil:
			return nil, errors.New("write a key as text: it is NULL")
		default:
			return nil, fmt.Errorf("write a key as text: a value of type %T is none of a database", value)
		}
	}
	return dst, nil
}

// Split returns the parts of a text that Append wrote, one a column.
func Split(text string) ([]string, error) {
	parts := strings.Split(text, string(separator))
	for i, part := range parts {
		plain, err := unescape(part)
		if err != nil {
			return nil, fmt.Errorf("read the key %q: %w", text, err)
		}
		parts[i] = plain
	}
	return parts, nil
}

const digits = "0123456789ABCDEF"

// more stays as it is in keys, beside what never is escaped.
const more = ":@"

// AppendEscaped percent-encodes, as in URLs, all bytes but ASCII letters, digits, -._~ and those of also.
func AppendEscaped(dst []byte, s, also string) []byte {
	for i := range len(s) {
		if c := s[i]; plain(c) || strings.IndexByte(also, c) >= 0 {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', digits[c>>4], digits[c&15])
		}
	}
	return dst
}

func plain(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	default:
		return c == '-' || c == '.' || c == '_' || c == '~'
	}
}

func unescape(s string) (string, error) {
	if !strings.Contains(s, "%") {
		return s, nil
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			out = append(out, s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", errors.New("a percent sign without two digits")
		}
		n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil {
			return "", errors.New("a percent sign without two digits")
		}
		out = append(out, byte(n))
		i += 2
	}
	return string(out), nil
}
