//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package ndjsonsink

import (
	"errors"
	"os"
	"syscall"
)

// lock waits until nobody else has the file locked. A process that dies lets go of it.
func lock(f *os.File) error { return flock(f, syscall.LOCK_EX) }

func unlock(f *os.File) error { return flock(f, syscall.LOCK_UN) }

func flock(f *os.File, how int) error {
	for {
		if err := syscall.Flock(int(f.Fd()), how); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// syncFolder writes the names of a folder's files to disk.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
