package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// other is the second process: this program, started again.
type other struct {
	command *exec.Cmd
	stdin   io.Closer
	stdout  io.Reader
}

func startSecond(ctx context.Context, s settings) (*other, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	// It is not killed with the context but ends with its input, so that it closes what it opened.
	command := exec.CommandContext(context.WithoutCancel(ctx), program,
		"-second", "-driver", s.driver, "-dsn", s.dsn, "-redis", s.redis, "-book", fmt.Sprint(s.book))
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("starting the second process: %w", err)
	}
	return &other{command: command, stdin: stdin, stdout: stdout}, nil
}

// read hands over what the process sees, until it ends.
func (o *other) read(show func(sighting)) error {
	lines := bufio.NewReader(o.stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading from the second process: %w", err)
		}
		var one sighting
		if err := json.Unmarshal(line, &one); err != nil {
			return fmt.Errorf("reading from the second process: %w", err)
		}
		show(one)
	}
}

// end tells the process to end.
func (o *other) end() {
	_ = o.stdin.Close() // where it is closed the process has ended
}

// wait waits for the process, whose output was read to its end.
func (o *other) wait() error {
	if err := o.command.Wait(); err != nil {
		return fmt.Errorf("the second process: %w", err)
	}
	return nil
}

// redisServer is a Redis server of the example's own, or none.
type redisServer struct {
	command *exec.Cmd
	socket  string // "" if Redis is not installed
}

func startRedis(dir string) (*redisServer, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return &redisServer{}, nil
	}
	r := &redisServer{socket: filepath.Join(dir, "redis.sock")}
	r.command = exec.Command(program, "--port", "0", "--unixsocket", r.socket, "--save", "", "--appendonly", "no", "--dir", dir)
	apart(r.command) // from Ctrl-C, which is for the two processes first
	if err := r.command.Start(); err != nil {
		return nil, fmt.Errorf("starting Redis: %w", err)
	}
	const patience = 10 * time.Second
	for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(r.socket); err == nil {
			return r, nil
		}
		if time.Since(begun) > patience {
			r.stop()
			return nil, errors.New("redis did not start in time")
		}
	}
}

func (r *redisServer) stop() {
	if r.command != nil {
		_ = r.command.Process.Kill() // it keeps nothing
		_ = r.command.Wait()
	}
}
