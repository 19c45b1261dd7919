package command

import (
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"

	denorm "github.com/denormgen/denormgen/runtime"
)

// sync fills a sink.
type sync struct {
	Sink        string   `arg:"" optional:"" help:"Name of the sink."`
	Collections []string `arg:"" name:"collection" optional:"" help:"Collections; all that the sink holds by default."`
	Rate        int      `placeholder:"N" help:"Write at most N documents a second."`
}

func (c *sync) Run(s *session) error {
	if err := s.engine.Install(s.ctx); err != nil {
		return err
	}
	opts := []denorm.SyncOption{denorm.SyncCollections(c.Collections...), denorm.SyncReports(s.progress())}
	if c.Rate > 0 {
		opts = append(opts, denorm.SyncRate(c.Rate))
	}
	return s.engine.Sync(s.ctx, c.Sink, opts...)
}

// logEvery is how often progress is logged where there is no terminal.
const logEvery = 10 * time.Second

// progress shows how far a full sync has come: as a bar on a terminal, as log lines elsewhere. The end of each collection
// is printed.
func (s *session) progress() func(denorm.SyncProgress) {
	var bar *progressbar.ProgressBar
	var logged time.Time
	onTerminal := terminal(s.stderr)
	return func(p denorm.SyncProgress) {
		switch {
		case p.Done:
			if bar != nil {
				_ = bar.Finish() // the bar is an ornament
				bar = nil
			}
			_ = s.print("%s: %d documents of %s written, %d removed\n", p.Sink, p.Written, p.Collection, p.Removed)
		case onTerminal:
			if bar == nil {
				bar = progressbar.NewOptions(p.Total, progressbar.OptionSetWriter(s.stderr), progressbar.OptionSetDescription(p.Collection),
					progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("documents"),
					progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
			}
			_ = bar.Set(min(int(p.Written), p.Total)) // there may be more by now than there were
		case time.Since(logged) > logEvery:
			logged = time.Now()
			s.logger.Info("denorm: filling a sink", "sink", p.Sink, "collection", p.Collection, "written", p.Written, "removed", p.Removed,
				"of", p.Total, "resumed", p.Resumed, "for", time.Since(p.Begun).Round(time.Second).String())
		}
	}
}

// terminal tells whether somebody watches.
func terminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && isatty.IsTerminal(file.Fd())
}
