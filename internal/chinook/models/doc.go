// Package models maps Chinook, a public sample database of a shop for music, and declares collections
// that between them use most of the annotation language. The tests of package chinook hold every
// document of theirs against hand-written SQL on every database.
//
// Money is NUMERIC(10,2) in the database and float64 here.
package models

//go:generate go run github.com/denormgen/denormgen/cmd/denormgen
