package cli

import (
	"bytes"
	"context"
	"testing"
)

func TestArguments(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{[]string{"--help"}, 0, "Usage: denormgen <command>", ""},
		{[]string{"-h"}, 0, "denormgen ./...", ""},
		{[]string{"help"}, 0, "Usage: denormgen <command>", ""},
		{[]string{"check", "--help"}, 0, "Usage: denormgen check [<packages> ...]", ""},
		{[]string{"help", "explain"}, 0, "Usage: denormgen explain", ""},
		{[]string{"help", "generate"}, 0, "Usage: denormgen generate", ""},
		{[]string{"help", "chek"}, 2, "", `did you mean "check"?`},
		{[]string{"help", "annotations"}, 0, "include", ""},
		{[]string{"help", "annotations", "include"}, 0, "depth", ""},
		{[]string{"help", "annotations", "inclde"}, 2, "", `did you mean "include"?`},
		{[]string{"help", "annotations", "include", "omit"}, 2, "", "one annotation, not 2"},
		{[]string{"help", "quantum"}, 2, "", "there are generate, check"},
		{[]string{"version"}, 0, "denormgen ", ""},
		{[]string{"chek", "./..."}, 2, "", `unknown command "chek": did you mean "check"?`},
		{[]string{"--nonsense"}, 2, "", "unknown flag --nonsense"},
		{[]string{"check", "--format", "xml"}, 2, "", `--format must be one of`},
		{[]string{"explain", "a", "b"}, 2, "", "unexpected argument b"},
		{[]string{"explain", "--dialect", "oracle"}, 2, "", "--dialect must be one of"},
		{[]string{"-C", dir + "/nowhere"}, 2, "", "no such file"},
		{[]string{"version", "extra"}, 2, "", "unexpected argument extra"},
	} {
		var stdout, stderr bytes.Buffer
		code := Run(context.Background(), test.args, nil, &stdout, &stderr)
		t.Run("", func(t *testing.T) {
			outcome{code, stdout.String(), stderr.String()}.wants(t, test.code, test.stdout, test.stderr)
		})
	}
}

func TestPaint(t *testing.T) {
	text := "a.go:1:2: error: wrong [x]\n  1 | foo\n    | ^^^\n  help: write bar\n"
	want := "\x1b[1ma.go:1:2: \x1b[1;31merror\x1b[0m: \x1b[1mwrong [x]\x1b[0m\n  1 | foo\n    | \x1b[1;31m^^^\x1b[0m\n  \x1b[36mhelp:\x1b[0m write bar\n"
	if got := string(paint([]byte(text))); got != want {
		t.Errorf("got %q", got)
	}
}
