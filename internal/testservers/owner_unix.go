//go:build unix

package testservers

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// owner is the user that a server runs as; nil is the one that runs the tests.
type owner struct{ credential *syscall.Credential }

// unprivileged is the caller, or nobody if that is root: PostgreSQL refuses to run as root.
func unprivileged() (owner, error) {
	if os.Geteuid() != 0 {
		return owner{}, nil
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return owner{}, fmt.Errorf("finding a user that is not root: %w", err)
	}
	uid, err := strconv.ParseUint(nobody.Uid, 10, 32)
	if err != nil {
		return owner{}, fmt.Errorf("reading the user id of nobody: %w", err)
	}
	gid, err := strconv.ParseUint(nobody.Gid, 10, 32)
	if err != nil {
		return owner{}, fmt.Errorf("reading the group id of nobody: %w", err)
	}
	return owner{credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// take makes the owner own the folder.
func (o owner) take(dir string) error {
	if o.credential == nil {
		return nil
	}
	return os.Chown(dir, int(o.credential.Uid), int(o.credential.Gid))
}

// run makes the command run as the owner, apart from the process group of the tests.
func (o owner) run(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Credential: o.credential, Setpgid: true}
}
