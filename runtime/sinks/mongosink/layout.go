package mongosink

import (
	"fmt"
	"strings"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Names in a stored document.
const (
	idField      = "_id"
	ownField     = "_denorm"
	versionField = ownField + ".version"
	deletedField = ownField + ".deleted"
)

// own is what a document has of the sink's, at its root.
type own struct {
	Version string `bson:"version"`
}

// stored is what the sink reads of a document.
type stored struct {
	ID  string `bson:"_id"`
	Own own    `bson:"_denorm"`
}

// escape writes the name of a collection so that it can be that of one in MongoDB: letters, digits and -_~, everything
// else by its bytes. Dots are among those, so that no name is one of the server's own.
func escape(collection string) string {
	if collection == "" {
		return "%" // stands for nothing else, for two digits follow there
	}
	const digits = "0123456789ABCDEF"
	var text strings.Builder
	for i := range len(collection) {
		if c := collection[i]; isPlain(c) {
			text.WriteByte(c)
		} else {
			text.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return text.String()
}

func isPlain(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	default:
		return c == '-' || c == '_' || c == '~'
	}
}

// checkFields tells whether documents with these fields at their root can be stored, and others' fields kept beside them:
// an update takes a dot for a path, and a dollar for an operator.
func checkFields(fields []string) error {
	for _, name := range fields {
		if err := checkField(name); err != nil {
			return fmt.Errorf("%w: the field %q %w", denorm.ErrValue, name, err)
		}
	}
	return nil
}

func checkField(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("has no name")
	case name == idField, name == ownField:
		return fmt.Errorf("has a name that is the sink's")
	case strings.HasPrefix(name, "$"), strings.ContainsAny(name, ".\x00"):
		return fmt.Errorf("has a name with a dot, a dollar in front or U+0000")
	}
	return nil
}
