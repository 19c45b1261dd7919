package model

import "testing"

func TestRelationErrors(t *testing.T) {
	const head = "//denorm:collection books\ntype Book struct {\n" + id + "\tAuthorID int64 `db:\"author_id\"`\n" // fields follow from line 7
	const author = "type Author struct {\n" + id + "\tName string `db:\"name\"`\n}\n"
	runErrorCases(t, []errorCase{
		{"no foreign key", head + "\tTags []Tag\n}\ntype Tag struct {\n" + id + "}\n", []wantError{
			{"7:2+4", "no-foreign-key", "Tag has no field BookID", "//denorm:manytomany TABLE"}}},
		{"no foreign key for one", head + "\tTag *Tag\n}\ntype Tag struct {\n" + id + "}\n", []wantError{
			{"7:2+3", "no-foreign-key", "Book has no field TagID and Tag has no field BookID", "//denorm:belongsto FIELD of Book"}}},
		{"one candidate", head + "\tWriter *Author\n}\n" + author, []wantError{
			{"7:2+6", "no-foreign-key", "", "//denorm:belongsto AuthorID"}}},
		{"two candidates", head + "\tTransfers []Transfer\n}\ntype Transfer struct {\n" + id + "\tFromBookID int64 `db:\"f\"`\n\tToBookID int64 `db:\"t\"`\n}\n", []wantError{
			{"7:2+9", "ambiguous-relation", "more than one foreign key", "//denorm:hasmany FromBookID\n//denorm:hasmany ToBookID"}}},
		{"two spellings", head + "\tAuthorId int64 `db:\"a2\"`\n\tAuthor *Author\n}\n" + author, []wantError{
			{"8:2+6", "ambiguous-relation", "Book.Author has 2 possible foreign keys", "//denorm:belongsto AuthorID\n//denorm:belongsto AuthorId"}}},
		{"children", head + "\tParentID *int64 `db:\"p\"`\n\tChildren []Book\n}\n", []wantError{
			{"8:2+8", "ambiguous-relation", "", "//denorm:hasmany ParentID"}}},
		{"unknown field", head + "\t//denorm:belongsto AutorID\n\tAuthor *Author\n}\n" + author, []wantError{
			{"7:21+7", "unknown-field", "Book has no field AutorID", `did you mean "AuthorID"?`}}},
		{"key type", "//denorm:collection books\ntype Book struct {\n" + id + "\tAuthorID string `db:\"a\"`\n\tAuthor *Author\n}\n" + author, []wantError{
			{"7:2+6", "foreign-key-type", "Book.AuthorID is string, but Author.ID, which it points at, is int64", ""}}},
		{"key type, explicit", head + "\t//denorm:belongsto AuthorID ref=Name\n\tAuthor *Author\n}\n" + author, []wantError{
			{"7:21+8", "foreign-key-type", "Author.Name, which it points at, is string", ""}}},
		{"too many keys", head + "\t//denorm:belongsto AuthorID,ID\n\tAuthor *Author\n}\n" + author, []wantError{
			{"7:21+11", "foreign-key-length", "is 2, but Author(ID)", ""}}},
		{"shape", head + "\t//denorm:hasmany AuthorID\n\tAuthor *Author\n}\n" + author, []wantError{
			{"7:4+14", "relation-shape", "hasmany is for a list", "[]Author"}}},
		{"shape the other way", head + "\t//denorm:belongsto AuthorID\n\tAuthors []Author\n}\n" + author, []wantError{
			{"7:4+16", "relation-shape", "belongsto is for one row", "*Author"}}},
		{"list of one", head + "\tSeats []Seat\n}\n//denorm:key BookID\ntype Seat struct {\n\tBookID int64 `db:\"b\"`\n\tRow int `db:\"r\"`\n}\n", []wantError{
			{"7:2+5", "relation-shape", "Book.Seats can hold one Seat at most: BookID is the whole key of Seat", "//denorm:key BookID,Field"}}},
		{"no model", head + "\t//denorm:belongsto AuthorID\n\tAuthor map[string]int\n}\n", []wantError{
			{"8:2+6", "relation-type", "leads to no model", "*M, M, []M or []*M"}}},
		{"two directives", head + "\t//denorm:belongsto AuthorID\n\t//denorm:hasone ID\n\tAuthor *Author\n}\n" + author, []wantError{
			{"8:4+13", "relation-twice", "", ""}}},
		{"a column", head + "\t//denorm:belongsto AuthorID\n\tAuthor *Author `db:\"x\"`\n}\n" + author, []wantError{
			{"7:4+16", "relation-column", "", ""}}},
		{"another module", "import \"go/token\"\n\n" + head + "\t//denorm:belongsto AuthorID\n\tPos *token.Position\n}\n", []wantError{
			{"10:2+3", "foreign-model", "go/token.Position, which is not in module example.com/m", ""}}},
		{"join table missing", head + "\t//denorm:manytomany\n\tAuthors []Author\n}\n" + author, []wantError{
			{"7:4+17", "manytomany-table", "", "//denorm:manytomany book_authors"}}},
		{"join table twice", head + "\t//denorm:manytomany x through=Author\n\tAuthors []Author\n}\n" + author, []wantError{
			{"7:22+1", "manytomany-table", "", ""}}},
		{"unknown through", head + "\t//denorm:manytomany through=Autorship\n\tAuthors []Author\n}\n" + author, []wantError{
			{"7:30+9", "unknown-model", "Autorship", "there are"}}},
		{"through without keys", head + "\t//denorm:manytomany through=Link\n\tAuthors []Author\n}\n" + author + "type Link struct {\n" + id + "\tBookID int64 `db:\"b\"`\n}\n", []wantError{
			{"7:4+17", "no-foreign-key", "Link has no foreign key to Author", "foreign=FIELD"}}},
		{"itself", head + "\t//denorm:manytomany similar\n\tSimilar []Book\n}\n", []wantError{
			{"7:4+17", "self-manytomany", "", "//denorm:manytomany similar local=COLUMN foreign=COLUMN"}}},
		{"itself through", head + "\t//denorm:manytomany through=Link\n\tSimilar []Book\n}\ntype Link struct {\n" + id + "\tAID int64 `db:\"a\"`\n\tBID int64 `db:\"b\"`\n\tA *Book\n\tB *Book\n}\n", []wantError{
			{"7:4+17", "self-manytomany", "", "local=AID foreign=BID\n//denorm:manytomany through=Link local=BID foreign=AID"}}},
		{"columns of a join table", head + "\t//denorm:manytomany x local=a,b\n\tAuthors []Author\n}\n" + author, []wantError{
			{"7:30+3", "foreign-key-length", "local names 2 columns", ""}}},
		{"one column twice", head + "\t//denorm:manytomany x local=a foreign=a\n\tAuthors []Author\n}\n" + author, []wantError{
			{"7:40+1", "manytomany-columns", "", ""}}},
		{"when on a bare table", head + "\t//denorm:manytomany x when=\"A == 1\"\n\tAuthors []Author\n}\n" + author, []wantError{
			{"7:24+4", "when-join", "", "through=MODEL"}}},
		{"when", head + "\t//denorm:belongsto AuthorID when=\"Nope\"\n\tAuthor *Author\n}\n" + author, []wantError{
			{"7:36+4", "unknown-field", "Nope", ""}}},
		{"via one", head + "\tAuthor *Author\n\t//denorm:hasmany via=Author\n\tAuthors []Author\n}\n" + author, []wantError{
			{"8:23+6", "via-path", "", ""}}},
		{"via unknown", head + "\tAuthor *Author\n\t//denorm:hasmany via=Author.Friends\n\tFriends []Author\n}\n" + author, []wantError{
			{"8:30+7", "unknown-relation", "Author has no relation Friends", ""}}},
		{"via another", head + "\tAuthor *Author\n\t//denorm:hasmany via=Author.Books\n\tFriends []Author\n}\ntype Author struct {\n" + id + "\tBooks []Book\n}\n", []wantError{
			{"8:23+12", "via-target", "Author.Books leads to Book", ""}}},
		{"via itself", head + "\t//denorm:hasmany via=Loop.Loop\n\tLoop []Book\n}\n", []wantError{
			{"7:23+4", "via-cycle", "Book.Loop leads through itself", ""}}},
		{"unexported", head + "\t//denorm:belongsto AuthorID\n\tauthor *Author\n}\n" + author, []wantError{
			{"8:2+6", "unexported-field", "", "rename it to Author"}}},
		{"alias", head + "\tAuthor *Author\n}\n\n//denorm:collection authors of=Author\n\ntype Author = Person\ntype Person struct {\n" + id + "}\n", []wantError{
			{"12:6+6", "alias-model", "Author is an alias of m.Person", ""}}},
	})
}
