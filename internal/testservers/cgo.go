//go:build cgo

package testservers

const builtWithCgo = true
