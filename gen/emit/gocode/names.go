package gocode

import (
	"go/doc"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"unicode"

	"github.com/denormgen/denormgen/gen/plan"
)

// names are the identifiers of a package's generated code that no annotation decides: each is free in
// the package, and no local variable hides anything that its function may refer to.
type names struct {
	used        map[string]bool // declared in the package, by the user or by us
	collections map[*plan.Collection]collectionNames
	scans       map[*plan.Element]string
	codecs      map[*plan.Struct]codecNames
	jsons       map[*plan.Struct]string     // functions that write document types as JSON
	sources     map[*plan.Collection]string // variables of the constructors of aggregates
	locals      locals
	build       buildLocals
	reserved    map[string]bool // names of parameters and variables, which imports must not have
}

// codecNames are the functions of a document type's binary form.
type codecNames struct{ encode, decode string }

// collectionNames are the unexported declarations of one collection.
type collectionNames struct {
	lower      string // of the accessor: "books"
	queries    string // "booksQueries"
	definition string // "booksDefinition"
	load       string // "loadBooks"
	test       string // "TestBooksQueries"
	statements map[string]string
	loaders    map[*plan.Loader]string // variables of the load function
}

// locals are the variables of functions that name types of the user in their body.
type locals struct {
	batch, row, doc, list, parent, entry, value, model, err string
	encoder, decoder, writer                                string
}

// buildLocals are the variables of an aggregate's constructor and of the function in it, which name what the
// user has declared.
type buildLocals struct{ engine, ctx, key, from string }

// plain are the names of parameters and variables that hide nothing which is used beside them.
func plain() []string {
	return []string{
		"args", "ctx", "engine", "id", "ids", "key", "keys", "limit", "options", "queryer", "size",
		"clone", "t",
	}
}

// imported are names of packages that most files import: a variable makes way for them.
func imported() []string {
	return []string{"context", "denorm", "fmt", "iter", "json", "jsondoc", "maps", "slices", "sql", "time", "wire"}
}

func newNames(p *plan.Plan) *names {
	n := &names{
		used:        map[string]bool{},
		collections: map[*plan.Collection]collectionNames{},
		scans:       map[*plan.Element]string{},
		codecs:      map[*plan.Struct]codecNames{},
		jsons:       map[*plan.Struct]string{},
		sources:     map[*plan.Collection]string{},
		reserved:    map[string]bool{},
	}
	for name := range p.Package.Taken {
		n.used[name] = true
	}
	n.addDeclared(p)
	n.locals = locals{
		batch: n.local("batch"), row: n.local("row"), doc: n.local("doc"), list: n.local("list"),
		parent: n.local("parent"), entry: n.local("entry"), value: n.local("value"),
		model: n.local("model"), err: n.local("err"),
		encoder: n.local("e"), decoder: n.local("d"), writer: n.local("w"),
	}
	n.build = buildLocals{engine: n.local("engine"), ctx: n.local("ctx"), key: n.local("key"), from: n.local("from")}
	for _, name := range plain() {
		n.reserved[name] = true
	}
	for _, c := range p.Collections {
		n.collections[c] = n.collection(c)
		for _, e := range c.Elements {
			if n.scans[e] == "" {
				n.scans[e] = n.free("scan" + e.Name)
			}
		}
		for _, s := range c.Structs {
			n.codecs[s] = codecNames{encode: n.free("encode" + s.Name), decode: n.free("decode" + s.Name)}
			n.jsons[s] = n.free("write" + s.Name + "JSON")
		}
	}
	for _, a := range p.Aggregates {
		for _, c := range a.Sources() {
			if n.sources[c] == "" {
				n.sources[c] = n.source(n.collections[c].lower)
			}
		}
	}
	return n
}

// source names the variable of a collection in the constructors of aggregates.
func (n *names) source(name string) string {
	taken := slices.Concat(imported(), []string{n.build.engine, n.build.ctx, n.build.key, n.build.from},
		slices.Collect(maps.Values(n.sources)))
	for n.used[name] || slices.Contains(taken, name) || token.IsKeyword(name) || doc.IsPredeclared(name) {
		name += "Source"
	}
	n.reserved[name] = true
	return name
}

// addDeclared notes the names that the plan gives.
func (n *names) addDeclared(p *plan.Plan) {
	for _, key := range p.Keys {
		n.used[key.Name] = true
	}
	for _, c := range p.Collections {
		n.used[c.Declared.Accessor] = true
		n.used["New"+c.Declared.Accessor] = true
		for _, s := range c.Structs {
			n.used[s.Name] = true
		}
	}
	for _, a := range p.Aggregates {
		n.used[a.Declared.Accessor] = true
		n.used["New"+a.Declared.Accessor] = true
	}
}

func (n *names) collection(c *plan.Collection) collectionNames {
	accessor := c.Declared.Accessor
	lower := lowerFirst(accessor)
	out := collectionNames{
		lower:      lower,
		queries:    n.free(lower + "Queries"),
		definition: n.free(lower + "Definition"),
		load:       n.free("load" + accessor),
		test:       n.free("Test" + accessor + "Queries"),
		statements: map[string]string{},
		loaders:    map[*plan.Loader]string{},
	}
	for _, dialect := range knownDialects() {
		out.statements[dialect] = n.free(lower + dialectConstant(dialect))
	}
	taken := map[string]bool{n.locals.batch: true, n.locals.row: true, n.locals.doc: true, n.locals.list: true, n.locals.parent: true}
	for _, name := range imported() {
		taken[name] = true
	}
	for _, l := range c.Loaders {
		name := l.Name
		for n.used[name] || taken[name] || token.IsKeyword(name) || doc.IsPredeclared(name) {
			name += "Level"
		}
		taken[name], n.reserved[name] = true, true
		out.loaders[l] = name
	}
	return out
}

// free claims a name for a declaration, with a number behind it if need be.
func (n *names) free(name string) string {
	free := name
	for i := 2; n.used[free]; i++ {
		free = name + strconv.Itoa(i)
	}
	n.used[free] = true
	return free
}

// local returns a name for a variable that hides no declaration of the package.
func (n *names) local(name string) string {
	for n.used[name] {
		name += "Var"
	}
	n.reserved[name] = true
	return name
}

// variable names the variable of a nested loop so that it hides no declaration of the package.
func (n *names) variable(name string, depth int) string {
	name = numbered(name, depth)
	for n.used[name] {
		name += "Var"
	}
	return name
}

// lowerFirst turns an exported name into an unexported one: Books into books, APIKeys into apiKeys,
// URLs into urls.
func lowerFirst(name string) string {
	runes := []rune(name)
	upper := 0
	for upper < len(runes) && unicode.IsUpper(runes[upper]) {
		upper++
	}
	rest := string(runes[upper:])
	if upper > 1 && rest != "" && rest != "s" && unicode.IsLower(runes[upper]) {
		upper-- // the last capital begins the next word
	}
	for i := range upper {
		runes[i] = unicode.ToLower(runes[i])
	}
	return string(runes)
}

// receiver is the name of an accessor's receiver, one letter as is usual.
func receiver(accessor string) string {
	return string(unicode.ToLower([]rune(accessor)[0]))
}
