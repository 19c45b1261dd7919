package mutants

import (
	"bytes"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMutants runs, for every rule, the test that stands for it in a build without the rule: it has to fail there,
// and to pass where no rule is taken out.
func TestMutants(t *testing.T) {
	if os.Getenv("DENORMGEN_MUTANTS") == "" {
		t.Skip("takes minutes; set DENORMGEN_MUTANTS=1, or run .ci/run mutants")
	}
	folder := t.TempDir()
	binaries := map[string]string{} // by package
	whole := map[string]bool{}      // by test: it passes with all rules in place
	proved := proofs()
	for _, rule := range slices.Sorted(maps.Keys(proved)) {
		p := proved[rule]
		t.Run(rule, func(t *testing.T) {
			binary, ok := binaries[p.pkg]
			if !ok {
				binary = build(t, folder, p.pkg)
				binaries[p.pkg] = binary
			}
			name := p.pkg + " " + p.test
			if !whole[name] {
				if output, err := run(t, binary, "", p); err != nil || !ran(output) {
					t.Fatalf("%s does not pass with all rules in place: %v\n%s", name, err, tail(output))
				}
				whole[name] = true
			}
			output, err := run(t, binary, rule, p)
			failed := regexp.MustCompile(`(?m)^--- FAIL: (\S+)`).FindStringSubmatch(output)
			switch {
			case err == nil:
				t.Errorf("%s survives %s", rule, p.test)
			case failed == nil, strings.Contains(output, "\npanic: "): // a panic, or out of time
				t.Errorf("%s does not fail, but ends otherwise without %s: %v\n%s", p.test, rule, err, tail(output))
			default:
				t.Logf("%s → %s", rule, failed[1])
			}
		})
	}
}

// build makes the test binary of a package below runtime/, from which rules can be taken out.
func build(t *testing.T, folder, pkg string) string {
	t.Helper()
	binary := filepath.Join(folder, filepath.Base(pkg)+".test")
	command := exec.CommandContext(t.Context(), "go", "test", "-tags", "denormmutants", "-c", "-o", binary, ".")
	command.Dir = filepath.Join(runtimeFolder, pkg)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("build the tests of %s: %v\n%s", pkg, err, output)
	}
	return binary
}

// run runs a test in a build without a rule, "" for none.
func run(t *testing.T, binary, rule string, p proof) (output string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, binary, "-test.v", "-test.run", p.test, "-test.timeout", "60s")
	command.Dir = filepath.Join(runtimeFolder, p.pkg)
	command.Env = append(os.Environ(), "DENORM_MUTANT="+rule)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err = command.Run()
	return out.String(), err
}

// ran tells whether a test, and no skip, was found.
func ran(output string) bool {
	return strings.Contains(output, "--- PASS") && !strings.Contains(output, "--- SKIP")
}

// tail is the end of an output.
func tail(output string) string {
	const most = 3000
	if len(output) > most {
		return "…" + output[len(output)-most:]
	}
	return output
}
