package truth

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/denormgen/denormgen/internal/truth/models"
	denorm "github.com/denormgen/denormgen/runtime"
)

func newSubject[K comparable, D any](c collection, access accessor[K, D], keyOf func(row) K, other func(*rand.Rand) K) subject {
	return typed[K, D]{collection: c, access: access, keyOf: keyOf, other: other}
}

// byNumber is a subject whose key is the column id.
func byNumber[D any](c collection, access accessor[int64, D]) subject {
	return newSubject(c, access, func(r row) int64 { return r["id"].(int64) }, func(random *rand.Rand) int64 { return random.Int64N(20) - 2 })
}

// subjects are all collections. The numbers of queries are counted by hand.
func subjects(engine *denorm.Engine) []subject {
	someCode := func(random *rand.Rand) string {
		code := fmt.Sprint("K", random.IntN(9))
		if random.IntN(2) == 0 {
			code = strings.ToLower(code)
		}
		return code
	}
	return []subject{
		byNumber(collection{"books", "books", idKey(), 11, alive, (*data).book}, models.NewBooks(engine)),
		byNumber(collection{"book_cards", "books", idKey(), 8, hasCard, (*data).bookCard}, models.NewBookCards(engine)),
		byNumber(collection{"book_stats", "books", idKey(), 3, alive, (*data).bookStats}, models.NewBookStats(engine)),
		byNumber(collection{"publishers", "publishers", idKey(), 10, always, (*data).publisher}, models.NewPublishers(engine)),
		byNumber(collection{"authors", "authors", idKey(), 11, always, (*data).author}, models.NewAuthors(engine)),
		byNumber(collection{"comments", "comments", idKey(), 2, always, (*data).comment}, models.NewComments(engine)),
		byNumber(collection{"opinions", "comments", idKey(), 2, isOpinion, (*data).opinion}, models.NewOpinions(engine)),
		byNumber(collection{"categories", "categories", idKey(), 11, isShown, (*data).category}, models.NewCategories(engine)),
		byNumber(collection{"tags", "tags", idKey(), 4, always, (*data).tag}, models.NewTags(engine)),
		newSubject(collection{"regions", "regions", []string{"code"}, 5, always, (*data).region}, models.NewRegions(engine),
			func(r row) string { return r["code"].(string) }, someCode),
		newSubject(collection{"chapters", "chapters", chapterKey(), 5, always, (*data).chapter}, models.NewChapters(engine),
			func(r row) models.ChapterKey {
				return models.ChapterKey{BookID: r["book_id"].(int64), Number: int(r["number"].(int64))}
			},
			func(random *rand.Rand) models.ChapterKey {
				return models.ChapterKey{BookID: random.Int64N(18), Number: random.IntN(6)}
			}),
		newSubject(collection{"shelves", "shelves", shelfKey(), 7, always, (*data).shelf}, models.NewShelves(engine),
			func(r row) models.ShelfKey {
				return models.ShelfKey{Room: int(r["room"].(int64)), Code: r["code"].(string)}
			},
			func(random *rand.Rand) models.ShelfKey {
				return models.ShelfKey{Room: random.IntN(5), Code: someCode(random)}
			}),
		newSubject(collection{"placements", "placements", placementKey(), 3, isStocked, (*data).placement}, models.NewPlacements(engine),
			func(r row) models.PlacementKey {
				return models.PlacementKey{Room: int(r["room"].(int64)), ShelfCode: r["shelf_code"].(string), BookID: r["book_id"].(int64)}
			},
			func(random *rand.Rand) models.PlacementKey {
				return models.PlacementKey{Room: random.IntN(5), ShelfCode: someCode(random), BookID: random.Int64N(18)}
			}),
	}
}
