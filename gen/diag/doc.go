// Package diag holds what the generator has to say to its user: diagnostics with exact places, how
// they are collected over a run, and how they are printed for people ([Text]) and programs ([JSON],
// [SARIF]). It is a leaf: it knows nothing of Go syntax, annotations or SQL.
//
// # Style of messages
//
// The message, the place and the way out are three different things, and each has its own field.
//
// The place. Point at the smallest run of bytes that has to change: the one wrong word of a list, not
// the list; the key, not the line. Where something is missing, point at what asks for it. A second
// place that explains the first (the earlier of two duplicates, the field that a path ends at) is a
// [Related], not a position spelled out in the message.
//
// The message says what is wrong, in one sentence:
//
//   - lower case at the start, no full stop at the end, no "error:" and no "invalid input";
//   - the user's own words stand in double quotes as they were written: unknown field "Titel";
//   - in terms of the user's models and annotations, never of the generator's inner parts;
//   - what is, not what ought to be: `field "Tags" has no column`, not `field must have a column`;
//   - short enough for one terminal line next to file:line:col; facts of the case, no advice;
//   - no blame, no jokes, no exclamation marks, no "please".
//
// The help says a way out, apart from the message: what to write, if possible as a line to paste. Did
// the user mean a word that exists, [Diagnostic.WithSuggestion] finds it. Where two readings are
// possible, the help lists both and chooses none. One thought per call of [Diagnostic.WithHelp].
//
// The fix is for one span and nothing else, and applying it gives a line that is right as far as the
// reporting stage can see. No fix is better than one that guesses.
//
// The path says what led to a place which the user did not write in this context, outermost first:
// "collection books", "include Authors". It is left out where the place itself says as much.
//
// The code names the kind of problem for good: two or three lower-case words joined by hyphens, a
// noun phrase (unknown-field, duplicate-key). Codes are typed constants of the package that reports
// them, in its codes.go; a code is never given a second meaning.
//
// A stage reports and goes on. It leaves out what only follows from an earlier error: a reader should
// be able to trust that each message is a thing to repair.
//
// The separation of message, places, help and fixes, and keeping the rules beside the code, follow
// the experimental report package of protocompile (github.com/bufbuild/protocompile), which in turn
// credits rustc.
package diag
