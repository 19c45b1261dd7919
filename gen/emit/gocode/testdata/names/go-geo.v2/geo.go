// Package geo stands for a package of the user's module whose path does not end in its name.
package geo

// Point is a sql.Scanner.
type Point struct{ X, Y *float64 }

// Scan implements sql.Scanner.
func (p *Point) Scan(any) error { return nil }

// Place is a model.
type Place struct {
	ID int64
	p  Point
}

// Secret keeps its field used.
func (p *Place) Secret() Point { return p.p }
