package model

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/denormgen/denormgen/gen/diag"
)

// generatedName is a package-level name that generated code will declare.
type generatedName struct {
	name string
	what string // "the document of collection books"
	at   diag.Span
	path []string
	// argument is what the user can set to get another name, "" if there is nothing to set; propose
	// makes a value for it that gives a free name.
	argument string
	follows  string // source of the name that this one is made from, "" if there is none
	propose  func(taken func(string) bool) string
	way      string // what to do where there is nothing to set
}

// source tells names that the same argument sets.
func (n generatedName) source() string { return n.argument + "@" + n.at.String() }

// checkNames rejects generated names which clash with each other or with the user's own declarations.
func (c *collector) checkNames() {
	var names []generatedName
	for _, d := range c.drafts {
		names = append(names, c.accessorNames(d)...)
		names = append(names, documentNames(d)...)
	}
	names = append(names, c.keyNames()...)
	for _, a := range c.out.Aggregates {
		names = append(names, c.aggregateNames(a)...)
	}

	all := map[string]bool{}
	for _, n := range names {
		all[n.name] = true
	}
	taken := func(name string) bool {
		_, user := c.out.Taken[name]
		return user || all[name]
	}
	// One wrong argument makes several names clash; it is reported once.
	reported := map[string]bool{}
	seen := map[string]generatedName{}
	for _, n := range names {
		first, generated := seen[n.name]
		declared, user := c.out.Taken[n.name]
		if !generated {
			seen[n.name] = n
		}
		if !generated && !user || reported[n.source()] || reported[n.follows] {
			continue
		}
		reported[n.source()] = true
		d := c.trail.report.Errorf(CodeNameClash, n.at, "%s is to be named %s, which is taken", n.what, n.name).WithPath(n.path...)
		if user {
			d.WithRelated(declared, "%s is declared here", n.name)
		} else {
			d.WithRelated(first.at, "by %s", first.what)
		}
		if n.argument == "" {
			d.WithHelp("%s", n.way)
			continue
		}
		d.WithHelp("set %s=%s", n.argument, n.propose(taken))
	}
}

// derivedNames are the names that come with an accessor, its own first.
func derivedNames(accessor string) []string {
	r, size := utf8.DecodeRuneInString(accessor)
	lower := string(unicode.ToLower(r)) + accessor[size:]
	// All dialects, for which of them are generated may be chosen anew by the command line.
	return []string{accessor, "New" + accessor, "load" + accessor,
		lower + "Definition", lower + "SQLite", lower + "Postgres", lower + "MySQL"}
}

// accessorNames are the accessor type and what is named after it.
func (c *collector) accessorNames(d *draft) []generatedName {
	propose := func(taken func(string) bool) string {
		busy := func(accessor string) bool {
			return slices.ContainsFunc(derivedNames(accessor), taken)
		}
		return firstFree(busy, d.Accessor+"Collection")
	}
	var list []generatedName
	for i, name := range derivedNames(d.Accessor) {
		what := "a function of collection " + d.Name
		switch i {
		case 0:
			what = "the accessor of collection " + d.Name
		case 1:
			what = "the constructor of collection " + d.Name
		}
		list = append(list, generatedName{name: name, what: what, at: d.accessorAt, path: d.trail.path, argument: "accessor", propose: propose})
	}
	return list
}

// aggregateNames are the accessor type of an aggregate and its constructor.
func (c *collector) aggregateNames(a *Aggregate) []generatedName {
	accessor := generatedName{
		name: a.Accessor, what: "the accessor of aggregate " + a.Name, at: a.Span, path: c.aggregateTrail(a.Name).path,
		way: "choose another name for the aggregate",
	}
	constructor := accessor
	constructor.name, constructor.what = "New"+a.Accessor, "the constructor of aggregate "+a.Name
	return []generatedName{accessor, constructor}
}

// documentNames are the document's type, those of its includes, and the functions that scan them.
func documentNames(d *draft) []generatedName {
	document := generatedName{
		name: d.Doc, what: "the document of collection " + d.Name, at: d.DocSpan, path: d.trail.path, argument: "doc",
	}
	list := document.withScan(singular(d.Accessor)+"Doc", d.Doc+"Tree")
	for _, n := range d.root.all()[1:] {
		inc := n.include
		for _, name := range levelTypes(inc) {
			g := generatedName{name: name, what: "the type of " + n.path(), at: inc.TypeSpan, path: n.trail.path, argument: "type"}
			if _, given := n.keys["type"]; !given {
				g.follows = document.source()
			}
			list = append(list, g.withScan(d.Doc+strings.Join(inc.Path, "")+"Item")...)
		}
	}
	return list
}

// withScan returns a type's name and that of its scan function. The first of the proposals for which
// both are free is proposed.
func (n generatedName) withScan(proposals ...string) []generatedName {
	n.propose = func(taken func(string) bool) string {
		busy := func(name string) bool { return taken(name) || taken("scan"+name) }
		return firstFree(busy, proposals...)
	}
	scan := n
	scan.name, scan.what = "scan"+n.name, "the scan function of "+strings.TrimPrefix(n.what, "the type of ")
	return []generatedName{n, scan}
}

// keyNames are the structs of composite keys: of roots, and of rows in lists.
func (c *collector) keyNames() []generatedName {
	var list []generatedName
	seen := map[*Entity]bool{}
	add := func(e *Entity, d *draft) {
		if e == nil || len(e.Key) < 2 || seen[e] {
			return
		}
		seen[e] = true
		list = append(list, generatedName{
			name: e.Name + "Key", what: "the key of " + e.Name, at: e.Span, path: d.trail.path,
			way: "rename the declaration of " + e.Name + "Key",
		})
	}
	for _, d := range c.drafts {
		add(d.Root, d)
		for _, n := range d.root.all()[1:] {
			if n.include.Relation.Kind.Many() {
				add(n.entity, d)
				add(n.through(), d)
			}
		}
	}
	return list
}
