package denorm

import "strings"

// slab copies the texts of a batch into few large pieces of memory. They live together, as the lists of its documents do, which are cut
// out of one as well; what is cached is copied once more, for itself.
type slab struct {
	piece strings.Builder
	size  int
	held  []string // room for texts that are pointed to
}

const (
	firstPiece   = 512 // bytes; a batch of one document shall not take many
	largestPiece = 32 << 10
	largestHeld  = 256 // texts
)

// copy returns a copy of a text.
func (s *slab) copy(text []byte) string {
	if len(text) > s.piece.Cap()-s.piece.Len() {
		if len(text) > largestPiece/4 {
			return string(text)
		}
		for s.size = max(firstPiece, min(2*s.size, largestPiece)); s.size < len(text); {
			s.size *= 2
		}
		s.piece.Reset()
		s.piece.Grow(s.size)
	}
	start := s.piece.Len()
	s.piece.Write(text)
	return s.piece.String()[start:]
}

// hold returns a place for a text that is pointed to.
func (s *slab) hold() *string {
	if len(s.held) == cap(s.held) {
		s.held = make([]string, 0, min(2*cap(s.held)+1, largestHeld))
	}
	s.held = append(s.held, "")
	return &s.held[len(s.held)-1]
}
