// Package history changes the tables of package naive, at random or in step, for tests.
package history
