// Package load reads the user's packages: syntax with comments, and types, in one pass. Generated files
// of earlier runs are seen as empty, so that stale or broken ones never stop a run.
package load

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Package is one package of the user's module. All packages of one Load share a Fset and the identity
// of their types.
type Package struct {
	Path       string
	Name       string
	Dir        string
	Fset       *token.FileSet
	Files      []*ast.File // in the order of FileNames; own generated ones are left out
	FileNames  []string    // absolute
	Types      *types.Package
	Info       *types.Info
	ModulePath string
	// Requested tells that a pattern named the package; others were loaded because one of those
	// imports them.
	Requested bool
	// Broken tells that a file does not parse or that the package imports itself, which has been
	// reported: what is missing may be there.
	Broken bool
	// TypeErrors are what the type checker found. They are no reason to stop: names that are yet to be
	// generated are among them.
	TypeErrors []types.Error
}
