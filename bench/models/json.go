package models

// AppendJSON appends what json.Marshal writes of a book, as the runtime does.
func AppendJSON(dst []byte, book *BookDoc) ([]byte, error) {
	return booksDefinition().AppendJSON(dst, book)
}
