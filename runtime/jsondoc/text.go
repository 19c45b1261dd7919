package jsondoc

import (
	"math/bits"
	"unicode/utf8"
)

const hex = "0123456789abcdef"

// Text appends a string. What HTML could misread is escaped, and bytes that are no UTF-8 are replaced.
func (w *Writer) Text(s string) {
	i := plain(s)
	if i == len(s) {
		w.buf = append(w.buf, '"')
		w.buf = append(w.buf, s...)
		w.buf = append(w.buf, '"')
		return
	}
	dst := append(w.buf, '"')
	start := 0
	for i < len(s) {
		if s[i] < utf8.RuneSelf {
			if i += plain(s[i:]); i < len(s) && s[i] < utf8.RuneSelf {
				dst = appendEscaped(append(dst, s[start:i]...), s[i])
				i++
				start = i
			}
			continue
		}
		c, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			dst = append(append(dst, s[start:i]...), `\ufffd`...)
			start = i + size
		case c == '\u2028', c == '\u2029': // line ends in JavaScript
			dst = append(append(dst, s[start:i]...), '\\', 'u', '2', '0', '2', hex[c&0xf])
			start = i + size
		}
		i += size
	}
	w.buf = append(append(dst, s[start:]...), '"')
}

// plain returns how many bytes the string begins with that stand for themselves: ASCII, but control characters,
// quotes, backslashes and what HTML could misread. It looks at eight bytes at once.
func plain(s string) int {
	const (
		ones = 0x0101010101010101
		tops = 0x80 * ones
	)
	rest := s
	for ; len(rest) >= 8; rest = rest[8:] {
		x := eight(rest)
		// A byte minus one has its top bit set where it was zero. Borrowing spoils only the bytes above the first one
		// that is found. One bit tells the quote from the ampersand, and less from greater.
		quote := (x | 0x04*ones) ^ '&'*ones
		angle := (x | 0x02*ones) ^ '>'*ones
		backslash := x ^ '\\'*ones
		found := (x - ' '*ones) &^ x
		found |= (quote-ones)&^quote | (angle-ones)&^angle | (backslash-ones)&^backslash | x
		if found &= tops; found != 0 {
			return len(s) - len(rest) + bits.TrailingZeros64(found)/8
		}
	}
	for n := len(s) - len(rest); n < len(s); n++ {
		switch c := s[n]; {
		case c < ' ', c >= utf8.RuneSelf, c == '"', c == '&', c == '<', c == '>', c == '\\':
			return n
		}
	}
	return len(s)
}

// eight reads the first eight bytes of a string, the first as the lowest.
func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func appendEscaped(dst []byte, c byte) []byte {
	switch c {
	case '\\', '"':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	default:
		return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
	}
}

// QuotedText appends a string that holds a JSON string, for fields with the option string.
func (w *Writer) QuotedText(s string) {
	inner := Writer{}
	inner.Text(s)
	// Nothing is left in it to escape but quotes and backslashes.
	w.Text(string(inner.buf))
}
