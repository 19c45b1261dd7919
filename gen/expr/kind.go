package expr

import "fmt"

// String names the kind for messages, with its article.
func (k Kind) String() string {
	switch k {
	case Bool:
		return "a condition"
	case Int:
		return "a whole number"
	case Float:
		return "a float"
	case Text:
		return "a text"
	case Bytes:
		return "bytes"
	case Time:
		return "a time"
	case Opaque:
		return "of a type of its own"
	default:
		return fmt.Sprintf("kind %d", int(k))
	}
}

func (k Kind) numeric() bool { return k == Int || k == Float }

// comparable tells whether values of the two kinds can be equal.
func comparable(x, y Kind) bool { return x == y && x != Bytes || x.numeric() && y.numeric() }

// ordered tells whether values of the kind are less or greater than one another.
func (k Kind) ordered() bool { return k.numeric() || k == Text || k == Time }
