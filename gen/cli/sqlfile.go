package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sqlFile is a file that the command writes, without the number at its beginning.
type sqlFile struct{ name, content string }

// write prints the script or makes files of it.
func (c *sqlCommand) write(s *session, made script) error {
	if c.Out == "" {
		text := made.goose()
		if c.layout == layoutPlain {
			text = made.plain(made.statements.Up)
		}
		if c.Down {
			text = made.plain(made.statements.Down)
		}
		if _, err := fmt.Fprint(s.stdout, text); err != nil {
			return fmt.Errorf("printing statements: %w", err)
		}
		return nil
	}
	dir := c.Out
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(s.dir, dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing statements: %w", err)
	}
	files := []sqlFile{{"denorm.up.sql", made.migrate(made.statements.Up)}, {"denorm.down.sql", made.migrate(made.statements.Down)}}
	digits := 0
	switch c.layout {
	case layoutPlain:
		files[0].content, files[1].content = made.plain(made.statements.Up), made.plain(made.statements.Down)
	case layoutGoose:
		files, digits = []sqlFile{{"denorm.sql", made.goose()}}, 5
	case layoutMigrate:
		digits = 3
	}
	prefix := ""
	if digits > 0 {
		number, same, err := nextMigration(dir, files[0], digits, time.Now())
		if err != nil {
			return fmt.Errorf("looking at the migrations that are there: %w", err)
		}
		if same {
			return s.say("the last migration of %s says the same", c.Out)
		}
		prefix = number + "_"
	}
	for _, file := range files {
		path := filepath.Join(dir, prefix+file.name)
		if err := os.WriteFile(path, []byte(file.content), 0o644); err != nil {
			return fmt.Errorf("writing statements: %w", err)
		}
		if err := s.say("wrote %s", filepath.Join(c.Out, prefix+file.name)); err != nil {
			return err
		}
	}
	return nil
}

// say tells on one line what was done, if that is wanted.
func (s *session) say(format string, args ...any) error {
	if !s.Verbose {
		return nil
	}
	_, err := fmt.Fprintf(s.stderr, "denormgen: "+format+"\n", args...)
	return err
}

// nextMigration is the number of the next migration in a folder: one more than the highest, or the time
// where that is how they are numbered, or one. The last one of ours that has the same content is enough.
func nextMigration(dir string, file sqlFile, digits int, now time.Time) (number string, same bool, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", false, err
	}
	numbered := regexp.MustCompile(`^(\d+)_(.+)$`)
	var highest, ours uint64
	var last string
	for _, entry := range entries {
		match := numbered.FindStringSubmatch(entry.Name())
		if match == nil {
			continue
		}
		n, err := strconv.ParseUint(match[1], 10, 64)
		if err != nil {
			continue
		}
		if n >= highest {
			highest, digits = n, len(match[1])
		}
		if match[2] == file.name && n >= ours {
			ours, last = n, entry.Name()
		}
	}
	if last != "" {
		content, err := os.ReadFile(filepath.Join(dir, last))
		if err != nil {
			return "", false, err
		}
		if string(content) == file.content {
			return "", true, nil
		}
	}
	next := highest + 1
	const stamp = "20060102150405"
	if digits == len(stamp) {
		written, err := strconv.ParseUint(now.UTC().Format(stamp), 10, 64)
		if err != nil {
			return "", false, err
		}
		next = slices.Max([]uint64{next, written})
	}
	text := strconv.FormatUint(next, 10)
	return strings.Repeat("0", max(0, digits-len(text))) + text, false, nil
}
