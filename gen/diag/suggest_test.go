package diag

import (
	"strings"
	"testing"
)

func TestSuggest(t *testing.T) {
	words := []string{"ID", "Title", "PublisherID", "CreatedAt", "as", "order", "omit", "where", "collection", "hasmany", "manytomany"}
	for word, want := range map[string]string{
		"PublisherId":            "PublisherID",
		"publisher_id":           "PublisherID",
		"Titel":                  "Title",
		"Titl":                   "Title",
		"wehre":                  "where",
		"ordr":                   "order",
		"has_many":               "hasmany",
		"collections":            "collection",
		"coll":                   "collection",
		"id":                     "ID",
		"order":                  "order",
		"xyz":                    "",
		"by":                     "",
		"":                       "",
		"_":                      "",
		strings.Repeat("a", 999): "",
	} {
		if got := Suggest(word, words); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}

func TestWithSuggestion(t *testing.T) {
	many := strings.Fields("aaa bbb ccc ddd eee fff ggg hhh iii jjj kkk lll mmm")
	for _, c := range []struct {
		word       string
		candidates []string
		want       string
	}{
		{"Titel", []string{"ID", "Title"}, `did you mean "Title"?`},
		{"xyz", []string{"ID", "Title", "Year"}, "there are ID, Title and Year"},
		{"xyz", []string{"ID"}, "there is only ID"},
		{"xyz", nil, ""},
		{"xyz", many, ""},
	} {
		if got := new(Diagnostic).WithSuggestion(c.word, c.candidates).Help; got != c.want {
			t.Errorf("%s: got %q, want %q", c.word, got, c.want)
		}
	}
}

func TestDamerauLevenshtein(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "abd", 1},
		{"abc", "ab", 1}, {"abc", "xabc", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3}, {"é", "e", 1},
	} {
		if got := damerauLevenshtein([]rune(c.a), []rune(c.b)); got != c.want {
			t.Errorf("%q, %q: got %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
