// Package docs has tests only: they hold README.md and the pages below docs/ to the code. Every fenced
// block of a page says in an HTML comment before it where it comes from:
//
//	<!-- from: example/bookstore/models/book.go -->  the block stands in that file, up to indentation
//	<!-- run in: example/bookstore/models -->        "$ command" and what it prints when run in that folder
//	<!-- quick start: main.go -->                    a file of the module that TestQuickStart makes
//	<!-- quick start -->                             commands that TestQuickStart runs there, and what they print
//	<!-- commands -->                                commands of which each is run by a test or by CI
//
// In a block that is compared, a line of three dots (in a comment, where the language needs one) stands for
// any number of left-out lines.
//
// Pages made from code (annotations.md, errors.md and runtime.md of docs/reference), and what commands print where
// nothing is left out, are rewritten by go test ./internal/docs -update, which fails all the same.
package docs
