// Package naive builds the documents of package models the obvious way: from all rows of all tables, one
// document at a time, without any code of the product. It is what the product's documents are held against.
package naive
