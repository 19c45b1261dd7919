package naive

import (
	"fmt"
	"math"
	"strconv"
)

// Conditions of models and of relations.

func alive(book Row) truth      { return null(book["deleted_at"]) }
func visible(profile Row) truth { return eq(profile["visible"], true) }

func about(subject string) func(Row) truth {
	return func(comment Row) truth { return eq(comment["subject_type"], subject) }
}

// linked pairs rows of a join table with the rows of another that their columns point at.
func (d *Data) linked(links []Row, target string, columns, keys []string, conditions ...func(Row) truth) []hit {
	var list []hit
	for _, link := range links {
		for _, r := range d.rows(target, conditions...) {
			found := Yes
			for i := range columns {
				found = And(found, d.Same(link[columns[i]], r[keys[i]], IsCode(columns[i])))
			}
			if found == Yes {
				list = append(list, hit{row: r, link: link})
			}
		}
	}
	return list
}

// once drops rows that the list holds already.
func once(hits []hit, key ...string) []hit {
	seen := map[string]bool{}
	var list []hit
	for _, h := range hits {
		identity := ""
		for _, column := range key {
			identity += fmt.Sprintf("%q,", fmt.Sprint(h.row[column]))
		}
		if !seen[identity] {
			seen[identity] = true
			list = append(list, hit{row: h.row})
		}
	}
	return list
}

// Relations, as the models declare them.

func (d *Data) publisherOf(book Row) Row {
	return d.first("publishers", "id", func(p Row) truth { return d.Same(p["id"], book["publisher_id"], false) })
}

// target is the row that a foreign key points at, or nil.
func (d *Data) target(table, key string, of Row, foreign string, conditions ...func(Row) truth) Row {
	return d.first(table, key, append(conditions, d.by(key, of, foreign))...)
}

func (d *Data) booksOf(publisher Row) []hit {
	return hits(d.rows("books", d.by("publisher_id", publisher, "id"), alive))
}

func (d *Data) authorsOf(book Row, links ...func(Row) truth) []hit {
	return d.linked(d.rows("authorships", append(links, d.by("book_id", book, "id"))...), "authors", []string{"author_id"}, []string{"id"})
}

func (d *Data) booksBy(author Row) []hit {
	return d.linked(d.rows("authorships", d.by("author_id", author, "id")), "books", []string{"book_id"}, []string{"id"}, alive)
}

func (d *Data) tagsOf(book Row) []hit {
	return once(d.linked(d.rows("book_tags", d.by("book_id", book, "id")), "tags", []string{"tag_id"}, []string{"id"}), "id")
}

func (d *Data) booksWith(tag Row) []hit {
	return once(d.linked(d.rows("book_tags", d.by("tag_id", tag, "id")), "books", []string{"book_id"}, []string{"id"}, alive), "id")
}

// tagIDsOf reads the join table only.
func (d *Data) tagIDsOf(book Row) []any {
	var list []hit
	for _, link := range d.rows("book_tags", d.by("book_id", book, "id")) {
		if link["tag_id"] != nil {
			list = append(list, hit{row: link})
		}
	}
	return values(d.sorted(once(list, "tag_id"), []string{"tag_id"}, nil), "tag_id")
}

func (d *Data) shelvesOf(book Row) []hit {
	return d.linked(d.rows("placements", d.by("book_id", book, "id")), "shelves", []string{"room", "shelf_code"}, shelfKey())
}

func (d *Data) booksOn(shelf Row, links ...func(Row) truth) []hit {
	at := d.refers([]string{"room", "shelf_code"}, shelf, shelfKey())
	return d.linked(d.rows("placements", append(links, at)...), "books", []string{"book_id"}, []string{"id"}, alive)
}

func shelfKey() []string     { return []string{"room", "code"} }
func chapterKey() []string   { return []string{"book_id", "number"} }
func placementKey() []string { return []string{"room", "shelf_code", "book_id"} }
func idKey() []string        { return []string{"id"} }

func (d *Data) chaptersOf(book Row) []hit {
	return hits(d.rows("chapters", d.by("book_id", book, "id")))
}

func (d *Data) notesOf(chapter Row) []hit {
	return hits(d.rows("notes", d.refers([]string{"book_id", "chapter_no"}, chapter, chapterKey())))
}

func (d *Data) commentsOn(subject string, r Row, conditions ...func(Row) truth) []hit {
	return hits(d.rows("comments", append(conditions, d.by("subject_id", r, "id"), about(subject))...))
}

func (d *Data) profileOf(author Row) Row {
	return d.first("profiles", "id", d.by("author_id", author, "id"), visible)
}

func (d *Data) menteesOf(author Row) []hit {
	return hits(d.rows("authors", d.by("mentor_id", author, "id")))
}

func (d *Data) salesOf(book Row) []hit { return hits(d.rows("sales", d.by("book_id", book, "id"))) }

// byID sorts rows with the key id.
func (d *Data) byID(list []hit, terms ...term) []hit { return d.sorted(list, idKey(), nil, terms...) }

// byLink sorts rows with the key id that were reached through rows with the key id.
func (d *Data) byLink(list []hit, terms ...term) []hit {
	return d.sorted(list, idKey(), idKey(), terms...)
}

// each follows a relation from every row of a list.
func each(list []hit, follow func(Row) []hit) []hit {
	var all []hit
	for _, h := range list {
		all = append(all, follow(h.row)...)
	}
	return all
}

// where keeps the hits that satisfy a condition.
func where(list []hit, condition func(hit) truth) []hit {
	var kept []hit
	for _, h := range list {
		if condition(h) == Yes {
			kept = append(kept, h)
		}
	}
	return kept
}

// Computed methods.

func fullName(author Row) string {
	name := author["first_name"].(string)
	if last, ok := author["last_name"].(string); ok {
		name += " " + last
	}
	return name
}

func seniority(author Row) int64 {
	if born, ok := author["born"].(int64); ok {
		return (2000 - born) / 10
	}
	return -1
}

// Numbers. A value is nil where it is NULL, which no number counts.

func count(list []hit, of func(hit) any) int64 {
	n := int64(0)
	for _, h := range list {
		if of(h) != nil {
			n++
		}
	}
	return n
}

func rowCount(list []hit) int64 { return int64(len(list)) }

func sumWhole(list []hit, of func(hit) any) int64 {
	sum := int64(0)
	for _, h := range list {
		if x, ok := of(h).(int64); ok {
			sum += x
		}
	}
	return sum
}

// sumDouble is rounded to 15 significant digits.
func sumDouble(list []hit, of func(hit) any) float64 {
	sum := 0.0
	for _, h := range list {
		if x, ok := of(h).(float64); ok {
			sum += x
		}
	}
	if sum == 0 {
		return 0
	}
	digits := 14 - int(math.Floor(math.Log10(math.Abs(sum))))
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(sum, 'f', max(digits, 0), 64), 64)
	if err != nil {
		return sum
	}
	return rounded
}

func average(list []hit, sum float64, of func(hit) any) any {
	n := count(list, of)
	if n == 0 {
		return nil
	}
	return sum / float64(n)
}

// most is the value that comes last in the direction 1, first in the direction -1.
func (d *Data) most(list []hit, direction int, of func(hit) any) any {
	var best any
	for _, h := range list {
		if x := of(h); x != nil && (best == nil || d.compare(x, best)*direction > 0) {
			best = x
		}
	}
	return best
}

func of(column string) func(hit) any { return func(h hit) any { return h.row[column] } }

func ofLink(column string) func(hit) any { return func(h hit) any { return h.link[column] } }
