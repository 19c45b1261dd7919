package denorm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/denormgen/denormgen/runtime/capture"
)

// Severity says how bad a Finding is.
type Severity string

// The severities, the worst first.
const (
	Refused  Severity = "refused"  // Engine.Install fails, or would
	Bypassed Severity = "bypassed" // some changes are not seen: documents may be old
	Warning  Severity = "warning"  // documents are right, but something costs, is missing or is not under way
	Note     Severity = "note"     // nothing is wrong
)

// Finding is one thing that Doctor found.
type Finding struct {
	Severity Severity
	// Subject is what the finding is about: "table books", "collection books", "local cache", "shared cache",
	// "engine", "database".
	Subject string
	Message string // lower-case, says what and why; it holds no document, no key and no password
	Remedy  string // what to do, SQL where that does it; may be empty
}

// String is the finding on one line.
func (f Finding) String() string {
	text := fmt.Sprintf("%s: %s: %s", f.Severity, f.Subject, f.Message)
	if f.Remedy != "" {
		text += " (" + f.Remedy + ")"
	}
	return text
}

// Report is what Doctor found, the worst first.
type Report struct {
	Findings []Finding
}

// Healthy tells whether documents are right: nothing is Refused or Bypassed.
func (r Report) Healthy() bool {
	return !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Severity == Refused || f.Severity == Bypassed })
}

// String has a line for each finding.
func (r Report) String() string {
	var text strings.Builder
	for _, finding := range r.Findings {
		text.WriteString(finding.String() + "\n")
	}
	return text.String()
}

func (r *Report) add(severity Severity, subject, message, remedy string) {
	r.Findings = append(r.Findings, Finding{Severity: severity, Subject: subject, Message: message, Remedy: remedy})
}

// Doctor looks for what is missing, old, disabled, slow or not under way: in the database's tables, triggers and
// settings, in the indexes that finding the documents of a change needs, in the shared cache, and in this engine.
// It changes nothing, may be called before Install, and is safe for concurrent use. It reads the database's
// catalog, so call it for people, at a start or every few minutes, and not for every request.
//
// An error means that the database could not be examined.
func (e *Engine) Doctor(ctx context.Context) (Report, error) {
	if e.closed.Load() {
		return Report{}, fmt.Errorf("examine denorm: %w", ErrClosed)
	}
	var report Report
	if err := e.registrationError(); err != nil {
		report.add(Refused, "engine", err.Error(), "")
	}
	problems, err := capture.Doctor(ctx, e.db, capture.Dialect(e.dialect), e.plansOf())
	if err != nil {
		return Report{}, fmt.Errorf("examine denorm: %w", err)
	}
	for _, problem := range problems {
		subject := "database"
		if problem.Table != (Table{}) {
			subject = "table " + problem.Table.String()
		}
		report.add(Severity(problem.Severity), subject, problem.Message, problem.Remedy)
	}
	e.examineSettings(&report)
	if l := e.live.Load(); l == nil {
		report.add(Warning, "engine", "nothing is installed by this engine: every document is read from the database", "call Engine.Install")
	} else if err := l.examine(ctx, &report); err != nil {
		return Report{}, fmt.Errorf("examine denorm: %w", err)
	}
	rank := []Severity{Refused, Bypassed, Warning, Note}
	slices.SortStableFunc(report.Findings, func(a, b Finding) int {
		return slices.Index(rank, a.Severity) - slices.Index(rank, b.Severity)
	})
	return report, nil
}

// examineSettings finds options that do not go together.
func (e *Engine) examineSettings(report *Report) {
	s := e.settings
	if reached := s.pollInterval + checkEvery(s.maxStaleness); s.maxStaleness < reached {
		report.add(Warning, "engine", fmt.Sprintf("MaxStaleness is %v, but looking for changes every %v shows caches to be no fresher than %v: they are bypassed most of the time",
			s.maxStaleness, s.pollInterval, reached), "raise WithMaxStaleness, or lower WithPollInterval")
	}
	if s.shared == nil && s.localBytes == 0 {
		report.add(Warning, "engine", "both caches are turned off: every document is read from the database", "use WithLocalCache or WithSharedCache")
	}
}

