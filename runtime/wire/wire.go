// Package wire is the binary form of documents in caches, as generated code writes and reads it.
package wire

// Encoder appends values to a buffer.
type Encoder struct{ buf []byte }

// Decoder reads values from a buffer.
type Decoder struct{ buf []byte }
