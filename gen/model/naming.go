package model

import (
	"strings"
	"unicode"
)

// initialisms are the words that Go writes in capitals.
const initialisms = " ACL API ASCII BIC CPU CSS DNS EAN EOF GUID HTML HTTP HTTPS IBAN ID IMAP IP ISBN ISO JSON JWT LHS MAC OS QPS " +
	"RAM RHS RPC SKU SLA SMTP SQL SSH SSO TCP TLS TTL UDP UI UID URI URL URN UTC UTF8 UUID VAT VM VPN XML XMPP XSRF XSS "

func isInitialism(word string) bool {
	return strings.Contains(initialisms, " "+strings.ToUpper(word)+" ")
}

// snakeName converts a Go name: UserIDs to user_ids, HTTPServer to http_server, APIURL to api_url.
func snakeName(goName string) string {
	words := splitName(goName)
	for i, w := range words {
		words[i] = strings.ToLower(w)
	}
	return strings.Join(words, "_")
}

// goName converts a column or collection name to an exported Go name: user_ids to UserIDs.
func goName(snake string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(snake, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		for _, part := range splitName(word) {
			b.WriteString(goWord(part))
		}
	}
	name := b.String()
	if name != "" && !unicode.IsLetter(rune(name[0])) && name[0] < 0x80 {
		return "X" + name
	}
	return name
}

func goWord(word string) string {
	if isInitialism(word) {
		return strings.ToUpper(word)
	}
	if stem, ok := strings.CutSuffix(strings.ToLower(word), "s"); ok && isInitialism(stem) {
		return strings.ToUpper(stem) + "s"
	}
	runes := []rune(word)
	return strings.ToUpper(string(runes[:1])) + string(runes[1:])
}

// splitName cuts a Go name into words. A run of capitals is one word but for its last letter where a
// lower-case one follows, and is cut further where it consists of initialisms.
func splitName(name string) []string {
	var words []string
	for part := range strings.SplitSeq(name, "_") {
		runes := []rune(part)
		for len(runes) > 0 {
			n := wordLen(runes)
			words = append(words, string(runes[:n]))
			runes = runes[n:]
		}
	}
	return words
}

func wordLen(r []rune) int {
	upper := 0
	for upper < len(r) && unicode.IsUpper(r[upper]) {
		upper++
	}
	if upper <= 1 {
		n := max(upper, 1)
		for n < len(r) && !unicode.IsUpper(r[n]) {
			n++
		}
		return n
	}
	if n := initialismLen(r, upper); n > 0 {
		return n
	}
	switch {
	case upper == len(r) || !unicode.IsLower(r[upper]):
		// A version or number stays with its word: UTF8, SHA256.
		for upper < len(r) && unicode.IsDigit(r[upper]) {
			upper++
		}
		return upper
	case r[upper] == 's' && (upper+1 == len(r) || unicode.IsUpper(r[upper+1])):
		return upper + 1 // a plural: DVDs
	default:
		return upper - 1
	}
}

// initialismLen finds the initialism that a run of capitals begins with, if what is left of the run
// can be words as well; an s that makes a plural belongs to it.
func initialismLen(r []rune, upper int) int {
	for n := min(upper, 5); n >= 2; n-- {
		if !isInitialism(string(r[:n])) {
			continue
		}
		rest := r[n:]
		if len(rest) > 0 && unicode.IsDigit(rest[0]) {
			continue
		}
		if n == upper {
			switch {
			case len(rest) == 0:
				return n
			case rest[0] == 's' && (len(rest) == 1 || !unicode.IsLower(rest[1])):
				return n + 1
			case unicode.IsLower(rest[0]):
				continue // the last capital begins the next word
			}
			return n
		}
		if left := upper - n; left == 1 && len(rest) > 1 && unicode.IsLower(rest[1]) || initialismLen(rest, left) > 0 {
			return n
		}
	}
	return 0
}

// plural forms the plural of a snake-case name by s, es or ies; irregular words need a directive.
func plural(name string) string {
	switch {
	case name == "":
		return name
	case strings.HasSuffix(name, "y") && len(name) > 1 && !strings.ContainsRune("aeiou", rune(name[len(name)-2])):
		return name[:len(name)-1] + "ies"
	case strings.HasSuffix(name, "s"), strings.HasSuffix(name, "x"), strings.HasSuffix(name, "z"),
		strings.HasSuffix(name, "ch"), strings.HasSuffix(name, "sh"):
		return name + "es"
	default:
		return name + "s"
	}
}
