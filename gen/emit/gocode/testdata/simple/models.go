// Package simple has a model without relations, and a column of every form.
package simple

import (
	"database/sql"
	"encoding/json"
	"time"
)

type Status string

type Blob []byte

type Meta struct{ Labels []string }

// Point is a sql.Scanner.
type Point struct{ X, Y float64 }

func (p *Point) Scan(any) error { return nil }

// Book is a title of the catalogue.
type Book struct {
	ID        int64
	Title     string
	Subtitle  *string
	Status    Status
	Grade     *Status
	Pages     int32
	Weight    *float32
	Rating    float64
	Flags     uint64
	Level     uint8
	InPrint   bool
	Cover     []byte
	Thumb     Blob
	Raw       json.RawMessage
	CreatedAt time.Time
	DeletedAt *time.Time
	Where     Point
	Else      *Point
	Meta      Meta
	Tree      map[string][][]string
	Tags      []string
	ISBN      sql.NullString
	Hash      [4]byte
}
