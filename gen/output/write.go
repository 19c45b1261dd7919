package output

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// Write carries out the changes, all or none. Every new content is first written to a hidden file
// beside its target, so that a full disk or a folder without write permission shows before anything
// is touched; then each file is replaced by a rename, and orphans are removed. When a step fails,
// those before it are undone and the hidden files removed.
//
// Files that are the same keep their modification time, replaced ones their permissions, and a link
// keeps pointing at its file, whose content is replaced.
func Write(changes []Change) error { return writeOn(realDisk(), changes) }

// disk is what Write does to the file system, so that tests can make each step fail.
type disk struct {
	create func(path string, content []byte, mode fs.FileMode) error // fails if path exists
	rename func(from, to string) error
	remove func(path string) error
}

func realDisk() disk {
	return disk{create: createFile, rename: os.Rename, remove: os.Remove}
}

func createFile(path string, content []byte, mode fs.FileMode) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if mode != newFileMode { // the umask has cut it, but an existing file's mode is to be kept
		err = errors.Join(err, file.Chmod(mode))
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

const newFileMode fs.FileMode = 0o644

// step is one file on its way: staged holds the new content, backup the old one.
type step struct {
	target string
	staged string // "" for an orphan
	backup string // "" for a new file
}

func writeOn(d disk, changes []Change) (err error) {
	var steps []step
	defer func() {
		for _, s := range steps {
			err = errors.Join(err, d.discard(s.staged), d.discard(s.backup))
		}
	}()
	for _, change := range changes {
		if change.Kind == Same {
			continue
		}
		s, err := d.stage(change)
		steps = append(steps, s)
		if err != nil {
			return fmt.Errorf("writing generated code into folder %s (nothing was changed): %w", filepath.Dir(s.target), err)
		}
	}
	for i, s := range steps {
		if err := d.commit(s); err != nil {
			if undo := d.rollBack(steps[:i]); undo != nil {
				return fmt.Errorf("replacing %s: %w; putting the old files back failed too, run denormgen again: %w", s.target, err, undo)
			}
			return fmt.Errorf("replacing %s (nothing was changed): %w", s.target, err)
		}
	}
	return nil
}

// stage writes what the change will need, so that committing it is only a matter of renames.
func (d disk) stage(change Change) (step, error) {
	if change.Kind == Orphan {
		return step{target: change.Path, backup: hidden(change.Path)}, nil
	}
	target, err := follow(change.Path)
	s := step{target: target}
	if err != nil {
		return s, err
	}
	mode := newFileMode
	if change.Kind == Update {
		info, err := os.Stat(target)
		if err != nil {
			return s, err
		}
		mode = info.Mode().Perm()
		backup := hidden(target)
		if err := d.create(backup, change.Old, mode); err != nil {
			return s, err
		}
		s.backup = backup
	}
	staged := hidden(target)
	if err := d.create(staged, change.New, mode); err != nil {
		return s, err
	}
	s.staged = staged
	return s, nil
}

func (d disk) commit(s step) error {
	if s.staged == "" {
		return d.rename(s.target, s.backup)
	}
	return d.rename(s.staged, s.target)
}

// rollBack undoes committed steps, the last first, and goes on past failures.
func (d disk) rollBack(steps []step) error {
	var failed error
	for i := len(steps) - 1; i >= 0; i-- {
		s := steps[i]
		if s.backup == "" {
			failed = errors.Join(failed, d.remove(s.target))
		} else {
			failed = errors.Join(failed, d.rename(s.backup, s.target))
		}
	}
	return failed
}

// discard removes a hidden file if it is still there.
func (d disk) discard(path string) error {
	if path == "" {
		return nil
	}
	if err := d.remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing a temporary file: %w", err)
	}
	return nil
}

// hidden names a new file beside path which the go command ignores.
func hidden(path string) string {
	dir, name := filepath.Split(path)
	return filepath.Join(dir, "."+name+"."+strconv.FormatUint(rand.Uint64(), 36)+".tmp")
}

// follow resolves links, also where the last one points at a file that does not exist yet.
func follow(path string) (string, error) {
	const tooMany = 40
	for range tooMany {
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
		if err != nil {
			return path, err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			return path, nil
		}
		link, err := os.Readlink(path)
		if err != nil {
			return path, err
		}
		if !filepath.IsAbs(link) {
			link = filepath.Join(filepath.Dir(path), link)
		}
		path = link
	}
	return path, fmt.Errorf("%s: too many links", path)
}
