package cli

import (
	"fmt"
	"slices"

	"github.com/alecthomas/kong"
	"github.com/denormgen/denormgen/gen/directive"
)

type help struct {
	Topic []string `arg:"" optional:"" help:"A command, or annotations with the name of one or without."`
}

const topicAnnotations = "annotations"

// Run prints help on a topic.
func (c *help) Run(s *session) error {
	if len(c.Topic) == 0 {
		return s.usage(nil)
	}
	if c.Topic[0] != topicAnnotations {
		if len(c.Topic) > 1 || !slices.Contains(s.commands(), c.Topic[0]) {
			return usageError{unknown("topic", c.Topic[0], append(s.commands(), topicAnnotations))}
		}
		return s.usage(c.Topic)
	}
	switch len(c.Topic) {
	case 1:
		return directive.Help(s.stdout)
	case 2:
		return c.verb(s, c.Topic[1])
	default:
		return usageError{fmt.Errorf("help annotations takes one annotation, not %d", len(c.Topic)-1)}
	}
}

func (c *help) verb(s *session, name string) error {
	var names []string
	for _, verb := range directive.Verbs() {
		names = append(names, verb.Name)
	}
	if !slices.Contains(names, name) {
		return usageError{unknown("annotation", name, names)}
	}
	return directive.HelpVerb(s.stdout, name)
}

// commands are the names of all commands.
func (s *session) commands() []string {
	var names []string
	for _, command := range s.parser.Model.Children {
		names = append(names, command.Name)
	}
	return names
}

// usage prints how the command that args name is called, or the program if they name none.
func (s *session) usage(args []string) error {
	traced, err := kong.Trace(s.parser, args)
	if err != nil {
		return usageError{err}
	}
	// Kong selects the default command where none is named; the program's own help is wanted then.
	named := slices.ContainsFunc(args, func(arg string) bool {
		return traced.Selected() != nil && arg == traced.Selected().Name
	})
	if !named {
		traced.Path = traced.Path[:1]
	}
	if err := traced.PrintUsage(false); err != nil {
		return fmt.Errorf("printing help: %w", err)
	}
	return nil
}
