//go:build !unix

package testservers

import "os/exec"

// owner is the user that a server runs as.
type owner struct{}

func unprivileged() (owner, error) {
	return owner{}, missingError{what: "a unix shell", install: "unix to start servers on"}
}

func (owner) take(string) error { return nil }

func (owner) run(*exec.Cmd) {}
