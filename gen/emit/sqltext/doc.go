// Package sqltext renders plans as SQL text, one dialect at a time. The shape of statements stands in
// the templates; expressions, whose parts nest, are put together here.
//
// All names are quoted and all values of annotations are inlined as literals, for partial indexes and
// triggers need constants. The text holds no placeholders.
package sqltext
