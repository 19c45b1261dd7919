package cli

import (
	"bytes"
	"fmt"

	"github.com/denormgen/denormgen/gen/diag"
)

// The values of --format.
const (
	formatText  = "text"
	formatJSON  = "json"
	formatSARIF = "sarif"
)

const codeRun diag.Code = "run-failed"

// report says what there is to say and returns outcome. Text is printed at once; JSON and SARIF are one value
// for the whole run, printed at its end.
func (s *session) report(list []*diag.Diagnostic, outcome error) error {
	if s.Format != formatText {
		s.pending, s.ran = append(s.pending, list...), true
		return outcome
	}
	if len(list) == 0 {
		return outcome
	}
	var text bytes.Buffer
	if err := diag.Text(&text, list, diag.Disk(s.dir)); err != nil {
		return fmt.Errorf("printing diagnostics: %w", err)
	}
	printed := text.Bytes()
	if s.colored() {
		printed = paint(printed)
	}
	if _, err := s.stderr.Write(printed); err != nil {
		return fmt.Errorf("printing diagnostics: %w", err)
	}
	return outcome
}

// fail says why a run could not be finished.
func (s *session) fail(err error) {
	if s.Format == formatJSON || s.Format == formatSARIF {
		report := &diag.Report{}
		report.Errorf(codeRun, diag.Span{}, "%v", err)
		s.pending, s.ran = append(s.pending, report.Sorted()...), true
		return
	}
	fmt.Fprintf(s.stderr, "denormgen: %v\n", err)
}

// finish prints what has been kept for the end.
func (s *session) finish() error {
	if !s.ran {
		return nil
	}
	list := diag.Relative(s.dir, s.pending)
	if s.Format == formatSARIF {
		return diag.SARIF(s.stderr, list)
	}
	return diag.JSON(s.stderr, list)
}
