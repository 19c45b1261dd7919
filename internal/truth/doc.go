// Package truth holds the product against random data: tests change a database at random and compare
// every document with one that a naive builder makes, one row at a time and without any code of the
// product. The annotated schema is in package models; package later is a later release of it.
package truth
