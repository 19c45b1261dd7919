// Package wire is the binary form of documents in caches, as generated code writes and reads it. The form
// has no types and no field names: reader and writer are of one shape, which the frame around it ensures.
//
// Integers are varints (signed ones in zigzag), floats their eight bits, texts and bytes have their length
// before them. A pointer is a mark and what it points to. Lists, maps and bytes have their length plus one
// before them, zero for nil. Every value takes at least one byte, so that a reader can check a length
// against what is left before it makes anything.
//
// A Decoder never panics. What a decoded document takes is bounded by the length of its bytes: no more than
// 64 times as much, or 200 times where there are maps, as an entry of a map takes room for eight; with an
// own type of the user that is encoded as JSON, what encoding/json makes of it comes on top.
package wire
