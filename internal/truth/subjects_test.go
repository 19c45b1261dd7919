package truth

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/denormgen/denormgen/internal/truth/models"
	"github.com/denormgen/denormgen/internal/truth/naive"

	denorm "github.com/denormgen/denormgen/runtime"
)

func newSubject[K comparable, D any](c naive.Collection, access accessor[K, D], keyOf func(naive.Row) K, other func(*rand.Rand) K) subject {
	return typed[K, D]{Collection: c, access: access, keyOf: keyOf, other: other}
}

// byNumber is a subject whose key is the column id.
func byNumber[D any](c naive.Collection, access accessor[int64, D]) subject {
	return newSubject(c, access, func(r naive.Row) int64 { return r["id"].(int64) }, func(random *rand.Rand) int64 { return random.Int64N(20) - 2 })
}

// subjects are all collections.
func subjects(engine *denorm.Engine) []subject {
	someCode := func(random *rand.Rand) string {
		code := fmt.Sprint("K", random.IntN(9))
		if random.IntN(2) == 0 {
			code = strings.ToLower(code)
		}
		return code
	}
	of := map[string]naive.Collection{}
	for _, c := range naive.Collections() {
		of[c.Name] = c
	}
	return []subject{
		byNumber(of["books"], models.NewBooks(engine)),
		byNumber(of["book_cards"], models.NewBookCards(engine)),
		byNumber(of["book_stats"], models.NewBookStats(engine)),
		byNumber(of["publishers"], models.NewPublishers(engine)),
		byNumber(of["authors"], models.NewAuthors(engine)),
		byNumber(of["comments"], models.NewComments(engine)),
		byNumber(of["opinions"], models.NewOpinions(engine)),
		byNumber(of["categories"], models.NewCategories(engine)),
		byNumber(of["tags"], models.NewTags(engine)),
		newSubject(of["regions"], models.NewRegions(engine),
			func(r naive.Row) string { return r["code"].(string) }, someCode),
		newSubject(of["chapters"], models.NewChapters(engine),
			func(r naive.Row) models.ChapterKey {
				return models.ChapterKey{BookID: r["book_id"].(int64), Number: int(r["number"].(int64))}
			},
			func(random *rand.Rand) models.ChapterKey {
				return models.ChapterKey{BookID: random.Int64N(18), Number: random.IntN(6)}
			}),
		newSubject(of["shelves"], models.NewShelves(engine),
			func(r naive.Row) models.ShelfKey {
				return models.ShelfKey{Room: int(r["room"].(int64)), Code: r["code"].(string)}
			},
			func(random *rand.Rand) models.ShelfKey {
				return models.ShelfKey{Room: random.IntN(5), Code: someCode(random)}
			}),
		newSubject(of["placements"], models.NewPlacements(engine),
			func(r naive.Row) models.PlacementKey {
				return models.PlacementKey{Room: int(r["room"].(int64)), ShelfCode: r["shelf_code"].(string), BookID: r["book_id"].(int64)}
			},
			func(random *rand.Rand) models.PlacementKey {
				return models.PlacementKey{Room: random.IntN(5), ShelfCode: someCode(random), BookID: random.Int64N(18)}
			}),
	}
}
