package history

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/denormgen/denormgen/internal/truth/models"
	"github.com/denormgen/denormgen/internal/truth/naive"
	"github.com/jmoiron/sqlx"
)

const (
	Trees      = 4 // books, each with rows of its own at every path
	RowsOfPath = 3
)

// token is a column of a table.
type token struct{ table, column string }

// tokens are the columns that hold a tree's token: all that the documents of books show as text.
func tokens() []token {
	return []token{
		{"books", "title"}, {"publishers", "name"}, {"categories", "name"}, {"chapters", "title"}, {"notes", "body"},
		{"authors", "first_name"}, {"profiles", "bio"}, {"comments", "text"}, {"tags", "label"}, {"shelves", "name"},
	}
}

// Forest inserts trees which share no row. A tree's rows have ids of its own hundred.
func Forest(ctx context.Context, h *History, q naive.Queryer) error {
	insert := func(table string, values ...any) error {
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ")
		return h.exec(ctx, q, fmt.Sprintf("INSERT INTO %s VALUES (%s)", h.Quote(table), marks), values...)
	}
	const at = "2024-02-01 00:00:00.000"
	var failed error
	for tree := 1; tree <= Trees; tree++ {
		failed = errors.Join(failed,
			insert("publishers", tree, "-", nil, nil, nil), insert("categories", tree, "-", nil, nil),
			insert("books", tree, "-", 1.5, nil, "open", true, tree, nil, tree, nil))
		for i := range RowsOfPath {
			n := tree*100 + i
			failed = errors.Join(failed,
				insert("chapters", tree, n, "-", i), insert("notes", n, tree, n, "en", "-", 1.5),
				insert("authors", n, "-", nil, nil, nil, nil), insert("authorships", n, tree, n, "author", i),
				insert("profiles", n, n, "-", true), insert("tags", n, "-", i), insert("book_tags", tree, n),
				insert("shelves", tree, fmt.Sprint("S", n), "-", nil), insert("placements", tree, fmt.Sprint("S", n), tree, 1, i),
				insert("comments", n, "note", n, nil, "-", i, true, at), insert("comments", n+50, "profile", n, nil, "-", i, true, at))
		}
	}
	return failed
}

// WriteToken gives every row of a tree the token, in one transaction.
func WriteToken(ctx context.Context, h *History, db *sqlx.DB, tree int, token string) error {
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, place := range tokens() {
		where, args := " BETWEEN ? AND ?", []any{token, tree * 100, tree*100 + 99}
		column := "id"
		switch place.table {
		case "books", "publishers", "categories":
			where, args = " = ?", []any{token, tree}
		case "chapters":
			column, where, args = "book_id", " = ?", []any{token, tree}
		case "shelves":
			column, where, args = "room", " = ?", []any{token, tree}
		}
		statement := fmt.Sprintf("UPDATE %s SET %s = ? WHERE %s", h.Quote(place.table), h.Quote(place.column), h.Quote(column))
		if err := h.exec(ctx, tx, statement+where, args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// TokensOf are the different tokens that a document shows, and how many places it shows them at.
func TokensOf(doc *models.BookDoc) (different map[string]bool, places int, err error) {
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, 0, err
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return nil, 0, err
	}
	different = map[string]bool{}
	var walk func(value any)
	walk = func(value any) {
		switch value := value.(type) {
		case []any:
			for _, element := range value {
				walk(element)
			}
		case map[string]any:
			for _, element := range value {
				walk(element)
			}
		case string:
			if strings.HasPrefix(value, "token") || value == "-" {
				different[value] = true
				places++
			}
		}
	}
	walk(tree)
	return different, places, nil
}
