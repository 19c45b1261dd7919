package model

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/denormgen/denormgen/gen/directive"
)

var collectionName = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// declare reads the `collection` lines, without what stands below them.
func (c *collector) declare(blocks []block) {
	documents := map[*Entity]bool{}
	for _, b := range blocks {
		if len(b.head.Pos) == 0 {
			continue // reported by directive
		}
		d := c.head(b)
		if d == nil || !c.nameDocument(d, !documents[d.Root]) {
			c.wrong[b.head.Pos[0].Value] = true
			continue
		}
		documents[d.Root] = true
		c.drafts = append(c.drafts, d)
	}
	// What is generated follows the order of the source.
	slices.SortStableFunc(c.drafts, func(a, b *draft) int { return a.block.index - b.block.index })
}

func (c *collector) head(b block) *draft {
	name := b.head.Pos[0]
	t := c.trail.below("collection " + name.Value)
	if !c.checkName(t, name, "a collection") {
		return nil
	}
	root := c.rootOf(t, b.head)
	if root == nil {
		return nil
	}
	d := &draft{
		Collection: &Collection{
			Name: name.Value, Root: root, Accessor: goName(name.Value), Version: 1,
			Span: name.Span, DocSpan: name.Span, Comment: c.commentOf(root),
		},
		trail:      t,
		root:       newRoot(t, root),
		block:      b,
		accessorAt: name.Span,
	}
	c.headArgs(d)
	return d
}

// checkName checks the name of what is a collection to the database: one or an aggregate.
func (c *collector) checkName(t trail, name directive.Arg, what string) bool {
	if !collectionName.MatchString(name.Value) {
		d := t.errorf(CodeCollectionName, name.Span, "%q is not the name of %s", name.Value, what)
		if fixed := strings.ReplaceAll(snakeName(name.Value), "-", "_"); collectionName.MatchString(fixed) {
			d.WithHelp("names are words in snake_case: %s", fixed).WithFix(name.Span, fixed)
		} else {
			d.WithHelp("names are words in snake_case, as in book_cards")
		}
		return false
	}
	if same := c.draft(name.Value); same != nil {
		t.errorf(CodeCollectionDuplicate, name.Span, "there is a collection %s in this package already", name.Value).
			WithRelated(same.Span, "the first one").WithHelp("choose another name")
		return false
	}
	if same := c.aggregateNamed(name.Value); same != nil {
		t.errorf(CodeCollectionDuplicate, name.Span, "there is an aggregate %s in this package already", name.Value).
			WithRelated(same.Span, "the first one").WithHelp("choose another name")
		return false
	}
	return true
}

// rootOf finds the model of a collection; nil where the model is wrong, which has been reported.
func (c *collector) rootOf(t trail, line *directive.Directive) *Entity {
	if line.Owner.Place == directive.OnType {
		return c.resolver.entityByName(c.pkg, line.Owner.Type.Name.Name)
	}
	of, given := line.Lookup("of")
	if !given {
		return nil
	}
	root := c.resolver.entityByName(c.pkg, of.Value)
	if root == nil && !c.isOurs(of.Value) {
		d := t.errorf(CodeCollectionOf, of.Span, "there is no model %q", of.Value)
		if suggest(d, wordOf(of), c.modelNames()); d.Help == "" {
			d.WithHelp("name a struct of this package, or as in shop.Book one of a package that its files import")
		}
	}
	return root
}

// isOurs tells whether a type is declared in a package that was loaded: where such a one is no model,
// the reason has been reported.
func (c *collector) isOurs(name string) bool {
	obj := c.resolver.lookupType(c.pkg, name)
	return obj != nil && obj.Pkg() != nil && c.resolver.byPath[obj.Pkg().Path()] != nil
}

func (c *collector) modelNames() []string {
	var names []string
	for _, e := range c.out.Entities {
		if e.Pkg == c.out.Path {
			names = append(names, e.Name)
		}
	}
	return names
}

func (c *collector) headArgs(d *draft) {
	for _, a := range d.block.head.Keyed {
		switch a.Key {
		case "accessor":
			if checkGoName(d.trail, a, d.Accessor) {
				d.Accessor, d.accessorAt = a.Value, a.Span
			}
		case "version":
			version, err := strconv.Atoi(a.Value)
			if err != nil || version < 1 {
				d.trail.errorf(CodeVersion, a.Span, "version is a whole number from 1, not %q", a.Value).
					WithHelp("write for example version=%d", 2)
				continue
			}
			d.Version = version
		case "ttl":
			ttl, err := time.ParseDuration(a.Value)
			if err != nil || ttl <= 0 {
				d.trail.errorf(CodeTTL, a.Span, "ttl is a positive duration, not %q", a.Value).
					WithHelp("write for example ttl=90s or ttl=1h30m")
				continue
			}
			d.TTL = ttl
		case "where":
			d.Where = d.root.predicate(d.trail, a)
		case "all":
			d.All = true
		case "extra":
			d.Extra = c.extra(d, a)
		}
	}
}

// nameDocument settles doc=, which all but the first collection of a model must give.
func (c *collector) nameDocument(d *draft, first bool) bool {
	a, given := d.block.head.Lookup("doc")
	switch {
	case given && checkGoName(d.trail, a, d.Root.Name+"Doc"):
		d.Doc, d.DocSpan = a.Value, a.Span
	case given:
		d.Doc = d.Root.Name + "Doc" // reported
	case first:
		d.Doc = d.Root.Name + "Doc"
	case d.block.head.Partial:
		return false
	default:
		taken := func(name string) bool {
			_, ok := c.out.Taken[name]
			return ok || slices.ContainsFunc(c.drafts, func(o *draft) bool { return o.Doc == name })
		}
		d.trail.errorf(CodeDocMissing, d.Span, "%s has a document type already, and a further collection needs one of its own", d.Root.Name).
			WithHelp("add doc=%s", firstFree(taken, singular(d.Accessor)+"Doc", d.Accessor+"Doc"))
		return false
	}
	return true
}

// checkGoName checks the name of something exported; proposal may be empty.
func checkGoName(t trail, a directive.Arg, proposal string) bool {
	if token.IsIdentifier(a.Value) && ast.IsExported(a.Value) {
		return true
	}
	if fixed := goName(a.Value); token.IsIdentifier(fixed) && ast.IsExported(fixed) && !strings.ContainsAny(a.Value, "(){};`\"") {
		proposal = fixed
	}
	d := t.errorf(CodeGoName, a.Span, "%q is not an exported Go name", a.Value)
	if proposal == "" {
		d.WithHelp("a name begins with a capital letter and has only letters and digits")
		return false
	}
	d.WithHelp("write %s=%s", a.Key, proposal).WithFix(a.Span, proposal)
	return false
}

// singular undoes the regular plurals.
func singular(name string) string {
	switch {
	case strings.HasSuffix(name, "ies") && len(name) > 4:
		return name[:len(name)-3] + "y"
	case strings.HasSuffix(name, "ss"), !strings.HasSuffix(name, "s"), len(name) < 3:
		return name
	default:
		return name[:len(name)-1]
	}
}

// firstFree returns the first name that is not taken, with a number behind the last one if all are.
func firstFree(taken func(string) bool, names ...string) string {
	for _, name := range names {
		if !taken(name) {
			return name
		}
	}
	last := names[len(names)-1]
	for n := 2; ; n++ {
		if name := last + strconv.Itoa(n); !taken(name) {
			return name
		}
	}
}
