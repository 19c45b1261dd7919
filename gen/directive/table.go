package directive

import "slices"

// Verbs returns the table of the language, in the order in which help shows it. The caller owns it.
func Verbs() []Verb {
	return slices.Concat(packageVerbs(), modelVerbs(), fieldVerbs(), collectionVerbs(), numberVerbs(), funcVerbs())
}

func packageVerbs() []Verb {
	return []Verb{
		{
			Name: "options", Section: SectionPackage, Places: []Place{OnPackage}, Once: true,
			Summary: "settings that change what is generated for the package",
			Example: "//denorm:options dialects=sqlite,postgres",
			Keys: []Key{
				{Name: "dialects", Value: "NAME,...", Kind: List, Choices: []string{"sqlite", "postgres", "mysql"},
					Summary: "databases to generate SQL for; all of them by default"},
			},
		},
		{
			Name: "columns", Section: SectionPackage, Places: []Place{OnPackage}, Once: true,
			Summary: "name the columns of fields without a db tag as another library does, and read its tags",
			Example: "//denorm:columns gorm",
			Params: []Param{
				{Name: "STYLE", Kind: Name, Choices: []string{"snake", "lower", "gorm", "bun"}, Summary: "the naming to follow"},
			},
		},
	}
}

func modelVerbs() []Verb {
	return []Verb{
		{
			Name: "table", Section: SectionModel, Places: []Place{OnType}, Once: true,
			Summary: "the struct is a model of this table; the default is the type's name in snake_case, plural",
			Example: "//denorm:table public.books",
			Params:  []Param{{Name: "TABLE", Kind: Name, Optional: true, Summary: "table name, perhaps with its schema"}},
		},
		{
			Name: "key", Section: SectionModel, Places: []Place{OnType}, Once: true,
			Summary: "the fields that identify a row; the default is the field ID, else <Type>ID",
			Example: "//denorm:key PlaylistID,TrackID",
			Params:  []Param{{Name: "FIELD,...", Kind: List, Summary: "field names, in key order"}},
		},
		{
			Name: "where", Section: SectionModel, Places: []Place{OnType}, Once: true,
			Summary: "only rows that satisfy this exist, wherever the model is reached; all lifts it",
			Example: `//denorm:where "DeletedAt == nil"`,
			Params:  []Param{{Name: "EXPR", Kind: Expr, Summary: "a Go expression over the model's fields"}},
		},
		{
			Name: "view", Section: SectionModel, Places: []Place{OnType}, Once: true,
			Summary: "the struct is a model of a view, or of a table that cannot be watched",
			Example: "//denorm:view film_casts reads=Film:FilmID,FilmActor:FilmID",
			Params:  []Param{{Name: "VIEW", Kind: Name, Summary: "name of the view, perhaps with its schema"}},
			Keys: []Key{
				{Name: "reads", Value: "MODEL:FIELD,...", Kind: List,
					Summary: "models whose rows the view shows, each with the field of the view that holds their key"},
			},
		},
	}
}

