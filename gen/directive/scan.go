package directive

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/denormgen/denormgen/gen/diag"
)

// Scan returns the directives of a file which was parsed with its comments, in order, and reports
// everything in the denorm: namespace that is not right. A directive that is not returned has been
// reported; so has what an incomplete one lacks (see Directive.Partial). Places ignore //line comments.
func Scan(fset *token.FileSet, file *ast.File, report *diag.Report) []Directive {
	s := scanner{
		lineReader: lineReader{table: Verbs(), report: report},
		fset:       fset,
		sites:      bind(fset, file),
	}
	for _, group := range file.Comments {
		s.group(group)
	}
	return s.found
}

type scanner struct {
	lineReader
	fset  *token.FileSet
	sites *sites
	found []Directive
}

// line is a directive of a group.
type line struct {
	Directive
	verb Verb
	text string
	// lost stands for a line that has been reported and was meant to be a collection: those below it
	// are dropped in silence.
	lost bool
}

func (s *scanner) group(group *ast.CommentGroup) {
	lines := s.lines(group)
	if len(lines) == 0 {
		return
	}
	at := s.sites.of(group)
	if at.owner.Place == Detached && !lines[0].lost && lines[0].Verb != "collection" {
		at = s.alone(group, at, lines[0].verb)
	}
	b := block{scanner: s, once: map[string]diag.Span{}}
	for _, l := range lines {
		l.Owner, l.Group = at.owner, int(group.Pos())
		switch {
		case l.lost:
			b.inside, b.lost = true, true
		case b.lost && l.verb.Block:
		case s.placed(&l, at):
			b.line(&l)
		case l.Verb == "collection":
			b.inside, b.lost = true, true
		}
	}
}

// lines reads the group's directives and reports what is none.
func (s *scanner) lines(group *ast.CommentGroup) []line {
	var lines []line
	for _, c := range group.List {
		start := s.span(c)
		if strings.HasPrefix(c.Text, "/*") {
			s.blockComment(c.Text, start)
			continue
		}
		if !isDirective(c.Text) {
			if m, ok := s.nearMiss(c.Text); ok {
				s.reportNear(c.Text, start, m)
				if strings.EqualFold(m.verb, "collection") {
					lines = append(lines, line{lost: true})
				}
			}
			continue
		}
		d, v, ok := s.verb(c.Text, start)
		if ok || diag.Suggest(d.Verb, []string{"collection"}) != "" {
			lines = append(lines, line{Directive: d, verb: v, text: c.Text, lost: !ok})
		}
	}
	return lines
}

func (s *scanner) span(c *ast.Comment) diag.Span {
	p := s.fset.PositionFor(c.Pos(), false)
	return diag.Span{File: p.Filename, Line: p.Line, Col: p.Column, Width: len(c.Text)}
}

func (s *scanner) blockComment(text string, start diag.Span) {
	n, from, to, ok := s.inBlock(text)
	if !ok {
		return
	}
	at := start
	at.Line += n
	if n > 0 {
		at.Col = 1
	}
	at.Col += from
	at.Width = to - from
	e := s.report.Errorf(CodeNearMiss, at, "a directive does not stand in a /* */ comment").
		WithHelp("write it as a line of its own that begins with %s", prefix)
	if !strings.Contains(text, "\n") {
		rest := strings.TrimPrefix(strings.TrimSuffix(text[from:], "*/"), "denorm:")
		e.WithFix(start, prefix+strings.TrimSpace(rest))
	}
}

// alone says what to do about a detached group which does not begin with a collection.
func (s *scanner) alone(group *ast.CommentGroup, at site, first Verb) site {
	at.reason = "apart from any declaration"
	if name, place := s.sites.next(group); slices.Contains(first.Places, place) {
		at.help = "if it belongs to " + name + ", remove the blank line between them"
	}
	return at
}

// placed reports a directive that stands where it may not.
func (s *scanner) placed(l *line, at site) bool {
	var e *diag.Diagnostic
	switch {
	case at.reason != "":
		e = s.report.Errorf(CodeMisplaced, l.VerbSpan, "%q stands %s", "denorm:"+l.Verb, at.reason)
		if at.help != "" {
			e.WithHelp("%s", at.help)
		}
	case !slices.Contains(l.verb.Places, at.owner.Place):
		e = s.report.Errorf(CodeMisplaced, l.VerbSpan, "%q stands %s", "denorm:"+l.Verb, at.owner.Place.here())
	default:
		return true
	}
	e.WithHelp("%q may stand %s", l.Verb, l.verb.where())
	return false
}

// here says where a directive stands that may not stand there.
func (p Place) here() string {
	switch p {
	case OnPackage:
		return "in the package's doc comment"
	case OnType:
		return "above a struct type"
	case OnField:
		return "above a field"
	case OnFunc:
		return "above a function or method"
	default:
		return "among the lines of a collection with of="
	}
}

// block goes through the lines of one group.
type block struct {
	*scanner
	inside bool
	lost   bool // the collection line above was reported: its lines are dropped in silence
	once   map[string]diag.Span
}

func (b *block) line(l *line) {
	if l.verb.Planned {
		b.report.Errorf(CodeNotAvailable, verbOf(&l.Directive), "%q is not available yet", l.Verb).
			WithHelp("remove the line until a release has it")
		return
	}
	ok := b.args(&l.Directive, l.verb, l.text)
	if l.Verb == "collection" {
		b.inside = true
		b.lost = !ok || !b.root(l)
		ok = !b.lost
	}
	if l.verb.Block {
		ok = b.below(l) && ok
	}
	if first, twice := b.once[l.Verb]; twice && l.verb.Once {
		b.report.Errorf(CodeDuplicate, l.VerbSpan, "%q stands here twice", "denorm:"+l.Verb).
			WithRelated(first, "the first is here").
			WithHelp("remove one of them")
		return
	}
	b.once[l.Verb] = l.VerbSpan
	if ok {
		b.found = append(b.found, l.Directive)
	}
}

// root checks that a collection names its root where, and only where, no struct type does.
func (b *block) root(l *line) bool {
	of, given := l.Lookup("of")
	switch detached := l.Owner.Place == Detached; {
	case detached && !given && !l.Partial:
		b.report.Errorf(CodeMissingArgument, l.VerbSpan, "collection %q stands apart from any struct type and has no of=", l.Pos[0].Value).
			WithHelp("add of=MODEL, or move the lines directly above the model")
		return false
	case detached && !given:
		return false
	case !detached && given:
		b.report.Errorf(CodeMisplaced, of.KeySpan, "of= stands above a struct type").
			WithHelp("remove it: the root is %s", l.Owner.Type.Name.Name).
			WithHelp("or write the collection in a comment of its own, a blank line away from any declaration")
		return false
	}
	return true
}

// below checks that a line which says something about a collection has one above it.
func (b *block) below(l *line) bool {
	if !b.inside {
		b.report.Errorf(CodeMisplaced, l.VerbSpan, "%q has no collection line above it", "denorm:"+l.Verb).
			WithHelp("put a line %scollection NAME above it", prefix)
	}
	return b.inside && !b.lost
}
