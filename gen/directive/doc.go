// Package directive is the annotation language: `//denorm:VERB [positional ...] [key=value ...]`.
//
// One table, [Verbs], holds every verb with the places where it may stand and the arguments it takes.
// [Scan] checks source files against it, [Help], [HelpVerb] and [Markdown] print it, and suggestions
// are drawn from it, so that they cannot disagree. What the words mean for a model (whether a field or
// a path exists, whether an expression has a type) is decided later, in package model.
package directive
