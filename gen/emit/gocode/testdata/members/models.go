// Package members has documents with every type, tag and method that encoding/json treats on its own.
package members

import (
	"errors"
	"strconv"
)

type Item struct{ ID int64 }

type (
	Flag   bool
	Level  int8
	Size   uint16
	Name   string
	Price  float32
	Ratio  float64
	Names  []Name
	Levels []Level
	Digest []byte
	Small  uint8
	Inner  struct{ A, B []string }
)

// Spoken is text by a method of the value, which does not count for keys.
type Spoken string

func (s Spoken) MarshalText() ([]byte, error) {
	if s == "aaa" {
		return nil, errors.New("not a text")
	}
	return []byte("<" + s + ">"), nil
}

// Ordinal is text as a key, too.
type Ordinal int

func (o Ordinal) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, -int64(o), 36), nil }

// Addressed is written by a method of its pointer.
type Addressed struct{ V string }

func (a *Addressed) MarshalJSON() ([]byte, error) {
	if a.V == "aaa" {
		return []byte(a.V), nil
	}
	return []byte(`{ "len" : ` + strconv.Itoa(len(a.V)) + `, "html": "<" }`), nil
}

// Missing has its own idea of zero.
type Missing int

func (m Missing) IsZero() bool { return m%2 == 0 }

// MarshalJSON hides the fields.
func (d *ItemDocOwn) MarshalJSON() ([]byte, error) {
	return []byte(strconv.Quote(strconv.FormatInt(d.ID, 36))), nil
}

// IsZero has its own idea of zero.
func (d ItemDocZero) IsZero() bool { return d.ID%2 == 0 }

// Extra is embedded, and hides and is hidden.
type Extra struct {
	Flag  Flag   `json:"note"`
	Text  string `json:"text"`
	Other *Inner `json:"id"`
}
