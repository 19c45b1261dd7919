package naive

// Collection is what is said of it here, independently of what was generated.
type Collection struct {
	Name    string
	Root    string   // table
	Key     []string // columns
	Queries int      // of a batch: one for the roots and one for each path to many rows
	has     func(Row) truth
	build   func(*Data, Row) object
}

// Document is one that the data says must exist.
type Document struct {
	Row  Row
	JSON string
}

// Documents builds all documents, in the order of their keys.
func (c Collection) Documents(d *Data) []Document {
	var docs []Document
	for _, h := range d.sorted(hits(d.rows(c.Root, c.has)), c.Key, nil) {
		docs = append(docs, Document{Row: h.row, JSON: encode(c.build(d, h.row))})
	}
	return docs
}

func always(Row) truth { return Yes }

// All builds every document of every collection, by its key.
func All(d *Data) map[string]map[string]string {
	docs := map[string]map[string]string{}
	for _, c := range Collections() {
		docs[c.Name] = map[string]string{}
		for _, doc := range c.Documents(d) {
			docs[c.Name][c.KeyText(doc.Row)] = doc.JSON
		}
	}
	return docs
}

// Touched are rows whose documents are not what they were, and their documents now, by the text of the key, with
// "null" for one that is not there.
func (c Collection) Touched(before, after *Data) (rows []Row, want map[string]string) {
	was := map[string]string{}
	want = map[string]string{}
	for _, doc := range c.Documents(before) {
		was[c.KeyText(doc.Row)] = doc.JSON
	}
	for _, doc := range c.Documents(after) {
		key := c.KeyText(doc.Row)
		if was[key] != doc.JSON {
			rows, want[key] = append(rows, doc.Row), doc.JSON
		}
		delete(was, key)
	}
	for _, doc := range c.Documents(before) {
		if key := c.KeyText(doc.Row); was[key] != "" {
			rows, want[key] = append(rows, doc.Row), "null"
		}
	}
	return rows, want
}

// KeyText tells documents of a collection apart.
func (c Collection) KeyText(r Row) string {
	text := ""
	for _, column := range c.Key {
		text += encode(r[column]) + " "
	}
	return text
}

// Collections are all of package models. The numbers of queries are counted by hand.
func Collections() []Collection {
	return []Collection{
		{"books", "books", idKey(), 11, alive, (*Data).book},
		{"book_cards", "books", idKey(), 8, hasCard, (*Data).bookCard},
		{"book_stats", "books", idKey(), 3, alive, (*Data).bookStats},
		{"publishers", "publishers", idKey(), 10, always, (*Data).publisher},
		{"authors", "authors", idKey(), 11, always, (*Data).author},
		{"comments", "comments", idKey(), 2, always, (*Data).comment},
		{"opinions", "comments", idKey(), 2, isOpinion, (*Data).opinion},
		{"categories", "categories", idKey(), 11, isShown, (*Data).category},
		{"tags", "tags", idKey(), 4, always, (*Data).tag},
		{"regions", "regions", []string{"code"}, 5, always, (*Data).region},
		{"chapters", "chapters", chapterKey(), 5, always, (*Data).chapter},
		{"shelves", "shelves", shelfKey(), 7, always, (*Data).shelf},
		{"placements", "placements", placementKey(), 3, isStocked, (*Data).placement},
	}
}