func fieldVerbs() []Verb {
	when := Key{Name: "when", Value: "EXPR", Kind: Expr,
		Summary: "the link exists only while the row that holds the foreign key, or the join row, satisfies this"}
	ref := Key{Name: "ref", Value: "FIELD,...", Kind: List, Summary: "the unique fields that the foreign key points at, if not the key"}
	foreignKey := func(summary string) []Param {
		return []Param{{Name: "FIELD,...", Kind: List, Optional: true, Summary: summary}}
	}
	onField := []Place{OnField}
	return []Verb{
		{
			Name: "belongsto", Section: SectionField, Places: onField, Once: true,
			Summary: "this row's foreign key points at the target's key",
			Example: "//denorm:belongsto PublisherID",
			Params:  foreignKey("foreign key fields of this model, in key order; inferred by default"),
			Keys:    []Key{ref, when},
		},
		{
			Name: "hasone", Section: SectionField, Places: onField, Once: true,
			Summary: "the target's foreign key points at this row, from one row at most",
			Example: "//denorm:hasone BookID",
			Params:  foreignKey("foreign key fields of the target, in key order; inferred by default"),
			Keys:    []Key{ref, when},
		},
		{
			Name: "hasmany", Section: SectionField, Places: onField, Once: true,
			Summary: "the target's foreign key points at this row; or a chain of relations as one list",
			Example: "//denorm:hasmany BookID\n//denorm:hasmany via=Albums.Tracks",
			Params:  foreignKey("foreign key fields of the target, in key order; inferred by default"),
			Keys: []Key{
				{Name: "via", Value: "PATH", Kind: Path, Summary: "two relations or more that lead to the target; each row appears once"},
				ref, when,
			},
		},
		{
			Name: "manytomany", Section: SectionField, Places: onField, Once: true,
			Summary: "a join table links rows of this model and of the target",
			Example: "//denorm:manytomany book_authors\n//denorm:manytomany through=Authorship",
			Params:  []Param{{Name: "TABLE", Kind: Name, Optional: true, Summary: "a join table without a model"}},
			Keys: []Key{
				{Name: "local", Value: "COLUMN,...", Kind: List, Summary: "columns of the join table that point at this model; <type>_id by default"},
				{Name: "foreign", Value: "COLUMN,...", Kind: List, Summary: "columns of the join table that point at the target; <type>_id by default"},
				{Name: "through", Value: "MODEL", Kind: Name, Summary: "the join table's model; its columns are available as through.Field"},
				ref, when,
			},
		},
		{
			Name: "json", Section: SectionField, Places: onField, Once: true,
			Summary: "the column holds JSON, whatever the field's Go type",
			Example: "//denorm:json",
		},
		{
			Name: "array", Section: SectionField, Places: onField, Once: true,
			Summary: "the column holds an SQL array where the database has them, JSON elsewhere",
			Example: "//denorm:array",
		},
		{
			Name: "inherits", Section: SectionField, Places: onField, Once: true, Planned: true,
			Summary: "the embedded model has its own table and shares this model's key",
			Example: "//denorm:inherits PlaceID",
			Params:  []Param{{Name: "FIELD", Kind: Name, Optional: true, Summary: "this model's key field"}},
		},
		{
			Name: "content", Section: SectionField, Places: onField, Once: true, Planned: true,
			Summary: "blocks of several models, in order, by region",
			Example: "//denorm:content fk=PageID region=Region order=Ordering types=RichText:richtext,Image regions=main,side",
			Keys: []Key{
				{Name: "fk", Value: "FIELD", Kind: Name, Summary: "the blocks' foreign key to this model"},
				{Name: "region", Value: "FIELD", Kind: Name, Summary: "the blocks' field that names the region"},
				{Name: "order", Value: "FIELD", Kind: Name, Summary: "the blocks' field that orders them"},
				{Name: "types", Value: "MODEL[:NAME],...", Kind: List, Summary: "the models of blocks, with their content_class"},
				{Name: "regions", Value: "NAME,...", Kind: List, Summary: "regions that are present even when empty"},
			},
		},
	}
}

func funcVerbs() []Verb {
	return []Verb{
		{
			Name: "computed", Section: SectionFunc, Places: []Place{OnFunc}, Once: true,
			Summary: "the method's value is a field of every document that holds the model",
			Example: "//denorm:computed needs=FirstName,LastName",
			Keys: []Key{
				{Name: "needs", Value: "FIELD,...", Kind: List, Summary: "fields that the method reads, where its body does not show them"},
			},
		},
		{
			Name: "transform", Section: SectionFunc, Places: []Place{OnFunc},
			Summary: "the function has the last word on each document of a collection",
			Example: "//denorm:transform books",
			Params:  []Param{{Name: "COLLECTION", Kind: Name, Summary: "name of the collection"}},
		},
		{
			Name: "aggregate", Section: SectionFunc, Places: []Place{OnFunc}, Once: true,
			Summary: "the function makes one document for each key, from all documents of collections",
			Example: "//denorm:aggregate book_tags from=books\n//denorm:aggregate totals from=books,loans keys=all,open",
			Params:  []Param{{Name: "NAME", Kind: Name, Summary: "its name, which no collection has"}},
			Keys: []Key{
				{Name: "from", Value: "COLLECTION,...", Kind: List,
					Summary: "collections of this package: the function takes a sequence of documents for each, in this order"},
				{Name: "keys", Value: "KEY,...", Kind: List, Summary: "the keys that have a document; the key default alone, if left out"},
			},
		},
	}
}
