// Package forms has documents with every type that computed values and columns of JSON may have.
package forms

import (
	"net/netip"
	"strconv"
)

type Item struct{ ID int64 }

type (
	Level  int8
	Names  []Name
	Name   string
	Price  float32
	Digest []byte
	Inner  struct{ A, B []string }
)

// Version has a binary form of its own.
type Version struct{ major, minor byte }

// NewVersion makes a version.
func NewVersion(major, minor byte) Version { return Version{major, minor} }

func (v Version) MarshalBinary() ([]byte, error) { return []byte{v.major, v.minor}, nil }

func (v *Version) UnmarshalBinary(data []byte) error {
	if len(data) != 2 {
		return strconv.ErrRange
	}
	v.major, v.minor = data[0], data[1]
	return nil
}

// Address is a type without any form but JSON.
type Address struct{ netip.Addr }
