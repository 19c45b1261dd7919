package history

import (
	"context"
	"fmt"
	"strings"

	"github.com/denormgen/denormgen/internal/truth/naive"
)

// Plant inserts rows of which every loader of every collection finds some, so that chance need not.
func (h *History) Plant(ctx context.Context, q naive.Queryer) error {
	const at = "2024-02-01 00:00:00.000"
	rows := []struct {
		table  string
		values []any
	}{
		{"regions", []any{"K0", "Nowhere"}},
		{"publishers", []any{90, "Press", "s9", "K0", 4}},
		{"categories", []any{90, "Root", 1, nil}}, {"categories", []any{91, "Branch", 1, 90}},
		{"categories", []any{92, "Twig", 1, 91}}, {"categories", []any{93, "Leaf", 1, 92}},
		{"books", []any{90, "One", 1.5, 7, "open", true, 90, "s9", 93, nil}},
		{"books", []any{91, "Two", 1.5, 7, "open", true, 90, "s9", 92, nil}},
		{"books", []any{92, "Three", 1.5, 7, "open", true, 90, "s9", 91, nil}},
		{"books", []any{93, "Four", 1.5, 7, "open", true, 90, "s9", 90, nil}},
		{"chapters", []any{90, 90, "First", 100}},
		{"notes", []any{90, 90, 90, "en", "a", 1.5}},
		{"authors", []any{90, "Ann", "Old", 1900, "K0", nil}}, {"authors", []any{91, "Ben", "Mid", 1930, "K0", 90}},
		{"authors", []any{92, "Cy", "Mid", 1950, "K0", 91}}, {"authors", []any{93, "Di", "Young", 1970, "K0", 92}},
		{"authorships", []any{90, 90, 90, "editor", 1}},
		{"profiles", []any{90, 90, "Bio", true}}, {"profiles", []any{91, 91, "Bio", true}},
		{"profiles", []any{92, 92, "Bio", true}}, {"profiles", []any{93, 93, "Bio", true}},
		{"tags", []any{90, "planted", 1}},
		{"book_tags", []any{90, 90}}, {"book_tags", []any{90, 90}}, {"book_tags", []any{91, 90}}, {"book_tags", []any{92, 90}}, {"book_tags", []any{93, 90}},
		{"shelves", []any{9, "K8", "Here", 3}}, {"shelves", []any{9, "K9", "There", 3}},
		{"placements", []any{9, "K8", 90, 1, 1}}, {"placements", []any{9, "K9", 90, 1, 1}},
		{"shelf_links", []any{9, "K8", 9, "K9"}}, {"shelf_links", []any{9, "K8", 9, "K9"}},
		{"comments", []any{90, "book", 90, 90, "é", 1, true, at}}, {"comments", []any{91, "note", 90, 90, "é", 1, true, at}},
		{"comments", []any{92, "profile", 90, 90, "é", 1, true, at}}, {"comments", []any{93, "profile", 91, 90, "é", 1, true, at}},
		{"comments", []any{94, "profile", 92, 90, "é", 1, true, at}}, {"comments", []any{95, "profile", 93, 90, "é", 1, true, at}},
		{"comments", []any{96, "pin", 90, 90, "é", 1, true, at}},
		{"sales", []any{90, 90, "web", 1, 1, 1.5, nil, at}},
	}
	for _, r := range rows {
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(r.values)), ", ")
		if err := h.exec(ctx, q, fmt.Sprintf("INSERT INTO %s VALUES (%s)", h.Quote(r.table), marks), r.values...); err != nil {
			return err
		}
	}
	return nil
}
