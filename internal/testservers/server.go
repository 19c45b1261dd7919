package testservers

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"time"
)

const (
	setupTimeout = 2 * time.Minute // making the data directory, on a busy machine
	startTimeout = time.Minute     // until the server answers
)

// server is a running database server.
type server struct {
	admin     *sql.DB
	databases atomic.Int64 // how many were made, for their names

	dsn          func(database string) string
	create, drop func(database string) string // SQL
}

// supervise runs the server and waits for the end of its standard input, which comes when the test
// process is gone: normally, by a panic, a timeout or a kill. Then it stops the server and clears up. That
// needs no hook in the tests and leaves nothing behind.
//
// $1 is the folder, $2 the signal, the rest is the server's command line.
const supervise = `
dir=$1 signal=$2
shift 2
"$@" </dev/null &
server=$!
read -r _
kill -s "$signal" "$server" 2>/dev/null
wait "$server"
rm -rf "$dir"
`

// home is the folder of one server and the user it runs as.
type home struct {
	dir   string
	owner owner
}

// newHome makes a folder below /tmp: socket paths are limited to about 100 bytes, and the server may run
// as a user who cannot enter the caller's TMPDIR.
func newHome(name string) (home, error) {
	dir, err := os.MkdirTemp("/tmp", "denorm-"+name+"-")
	if err != nil {
		return home{}, fmt.Errorf("making a folder for %s: %w", name, err)
	}
	owner, err := unprivileged()
	if err == nil {
		err = owner.take(dir)
	}
	if err != nil {
		os.RemoveAll(dir)
		return home{}, fmt.Errorf("handing the folder of %s to the user it runs as: %w", name, err)
	}
	return home{dir: dir, owner: owner}, nil
}

func (h home) path(name string) string { return filepath.Join(h.dir, name) }

// start makes a server that begin has prepared and started; admin connects to the named database.
func (h home) start(driver string, dsn func(string) string, begin func(admin *sql.DB) error, database string) (*server, error) {
	admin, err := sql.Open(driver, dsn(database))
	if err == nil {
		err = begin(admin)
	}
	if err != nil {
		if admin != nil {
			admin.Close()
		}
		os.RemoveAll(h.dir)
		return nil, err
	}
	return &server{admin: admin, dsn: dsn}, nil
}

// run runs a command that prepares the folder.
func (h home) run(name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), setupTimeout)
	defer cancel()
	command := h.command(ctx, name, args...)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("running %s: %w\n%s", filepath.Base(name), err, bytes.TrimSpace(output))
	}
	return nil
}

// serve starts a server that is to be stopped by the signal, and waits until db answers. The caller
// removes the folder after an error.
func (h home) serve(db *sql.DB, signal, name string, args ...string) error {
	log, err := os.Create(h.path("log"))
	if err != nil {
		return fmt.Errorf("making the log of %s: %w", filepath.Base(name), err)
	}
	defer log.Close()
	command := h.command(context.Background(), "/bin/sh", append([]string{"-c", supervise, "supervise", h.dir, signal, name}, args...)...)
	command.Stdout, command.Stderr = log, log
	stdin, err := command.StdinPipe()
	if err != nil {
		return fmt.Errorf("making the pipe that ends %s: %w", filepath.Base(name), err)
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", filepath.Base(name), err)
	}
	// Waiting holds on to the pipe: it must not be collected, and closed, before the process ends.
	go command.Wait()
	if err := ready(db); err != nil {
		err = fmt.Errorf("waiting for %s: %w\n%s", filepath.Base(name), err, h.logTail())
		stdin.Close()
		return err
	}
	return nil
}

// command is one that runs in the folder as its owner, and in a process group of its own so that an
// interrupt from the terminal does not reach it before the tests have ended.
func (h home) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = h.dir
	command.Env = append(os.Environ(), "HOME="+h.dir, "TMPDIR="+h.dir, "LC_ALL=C")
	h.owner.run(command)
	return command
}

// ready waits until the server answers.
func ready(db *sql.DB) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// logTail is the end of the server's log, for a message.
func (h home) logTail() string {
	log, err := os.Open(h.path("log"))
	if err != nil {
		return err.Error()
	}
	defer log.Close()
	const tail = 4 << 10
	if info, err := log.Stat(); err == nil && info.Size() > tail {
		log.Seek(-tail, io.SeekEnd)
	}
	text, _ := io.ReadAll(log)
	return string(text)
}

// find looks for a program in the folders of PATH and then in those that match the patterns, the
// highest version first.
func find(program string, patterns ...string) (string, bool) {
	if os.Getenv(Required) == "0" {
		return "", false
	}
	if path, err := exec.LookPath(program); err == nil {
		return path, true
	}
	for _, pattern := range patterns {
		matches, _ := filepath.Glob(filepath.Join(pattern, program))
		for i := len(matches) - 1; i >= 0; i-- {
			if info, err := os.Stat(matches[i]); err == nil && info.Mode()&0o111 != 0 {
				return matches[i], true
			}
		}
	}
	return "", false
}
