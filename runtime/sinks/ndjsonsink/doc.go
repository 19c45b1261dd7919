// Package ndjsonsink is a denorm.Sink that writes newline-delimited JSON: to a file, to a pipe, or to whatever else is
// an io.Writer.
//
//	sink, err := ndjsonsink.Open("books.ndjson")
//	...
//	defer sink.Close()
//	engine, err := denorm.Open(ctx, db, denorm.WithSink("file", sink))
//
// # What is written
//
// Each write of a document is a line, and so is its deletion:
//
//	{"collection":"books","key":"42","epoch":1700000000,"seq":7,"document":{"title":"…"}}
//	{"collection":"books","key":"42","epoch":1700000000,"seq":9,"document":null}
//
// Readers take, for each collection and key, the line with the greatest version, by epoch and then by seq: lines come
// repeatedly, and an older one may come later. Both numbers are unsigned and of 64 bits, of which JavaScript and jq do not
// keep all digits. A key is the text that the feed has for it.
//
// The lines of a batch are one write, and the last byte of each is its newline. Whoever reads along takes a line when its
// newline is there, and, of a file, begins again where the line began if that is not yet the case: what a crash has left of a
// line is cut off before the next one is written.
//
// # Limits
//
// The sink is write-only: Keys and Get return errors.ErrUnsupported, so a full sync (Engine.Sync) writes all documents
// anew, but no deletions of those that went while nobody followed. To be rid of these, and of old lines, stop the
// program, remove the file, start the program and have it do a full sync.
//
// On unix, but for Solaris and AIX, several processes may append to one file, which they lock for each batch; elsewhere each
// needs a file of its own. A file that was renamed is written on until the sink is closed.
package ndjsonsink
