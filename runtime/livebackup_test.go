package denorm_test

import "path/filepath"

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
	if err := conn.Raw(func(raw any) error { return copyBack(raw, path) }); err != nil {
		w.Fatal(err)
	}
}
