package denorm

// Version is a position in the feed of changes: a document of a greater version is newer. The zero
// Version means that the position is not known, as it always is in this release.
type Version struct {
	Epoch uint64 // counts the lives of the feed
	Seq   uint64 // position within the life
}
