package ndjsonsink

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// FileOption changes how Open writes a file.
type FileOption func(*file)

// NoSync leaves it to the operating system when a batch gets to the disk (default: each batch is there before it counts as
// written). What a crash of the machine loses then is written again only by a full sync.
func NoSync() FileOption {
	return func(f *file) { f.noSync = true }
}

// file appends to a file.
type file struct {
	*os.File
	noSync bool
}

func openFile(path string, opts []FileOption) (*file, error) {
	// A file that is opened to append is written at its end also if somebody else has appended.
	opened, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	f := &file{File: opened}
	for _, opt := range opts {
		opt(f)
	}
	if err := f.prepare(); err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return f, nil
}

func (f *file) prepare() error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("open %s: it is not a regular file", f.Name())
	}
	if !f.noSync && info.Size() == 0 {
		if err := syncFolder(filepath.Dir(f.Name())); err != nil {
			return fmt.Errorf("write the file's name to disk: %w", err)
		}
	}
	return f.locked(f.mend)
}

// locked calls a function while no other process writes to the file.
func (f *file) locked(call func() error) error {
	if err := lock(f.File); err != nil {
		return fmt.Errorf("lock the file: %w", err)
	}
	err := call()
	if unlocking := unlock(f.File); err == nil && unlocking != nil {
		err = fmt.Errorf("unlock the file: %w", unlocking)
	}
	return err
}

func (f *file) write(lines []byte) error {
	return f.locked(func() error {
		if err := f.mend(); err != nil {
			return err
		}
		if _, err := f.Write(lines); err != nil {
			return err
		}
		if f.noSync {
			return nil
		}
		return f.Sync()
	})
}

func (f *file) close() error { return f.Close() }

// mend cuts off a line without an end: a process, this one or another, could not write all of it.
func (f *file) mend() error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	end, err := f.endOfLines(info.Size())
	if err == nil && end < info.Size() {
		err = f.cut(end, info.Size())
	}
	if err != nil {
		return fmt.Errorf("cut off a line without an end: %w", err)
	}
	return nil
}

// cut removes the part of a line from an offset on. Nothing is cut off a file that is somebody else's.
func (f *file) cut(at, size int64) error {
	begin := make([]byte, min(size-at, int64(len(lineBegin))))
	if _, err := f.ReadAt(begin, at); err != nil {
		return err
	}
	// Where the machine has crashed there may be zeros.
	if begin[0] != 0 && !strings.HasPrefix(lineBegin, string(begin)) {
		return errors.New("it is no line of this sink")
	}
	return f.Truncate(at)
}

// endOfLines looks for the last newline of a file of a size, and returns where the next line begins.
func (f *file) endOfLines(size int64) (int64, error) {
	block := make([]byte, 1) // mostly the last byte is one
	for size > 0 {
		part := block[:min(int64(len(block)), size)]
		if _, err := f.ReadAt(part, size-int64(len(part))); err != nil {
			return 0, err
		}
		size -= int64(len(part))
		if at := bytes.LastIndexByte(part, '\n'); at >= 0 {
			return size + int64(at) + 1, nil
		}
		if len(block) == 1 {
			block = make([]byte, 64<<10)
		}
	}
	return 0, nil
}