// examine looks at what an installed engine has under way.
func (l *live) examine(ctx context.Context, report *Report) error {
	if !l.running.Load() {
		report.add(Warning, "engine", "Run is not under way: this process follows no changes, so its caches are soon bypassed", "call Engine.Run in a goroutine of its own")
	}
	if doubt := l.doubt(); doubt != nil {
		report.add(Bypassed, "engine", "capture of changes is not known to be in place, so documents are read from the database: "+doubt.Error(), "")
	}
	now := time.Now()
	settings := l.engine.settings
	if settings.localBytes > 0 {
		l.examineAge(report, "local cache", age(&l.local, now))
	}
	if settings.shared != nil {
		l.examineShared(ctx, report)
		l.examineAge(report, "shared cache", age(&l.shared, now))
	}
	status, err := l.feed.Status(ctx)
	if err != nil {
		return err
	}
	if n := len(status.Aside); n > 0 {
		report.add(Warning, "collection "+status.Aside[0].Collection, fmt.Sprintf("a change could not be resolved, so all documents count as changed, at %s: %s (in all: %d)",
			status.Aside[0].At.UTC().Format(time.RFC3339), status.Aside[0].Error, n), "see Engine.Status; a column that was dropped needs go generate")
	}
	if status.Age > settings.maxStaleness {
		report.add(Warning, "engine", fmt.Sprintf("%d changes wait, the oldest for %v: caches are bypassed", status.Backlog, status.Age.Round(time.Millisecond)),
			"see that some process runs Engine.Run, and what it logs")
	}
	return l.examinePlans(ctx, report, now)
}

func (l *live) examineAge(report *Report, subject string, age time.Duration) {
	limit := l.engine.settings.maxStaleness
	switch {
	case age < 0:
		report.add(Warning, subject, "its age is not known: documents are read from the database", "see that Engine.Run is under way, and what it logs")
	case age > limit:
		report.add(Warning, subject, fmt.Sprintf("it is known to be fresh only up to %v ago, and MaxStaleness is %v: documents are read from the database", age.Round(time.Millisecond), limit),
			"see that Engine.Run is under way, and what it logs")
	}
}

// examineShared asks the shared cache for its mark, as the engine does.
func (l *live) examineShared(ctx context.Context, report *Report) {
	const subject = "shared cache"
	ctx, cancel := context.WithTimeout(ctx, l.engine.settings.cacheTimeout)
	defer cancel()
	mark, err := l.engine.settings.shared.Mark(ctx, l.markName)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		report.add(Warning, subject, fmt.Sprintf("it does not answer within CacheTimeout, %v", l.engine.settings.cacheTimeout), "see that it runs and can be reached; WithCacheTimeout gives it more time")
	case err != nil:
		report.add(Warning, subject, "it cannot be reached: "+err.Error(), "see that it runs and can be reached")
	case mark == "":
		report.add(Warning, subject, "it has no mark: it was emptied or is new, and counts as empty until a process runs Engine.Run", "")
	}
}

// examinePlans finds stored plans of other shapes of this program's collections.
func (l *live) examinePlans(ctx context.Context, report *Report, now time.Time) error {
	stored, err := capture.Plans(ctx, l.engine.db)
	if err != nil {
		return err
	}
	shapes := map[string]string{}
	for _, plan := range l.engine.plansOf() {
		shapes[plan.Collection] = plan.Shape
	}
	for _, plan := range stored {
		shape, ours := shapes[plan.Collection]
		if !ours || shape == plan.Shape {
			continue
		}
		lifetime := l.engine.settings.planLifetime
		report.add(Note, "collection "+plan.Collection, fmt.Sprintf("shape %s of application %s is stored too, another release: its last sign of life was %v ago, and changes are looked at for it",
			plan.Shape, plan.Application, now.Sub(plan.SeenAt).Round(time.Second)), fmt.Sprintf("nothing: it is retired %v after the last sign of life", lifetime))
	}
	return nil
}
