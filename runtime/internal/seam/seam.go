// Package seam lets packages of the runtime, and nobody else, use what the runtime exports for them.
package seam

// Permit is the argument that only packages below runtime/ can name.
type Permit struct{}
