package command

// doctor shows what is wrong.
type doctor struct {
	JSON bool `name:"json" help:"Print the findings as JSON."`
}

// Run installs nothing, which would mend some of what is found.
func (c *doctor) Run(s *session) error {
	report, err := s.engine.Doctor(s.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		err = s.printJSON(report.Findings)
	} else {
		err = s.print("%s", report)
	}
	if err == nil && !report.Healthy() {
		err = ErrFound
	}
	return err
}
