package sqlsink

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	denorm "github.com/denormgen/denormgen/runtime"
)

// place is where the documents of a target are.
type place struct {
	view, table string
	mark        string // of the table, and of the view while it shows the table
	fields      []string
	paths       [][]string
}

// object is a table, view or index that is there.
type object struct {
	exists, view bool
	mark         string // "" where it is not a sink's
}

const (
	maxName   = 63 // bytes, which PostgreSQL cuts off without a word
	markBegin = "denorm sink "
	hashSize  = 16
	markSize  = len(markBegin) + 2*hashSize + 1
)

func (s *Sink) place(target *denorm.SinkTarget) (*place, error) {
	view := s.prefix + target.Collection
	if err := checkName(view); err != nil {
		return nil, fmt.Errorf("the view's name %q %w", view, err)
	}
	return &place{
		view: view, table: fit(view + "_" + target.Shape),
		mark:   markBegin + hash(target.Collection) + " " + hash(target.Shape),
		fields: target.Fields, paths: s.paths[target.Collection],
	}, nil
}

// ownsView tells whether what has the view's name is a view of the same collection.
func (p *place) ownsView(found object) bool {
	end := len(markBegin) + hashSize
	return found.view && len(found.mark) == markSize && found.mark[:end] == p.mark[:end]
}

func checkName(name string) error {
	switch {
	case name == "":
		return errors.New("is empty")
	case len(name) > maxName:
		return fmt.Errorf("is longer than %d bytes", maxName)
	case !isText(name):
		return errors.New("is not text")
	}
	return nil
}

// isText tells whether every database can have the text, in whatever encoding.
func isText(text string) bool {
	return utf8.ValidString(text) && !strings.Contains(text, "\x00")
}

// fit shortens a name that is too long, so that different ones stay different.
func fit(name string) string {
	if len(name) <= maxName {
		return name
	}
	begin := name[:maxName-hashSize-1]
	for !utf8.ValidString(begin) {
		begin = begin[:len(begin)-1]
	}
	return begin + "_" + hash(name)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:hashSize/2])
}

// markIn finds a mark in a comment or a definition.
func markIn(text string) string {
	at := strings.Index(text, markBegin)
	if at < 0 || len(text) < at+markSize {
		return ""
	}
	return text[at : at+markSize]
}

// columnName names a path, as a column or after a table.
func columnName(path []string) string { return fit("by_" + strings.Join(path, "_")) }

func (p *place) indexName(column string) string { return fit(p.table + "_" + column) }

// jsonPath is a path of fields as SQLite, MySQL and MariaDB read it.
func jsonPath(fields ...string) string {
	var path strings.Builder
	path.WriteByte('$')
	for _, field := range fields {
		path.WriteByte('.')
		path.WriteString(jsonText(field))
	}
	return path.String()
}

// jsonText writes a text in quotes, with no more escapes than it needs: SQLite compares some names as they are written.
func jsonText(text string) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return `""`
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// literal quotes a text for databases in which a backslash stands for itself.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// doubled quotes a name in the standard's way.
func doubled(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// fieldsOf are the fields of two tables' documents: none of them is anybody else's.
func fieldsOf(a, b *place) []string {
	all := slices.Concat(a.fields, b.fields)
	slices.Sort(all)
	return slices.Compact(all)
}
