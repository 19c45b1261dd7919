// Package later is what package models becomes one release later, over the same tables: some collections have
// another shape, two are new, and those that stay as they are are not here. That release has no collections
// opinions and shelves any more.
package later

//go:generate go run github.com/denormgen/denormgen/cmd/denormgen
