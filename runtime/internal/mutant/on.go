//go:build denormmutants

package mutant

import "os"

// Active tells whether the environment takes a rule out, by DENORM_MUTANT=name.
func Active(rule Rule) bool { return os.Getenv("DENORM_MUTANT") == string(rule) }
