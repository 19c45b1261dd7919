// Package depth has a tree by self-reference.
package depth

type Category struct {
	ID       int64
	ParentID *int64
	Name     string
}
