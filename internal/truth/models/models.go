// Package models is a library's database with every kind of relation and every option of an include, so
// that random data can find what goes wrong where they meet.
package models

//go:generate go run github.com/denormgen/denormgen/cmd/denormgen
