package cli

import (
	"strings"

	"github.com/alecthomas/kong"
)

// longFlags lets long flags begin with one dash, as migration tools and the flag package have them:
// -dialect=postgres. Short ones stay what they are.
func longFlags(app *kong.Application, args []string) []string {
	known := map[string]bool{}
	for _, node := range append([]*kong.Node{app.Node}, app.Children...) {
		for _, flag := range node.Flags {
			known[flag.Name] = true
		}
	}
	long := make([]string, len(args))
	for i, arg := range args {
		if arg == "--" {
			copy(long[i:], args[i:])
			break
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		if strings.HasPrefix(arg, "-") && len(name) > 1 && known[name] {
			arg = "-" + arg
		}
		long[i] = arg
	}
	return long
}
