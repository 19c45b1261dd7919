// Package mutants shows that each rule of coherence is needed: it takes one after the other out of a test build of
// the runtime, and looks whether the test that stands for the rule fails. The rules are named in
// runtime/internal/mutant, and the tests here.
package mutants
