package output

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// scene is a folder with a file to update, one to remove and one to create.
func scene(t *testing.T) (dir string, changes []Change) {
	t.Helper()
	dir = t.TempDir()
	update := put(t, dir, "denorm.gen.go", generated+"// old\n")
	put(t, dir, "denorm_mysql.gen.go", generated)
	changes, err := Changes([]File{
		{filepath.Join(dir, "denorm_sqlite.gen.go"), []byte(generated)},
		{update, []byte(generated + "// new\n")},
	}, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	if got := kinds(changes); got != "denorm.gen.go update, denorm_mysql.gen.go orphan, denorm_sqlite.gen.go create" {
		t.Fatal(got)
	}
	return dir, changes
}

// TestEveryStepCanFail makes each file system operation of a write fail in turn: the folder must be as before.
func TestEveryStepCanFail(t *testing.T) {
	broken := errors.New("the disk is on fire")
	for n := 1; ; n++ {
		dir, changes := scene(t)
		before := folder(t, dir)
		count, failed := 0, false
		step := func() error {
			if count++; count == n {
				failed = true
				return broken
			}
			return nil
		}
		d := realDisk()
		d.create = func(path string, content []byte, mode fs.FileMode) error {
			if err := step(); err != nil {
				return err
			}
			return createFile(path, content, mode)
		}
		d.rename = func(from, to string) error {
			if err := step(); err != nil {
				return err
			}
			return os.Rename(from, to)
		}
		err := writeOn(d, changes)
		if !failed {
			if err != nil {
				t.Fatal(err)
			}
			if n != 7 {
				t.Errorf("%d steps were made to fail, want 3 files staged and 3 renames", n-1)
			}
			return
		}
		if !errors.Is(err, broken) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "nothing was changed") {
			t.Errorf("step %d: got %v", n, err)
		}
		if after := folder(t, dir); !maps.Equal(before, after) {
			t.Errorf("step %d: folder was\n%q\nis\n%q", n, before, after)
		}
	}
}

func TestRollBackThatFailsIsSaid(t *testing.T) {
	_, changes := scene(t)
	d := realDisk()
	renames := 0
	d.rename = func(from, to string) error {
		if renames++; renames > 1 {
			return errors.New("the disk is gone")
		}
		return os.Rename(from, to)
	}
	err := writeOn(d, changes)
	if err == nil || !strings.Contains(err.Error(), "run denormgen again") {
		t.Errorf("got %v", err)
	}
}

// TestRenameOntoFolder lets a folder take the target's name between comparing and writing.
func TestRenameOntoFolder(t *testing.T) {
	dir, changes := scene(t)
	last := filepath.Join(dir, "denorm_sqlite.gen.go")
	if err := os.MkdirAll(filepath.Join(last, "full"), 0o755); err != nil {
		t.Fatal(err)
	}
	before := folder(t, dir)
	if err := Write(changes); err == nil || !strings.Contains(err.Error(), last) {
		t.Errorf("got %v", err)
	}
	if after := folder(t, dir); !maps.Equal(before, after) {
		t.Errorf("folder was\n%q\nis\n%q", before, after)
	}
}

func TestUnwritableFolder(t *testing.T) {
	good := t.TempDir()
	bad := put(t, t.TempDir(), "models", "a file where a folder should be")
	err := Write([]Change{
		{Kind: Create, Path: filepath.Join(good, "denorm.gen.go"), New: []byte(generated)},
		{Kind: Create, Path: filepath.Join(bad, "denorm.gen.go"), New: []byte(generated)},
	})
	if err == nil || !strings.Contains(err.Error(), "into folder "+bad) {
		t.Errorf("got %v", err)
	}
	if got := folder(t, good); len(got) != 0 {
		t.Errorf("half-written: %q", got)
	}
}

func TestReadOnlyFolder(t *testing.T) {
	dir, changes := scene(t)
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o755)
	if os.Getuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("permissions do not hold root back")
	}
	before := folder(t, dir)
	if err := Write(changes); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), dir) {
		t.Errorf("got %v", err)
	}
	if after := folder(t, dir); !maps.Equal(before, after) {
		t.Errorf("folder was\n%q\nis\n%q", before, after)
	}
}

func TestLinksArePreserved(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	real := put(t, elsewhere, "real.go", generated+"// old\n")
	link := filepath.Join(dir, "denorm.gen.go")
	nowhere := filepath.Join(dir, "denorm_sqlite.gen.go")
	gone := filepath.Join(dir, "denorm_mysql.gen.go")
	kept := put(t, elsewhere, "kept.go", generated)
	for from, to := range map[string]string{link: real, nowhere: filepath.Join(elsewhere, "new.go"), gone: kept} {
		if err := os.Symlink(to, from); err != nil {
			t.Skip(err)
		}
	}
	changes, err := Changes([]File{{link, []byte(generated)}, {nowhere, []byte(generated)}}, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(changes); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, nowhere} {
		if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is no longer a link (%v)", path, err)
		}
	}
	want := map[string]string{"real.go": generated, "new.go": generated, "kept.go": generated}
	if got := folder(t, elsewhere); !maps.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if _, err := os.Lstat(gone); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the orphaned link is still there (%v)", err)
	}
}
