package diag

import (
	"strings"
	"unicode/utf8"
)

const (
	fewCandidates = 12 // so many are listed where none is near
	longestWord   = 64 // longer words are not compared, for the comparison is quadratic
	shortestStem  = 3  // a word of this length or more also stands for the only candidate it begins
)

// Suggest returns the candidate that word was most likely meant to be, or "" if none is near. Case and
// underscores do not count (publisher_id, publisherID and PublisherId are the same word); otherwise
// about one slip in three letters is forgiven: a letter wrong, missing, too many, or two swapped. Of
// equally near candidates the first wins. A word that is itself a candidate yields itself.
func Suggest(word string, candidates []string) string {
	folded := fold(word)
	if folded == "" || len(folded) > longestWord {
		return ""
	}
	best, bestDistance := "", -1
	stem, stems := "", 0
	for _, c := range candidates {
		if c == word {
			return c
		}
		other := fold(c)
		if other == "" || len(other) > longestWord {
			continue
		}
		if utf8.RuneCountInString(folded) >= shortestStem && strings.HasPrefix(other, folded) {
			stem, stems = c, stems+1
		}
		limit := max(utf8.RuneCountInString(folded), utf8.RuneCountInString(other)) / 3
		distance := damerauLevenshtein([]rune(folded), []rune(other))
		if distance <= limit && (bestDistance < 0 || distance < bestDistance) {
			best, bestDistance = c, distance
		}
	}
	if best == "" && stems == 1 {
		return stem
	}
	return best
}

// WithSuggestion adds the help `did you mean "X"?` for the nearest of the candidates. Where none is
// near and they are few, it lists them; otherwise it adds nothing.
func (d *Diagnostic) WithSuggestion(word string, candidates []string) *Diagnostic {
	if near := Suggest(word, candidates); near != "" && near != word {
		return d.WithHelp("did you mean %q?", near)
	}
	switch n := len(candidates); {
	case n == 0 || n > fewCandidates:
		return d
	case n == 1:
		return d.WithHelp("there is only %s", candidates[0])
	default:
		return d.WithHelp("there are %s and %s", strings.Join(candidates[:n-1], ", "), candidates[n-1])
	}
}

func fold(word string) string {
	return strings.ToLower(strings.ReplaceAll(word, "_", ""))
}

// damerauLevenshtein counts the insertions, deletions, substitutions and swaps of neighbours that
// lead from a to b, no part being edited twice.
func damerauLevenshtein(a, b []rune) int {
	older := make([]int, len(b)+1)
	old := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range old {
		old[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, old, row = old, row, older
	}
	return old[len(b)]
}
