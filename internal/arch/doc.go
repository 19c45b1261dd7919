// Package arch has tests only: they hold the tree to ARCHITECTURE.md. Which package may import which,
// which modules each may depend on, what a user's program links, and habits that a compiler does not
// check.
package arch
