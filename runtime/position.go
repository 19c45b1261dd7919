package denorm

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/denormgen/denormgen/runtime/internal/relay"
)

// Position is a place in the feed of changes, as text that can be stored: everything up to it has been seen.
// Positions of one database can be resumed after any pause; where the feed has been pruned or rewound in
// between, that is noticed.
type Position string

// Now is the end of the feed at the time of the call.
const Now Position = "now"

// Version returns the version of documents that were loaded at the position. Now, the empty position and text
// that is none have no version, which is reported as false.
func (p Position) Version() (Version, bool) {
	at, err := relay.ParsePosition(string(p))
	if err != nil {
		return Version{}, false
	}
	return Version{Epoch: uint64(at.Epoch), Seq: uint64(at.Seq)}, true
}

// Version is a point in the feed of changes: a document of a greater version is newer. The zero Version
// means that the position is not known, as before Install.
type Version struct {
	Epoch uint64 // counts the lives of the feed
	Seq   uint64 // position within the life
}

// Compare returns -1, 0 or 1 as v is older than, equal to or newer than w.
func (v Version) Compare(w Version) int {
	switch {
	case v == w:
		return 0
	case v.Epoch < w.Epoch, v.Epoch == w.Epoch && v.Seq < w.Seq:
		return -1
	default:
		return 1
	}
}

// String renders a version as "epoch.seq".
func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Epoch, v.Seq) }

// seqDigits is how many digits half of a sortable version has: as many as the largest number.
const seqDigits = 20

// Sortable is a text of 41 bytes whose order is that of versions, for stores that compare texts.
func (v Version) Sortable() string {
	return fmt.Sprintf("%0*d.%0*d", seqDigits, v.Epoch, seqDigits, v.Seq)
}

// ParseSortable reads what Version.Sortable made. The error shows nothing of the text, which may be anybody's.
func ParseSortable(text string) (v Version, err error) {
	if len(text) != 2*seqDigits+1 || text[seqDigits] != '.' {
		return Version{}, fmt.Errorf("read a version: a text of %d bytes is none", len(text))
	}
	if v.Epoch, err = strconv.ParseUint(text[:seqDigits], 10, 64); err == nil {
		v.Seq, err = strconv.ParseUint(text[seqDigits+1:], 10, 64)
	}
	if err != nil {
		return Version{}, errors.New("read a version: it has no two numbers")
	}
	return v, nil
}
