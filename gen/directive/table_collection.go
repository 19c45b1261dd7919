package directive

func collectionVerbs() []Verb {
	block := []Place{OnType, Detached}
	all := Key{Name: "all", Kind: Flag, Summary: "do not apply the model's own where"}
	until := Key{Name: "until", Value: "FIELD", Kind: Name, Planned: true, Summary: "the row counts before the time in this field"}
	from := Key{Name: "from", Value: "FIELD", Kind: Name, Planned: true, Summary: "the row counts from the time in this field on"}
	return []Verb{
		{
			Name: "collection", Section: SectionCollection, Places: block,
			Summary: "one document per row of a model; the lines below it, to the next collection, say what is in it",
			Example: "//denorm:collection books\n//denorm:collection book_cards of=Book doc=BookCard",
			Params:  []Param{{Name: "NAME", Kind: Name, Summary: "name of the collection, in snake_case"}},
			Keys: []Key{
				{Name: "of", Value: "MODEL", Kind: Name, Summary: "the root model, in a comment of its own"},
				{Name: "doc", Value: "TYPE", Kind: Name, Summary: "name of the document type; <Model>Doc for a model's first collection"},
				{Name: "accessor", Value: "TYPE", Kind: Name, Summary: "name of the accessor type; the collection's name in CamelCase by default"},
				{Name: "extra", Value: "TYPE", Kind: Name, Summary: "a struct whose fields become fields of the document, for its transform to set"},
				{Name: "version", Value: "N", Kind: Number, Summary: "raise it to make cached documents obsolete"},
				{Name: "ttl", Value: "DURATION", Kind: Duration, Summary: "longest age of a cached document, such as 1h"},
				{Name: "where", Value: "EXPR", Kind: Expr, Summary: "only rows that satisfy this have a document"},
				all, until, from,
			},
		},
		{
			Name: "fields", Section: SectionCollection, Places: block, Block: true,
			Summary: "show only these fields of the root",
			Example: "//denorm:fields ID,Title",
			Params:  []Param{{Name: "FIELD,...", Kind: List, Summary: "field names"}},
		},
		{
			Name: "omit", Section: SectionCollection, Places: block, Block: true,
			Summary: "show all fields of the root but these",
			Example: "//denorm:omit Summary",
			Params:  []Param{{Name: "FIELD,...", Kind: List, Summary: "field names"}},
		},
		{
			Name: "include", Section: SectionCollection, Places: block, Block: true,
			Summary: "follow a relation, and those above it on the path",
			Example: "//denorm:include Authors fields=Name,through.Role order=through.Position\n" +
				`//denorm:include Reviews order="CreatedAt desc, ID" limit=10 where="Approved && Rating >= 3"`,
			Params: []Param{{Name: "PATH", Kind: Path, Summary: "relation fields from the root, joined by dots"}},
			Keys: []Key{
				{Name: "as", Value: "NAME", Kind: Name, Summary: "exported Go name of the field in the document"},
				{Name: "type", Value: "TYPE", Kind: Name, Summary: "name of the generated type"},
				{Name: "flatten", Value: "FIELD", Kind: Path, Summary: "the value of this field instead of a struct"},
				{Name: "by", Value: "FIELD", Kind: Path, Summary: "a map by this field instead of a list"},
				{Name: "fields", Value: "FIELD,...", Kind: List, Summary: "show only these fields; through.Field for those of the join table"},
				{Name: "omit", Value: "FIELD,...", Kind: List, Summary: "show all fields but these"},
				{Name: "order", Value: "FIELD [desc] [nulls first|last], ...", Kind: Order, Summary: "order per parent; the key breaks ties, nulls sort lowest"},
				{Name: "limit", Value: "N", Kind: Number, Summary: "so many per parent at most; needs an order"},
				{Name: "where", Value: "EXPR", Kind: Expr, Summary: "only rows that satisfy this"},
				{Name: "depth", Value: "N", Kind: Number, Summary: "follow a relation of a model to itself for so many levels"},
				all, until, from,
			},
		},
		{
			Name: "index", Section: SectionCollection, Places: block, Block: true, Planned: true,
			Summary: "find documents by values anywhere in them",
			Example: "//denorm:index Author Authors.Name lookups=exact,iexact,contains",
			Params: []Param{
				{Name: "NAME", Kind: Name, Summary: "exported Go name of the index"},
				{Name: "PATH,...", Kind: List, Summary: "paths to fields; several must match within one row"},
			},
			Keys: []Key{
				{Name: "lookups", Value: "NAME,...", Kind: List, Summary: "comparisons that are offered",
					Choices: []string{"exact", "in", "lt", "lte", "gt", "gte", "range", "isnull", "iexact", "contains", "icontains",
						"startswith", "istartswith", "endswith", "iendswith", "regex", "iregex", "year", "month", "day", "week_day", "has"}},
				{Name: "order", Value: "FIELD [desc], ...", Kind: Order, Summary: "order of what is found"},
			},
		},
	}
}

// numberVerbs are the numbers that SQL computes, all of one form.
func numberVerbs() []Verb {
	verb := func(name, summary, example string) Verb {
		return Verb{
			Name: name, Section: SectionCollection, Places: []Place{OnType, Detached}, Block: true,
			Summary: summary, Example: example,
			Params: []Param{
				{Name: "PATH", Kind: Path, Summary: "relation fields from the root, perhaps with a field of the last model"},
				{Name: "EXPR", Kind: Expr, Optional: true, Summary: "a Go expression over the last model's fields, instead of a field"},
			},
			Keys: []Key{
				{Name: "as", Value: "[PATH.]NAME", Kind: Path, Summary: "exported Go name in the document, at the root or in each row of an include"},
				{Name: "where", Value: "EXPR", Kind: Expr, Summary: "only rows that satisfy this"},
				{Name: "all", Kind: Flag, Summary: "do not apply the models' own where"},
			},
		}
	}
	return []Verb{
		verb("count", "how many rows there are, an int64", "//denorm:count Reviews as=ReviewCount where=Approved"),
		verb("sum", "the sum over rows, zero over none", `//denorm:sum Lines "Quantity * UnitPrice" as=Total`),
		verb("avg", "the average over rows, a *float64, nil over none", "//denorm:avg Reviews.Rating as=AverageRating"),
		verb("min", "the lowest value, nil over no rows", "//denorm:min Reviews.CreatedAt as=FirstReviewAt"),
		verb("max", "the highest value, nil over no rows", "//denorm:max Reviews.CreatedAt as=LastReviewAt"),
	}
}
