package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/denormgen/denormgen/gen"
	"github.com/denormgen/denormgen/gen/emit/sqltext"
	explaining "github.com/denormgen/denormgen/gen/explain"
	"github.com/denormgen/denormgen/gen/plan"
)

type explain struct {
	Name    string   `arg:"" optional:"" placeholder:"NAME" help:"A collection (books), an aggregate (book_tags), a path (Authors.Country), a column (authors.name) or a field of a model (Author.Name); every collection and aggregate by default."`
	Package []string `short:"p" default:"." placeholder:"PKG" help:"Packages whose collections are meant."`
	JSON    bool     `name:"json" help:"Print JSON."`
	SQL     bool     `name:"sql" help:"Print the SQL that finds the documents of a change, as --dialect does."`
	Dialect string   `enum:",sqlite,postgres,mysql" default:"" placeholder:"DIALECT" help:"Whose SQL to print: sqlite, postgres or mysql; by default sqlite, or the first that the package generates."`
}

// Run prints what a name stands for.
func (c *explain) Run(s *session) error {
	options := gen.Options{Patterns: c.Package}
	if c.Dialect != "" {
		options.Dialects = []string{c.Dialect}
	}
	result, err := s.generate(options)
	if err != nil {
		return err
	}
	if len(result.Plans) == 0 {
		return errFailed
	}
	sources := c.sources(result)
	explanation := explaining.All(sources)
	if c.Name != "" {
		if explanation, err = explaining.Name(sources, c.Name); err != nil {
			var unknown *explaining.UnknownError
			if errors.As(err, &unknown) {
				return usageError{err}
			}
			return err
		}
	}
	if c.JSON {
		err = explanation.JSON(s.stdout)
	} else {
		err = explanation.Text(s.stdout)
	}
	if err != nil {
		return fmt.Errorf("printing the explanation: %w", err)
	}
	return nil
}

func (c *explain) sources(result gen.Result) []explaining.Source {
	var list []explaining.Source
	for _, p := range result.Plans {
		dialect := shownDialect(p.Package.Dialects)
		list = append(list, explaining.Source{
			Plan:    p,
			Dialect: dialect,
			SQL: func(of *plan.Collection) explaining.SQL {
				statements := result.Statements[of][dialect]
				sql := explaining.SQL{Roots: rootsText(statements.Roots), Loaders: statements.Loaders}
				if c.SQL || c.Dialect != "" {
					sql.Changes = changesText(statements.Depends)
				}
				return sql
			},
		})
	}
	return list
}

// rootsText is the statement that the runtime makes of the roots, with words in the place of keys.
func rootsText(roots sqltext.Roots) string {
	text := "SELECT t.* FROM " + roots.Table + " AS t WHERE "
	if roots.Filter != "" {
		text += "(" + roots.Filter + ") AND "
	}
	key := strings.Join(roots.Key, ", ")
	if len(roots.Key) > 1 {
		key = "(" + key + ")"
	}
	return text + key + " IN (the keys asked for)"
}

// changesText are the statements that find the documents of a change.
func changesText(depends []sqltext.Dependency) []string {
	texts := make([]string, len(depends))
	for i, d := range depends {
		texts[i] = d.Roots
	}
	return texts
}

// shownDialect prefers SQLite, whose SQL is the plainest.
func shownDialect(generated []string) string {
	const plainest = "sqlite"
	for _, dialect := range generated {
		if dialect == plainest {
			return dialect
		}
	}
	if len(generated) == 0 {
		return ""
	}
	return generated[0]
}
