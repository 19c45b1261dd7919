package denorm_test

import (
	"path/filepath"

	modernc "modernc.org/sqlite"
)

// backup copies the database file, and restore puts a copy back, as the shell's .backup and .restore do.
func (w *world) backup() (path string) {
	w.Helper()
	path = filepath.Join(w.TempDir(), "backup.db")
	w.exec(`VACUUM INTO ?`, path)
	return path
}

func (w *world) restore(path string) {
	w.Helper()
	conn, err := w.db.Conn(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(raw any) error {
		copying, err := raw.(interface {
			NewRestore(from string) (*modernc.Backup, error)
		}).NewRestore(path)
		if err != nil {
			return err
		}
		if _, err := copying.Step(-1); err != nil {
			return err
		}
		return copying.Finish()
	})
	if err != nil {
		w.Fatal(err)
	}
}
