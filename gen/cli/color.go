package cli

import (
	"bytes"
	"os"
	"regexp"
)

// colored tells whether diagnostics are to be coloured: on a terminal, unless the user's NO_COLOR
// (see no-color.org) or a dumb terminal speaks against it.
func (s *session) colored() bool {
	switch s.Color {
	case "always":
		return true
	case "never":
		return false
	}
	file, ok := s.stderr.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

const (
	bold   = "\x1b[1m"
	red    = "\x1b[1;31m"
	yellow = "\x1b[1;33m"
	cyan   = "\x1b[36m"
	plain  = "\x1b[0m"
)

// paint colours the text form of diagnostics: the first line of each, the carets, and the help.
func paint(text []byte) []byte {
	head := regexp.MustCompile(`^(\S.*?): (error|warning): (.*)$`)
	caret := regexp.MustCompile(`^(\s*\|\s*)(\^+.*)$`)
	help := regexp.MustCompile(`^(\s*)(help:)`)
	var out bytes.Buffer
	for line := range bytes.Lines(text) {
		body := bytes.TrimSuffix(line, []byte("\n"))
		switch {
		case head.Match(body):
			tone := red
			if string(head.FindSubmatch(body)[2]) == "warning" {
				tone = yellow
			}
			body = head.ReplaceAll(body, []byte(bold+"${1}: "+tone+"${2}"+plain+": "+bold+"${3}"+plain))
		case caret.Match(body):
			body = caret.ReplaceAll(body, []byte("${1}"+red+"${2}"+plain))
		case help.Match(body):
			body = help.ReplaceAll(body, []byte("${1}"+cyan+"${2}"+plain))
		}
		out.Write(body)
		out.Write(line[len(bytes.TrimSuffix(line, []byte("\n"))):])
	}
	return out.Bytes()
}
