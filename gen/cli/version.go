package cli

import (
	"fmt"
	"runtime/debug"
)

type version struct{}

// Run prints the version of the module that the command was built from.
func (*version) Run(s *session) error {
	_, err := fmt.Fprintf(s.stdout, "denormgen %s\n", moduleVersion())
	return err
}

func moduleVersion() string {
	const module = "github.com/denormgen/denormgen"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	found := info.Main
	for _, dep := range info.Deps {
		if dep.Path == module {
			found = *dep
		}
	}
	if found.Replace != nil {
		found = *found.Replace
	}
	if found.Version == "" {
		return "(devel) " + info.GoVersion
	}
	return found.Version + " " + info.GoVersion
}
