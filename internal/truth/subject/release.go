package subject

import (
	"maps"
	"math/rand/v2"

	"github.com/denormgen/denormgen/internal/truth/later"
	"github.com/denormgen/denormgen/internal/truth/models"
	"github.com/denormgen/denormgen/internal/truth/naive"
	denorm "github.com/denormgen/denormgen/runtime"
)

// All are the collections of package models.
func All(engine *denorm.Engine) []Subject { return of(engine, naive.Collections(), first()) }

// Later are the collections of the release that comes later: those of package later, and the rest of package models.
func Later(engine *denorm.Engine) []Subject {
	makers := first()
	maps.Copy(makers, second())
	return of(engine, naive.Later(), makers)
}

// maker makes the subject of a collection, and registers the collection with an engine.
type maker func(c naive.Collection, engine *denorm.Engine) Subject

func of(engine *denorm.Engine, collections []naive.Collection, makers map[string]maker) []Subject {
	subjects := make([]Subject, len(collections))
	for i, c := range collections {
		subjects[i] = makers[c.Name](c, engine)
	}
	return subjects
}

// numbered makes subjects whose key is the column id.
func numbered[A accessor[int64, D], D any](open func(*denorm.Engine) A) maker {
	return func(c naive.Collection, engine *denorm.Engine) Subject { return byNumber(c, open(engine)) }
}

// coded makes subjects whose key is the column code.
func coded[A accessor[string, D], D any](open func(*denorm.Engine) A) maker {
	return func(c naive.Collection, engine *denorm.Engine) Subject {
		return newSubject(c, open(engine), func(r naive.Row) string { return r["code"].(string) }, someCode)
	}
}

// first are the makers of package models, by collection.
func first() map[string]maker {
	return map[string]maker{
		"books":      numbered(models.NewBooks),
		"book_cards": numbered(models.NewBookCards),
		"book_stats": numbered(models.NewBookStats),
		"publishers": numbered(models.NewPublishers),
		"authors":    numbered(models.NewAuthors),
		"comments":   numbered(models.NewComments),
		"opinions":   numbered(models.NewOpinions),
		"categories": numbered(models.NewCategories),
		"tags":       numbered(models.NewTags),
		"regions":    coded(models.NewRegions),
		"chapters": func(c naive.Collection, engine *denorm.Engine) Subject {
			return newSubject(c, models.NewChapters(engine),
				func(r naive.Row) models.ChapterKey {
					return models.ChapterKey{BookID: r["book_id"].(int64), Number: int(r["number"].(int64))}
				},
				func(random *rand.Rand) models.ChapterKey {
					return models.ChapterKey{BookID: random.Int64N(14), Number: random.IntN(6)}
				})
		},
		"shelves": func(c naive.Collection, engine *denorm.Engine) Subject {
			return newSubject(c, models.NewShelves(engine),
				func(r naive.Row) models.ShelfKey {
					return models.ShelfKey{Room: int(r["room"].(int64)), Code: r["code"].(string)}
				},
				func(random *rand.Rand) models.ShelfKey {
					return models.ShelfKey{Room: random.IntN(5), Code: someCode(random)}
				})
		},
		"placements": func(c naive.Collection, engine *denorm.Engine) Subject {
			return newSubject(c, models.NewPlacements(engine),
				func(r naive.Row) models.PlacementKey {
					return models.PlacementKey{Room: int(r["room"].(int64)), ShelfCode: r["shelf_code"].(string), BookID: r["book_id"].(int64)}
				},
				func(random *rand.Rand) models.PlacementKey {
					return models.PlacementKey{Room: random.IntN(5), ShelfCode: someCode(random), BookID: random.Int64N(14)}
				})
		},
	}
}

// second are the makers of package later, by collection.
func second() map[string]maker {
	return map[string]maker{
		"books":        numbered(later.NewBooks),
		"authors":      numbered(later.NewAuthors),
		"tags":         numbered(later.NewTags),
		"region_names": coded(later.NewRegionNames),
		"sales":        numbered(later.NewSales),
	}
}
