package mutants

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// proof is the test that has to fail where a rule is taken out: a pattern as of `go test -run`, in a package below
// runtime/.
type proof struct{ pkg, test string }

const (
	engine = "."
	relay  = "internal/relay"
	local  = "internal/local"
)

// proofs are by rule.
func proofs() map[string]proof {
	return map[string]proof{
		"kill-stops-fill":     {engine, "^TestKillStopsStaleFill$/^local$"},
		"no-join-after-kill":  {engine, "^TestNobodyJoinsALoadFromBeforeAWrite$/^local$"},
		"flight-age":          {local, "^TestOldFlightIsReplaced$"},
		"join-by-lease":       {engine, "^TestSharedReaderJoinsByLease$"},
		"lease-before-load":   {engine, "^TestKillStopsStaleFill$/^shared$"},
		"local-after-fill":    {engine, "^TestLocalHoldsWhatSharedAccepted$"},
		"shared-first":        {engine, "^TestLocalComesBehindShared$"},
		"age-check":           {engine, "^TestNothingFollows$/^local$"},
		"generation-check":    {engine, "^TestCaptureIsMended$/^the_table_is_rebuilt$/^shared$"},
		"frame-key":           {engine, "^TestValueOfAnotherKey$"},
		"frame-sum":           {engine, "^TestForeignValues$/^shared$"},
		"kill-all-shapes":     {engine, "^TestTwoReleases$"},
		"missing-mark":        {engine, "^TestMissingMark$/^both$"},
		"replay-first":        {engine, "^TestReadsDuringReplay$/^shared$"},
		"replay-empties":      {engine, "^TestReadFromBeforeReplay$"},
		"waits-for-lease":     {engine, "^TestHolderOfALeaseHasDied$/^shared$"},
		"lineage-check":       {engine, "^TestFailoverThatAnotherProcessMended$"},
		"own-bytes":           {engine, "^TestLooseKeys$/^local$"},
		"absence-bytes":       {engine, "^TestLooseKeys$/^shared$"},
		"replica-head":        {engine, "^TestLaggingReplica$"},
		"derived-events":      {engine, "^TestAggregate$/^local$"},
		"build-in-turn":       {engine, "^TestAggregateBuildsInTurn$"},
		"source-errors":       {engine, "^TestAggregateOfWhatFails$"},
		"build-head":          {engine, "^TestAggregateOfALaggingReplica$"},
		"late-own-writes":     {engine, "^TestAggregateOwnWrites$/^local$"},
		"own-write-kill":      {engine, "^TestOwnWrites$/^both$"},
		"own-write-bypass":    {engine, "^TestOwnWritesThatCannotBeKilled$/^both$"},
		"deferred-first":      {engine, "^TestDeferredTriggers$"},
		"unknown-commit":      {engine, "^TestUnknownCommit$/^local$"},
		"fingerprint-check":   {engine, "^TestCaptureIsMended$/^a_trigger_is_dropped$/^local$"},
		"looks-bound":         {engine, "^TestNothingIsFresherThanTheLastLook$"},
		"answers-trusted":     {engine, "^TestAnswerThatComesLate$"},
		"learn-first":         {engine, "^TestNothingIsProvenBeforeItIsKnown$"},
		"retired-plans":       {engine, "^TestRetiredPlans$/^local$"},
		"watermark-candidate": {engine, "^TestNothingIsProvenByWaitingChanges$/^local$"},
		"counter-lock":        {relay, "^TestOneRelayAtATime$/^postgres$"},
		"read-committed":      {relay, "^TestWritersDoNotWaitForClaims$/^mysql$"},
		"both-sides":          {engine, "^TestMovedRows$/^local$"},
		"version-first":       {engine, "^TestChangeWhileSinkLoads$"},
		"sync-version-first":  {engine, "^TestChangeWhileSyncLoads$"},
		"sync-event":          {engine, "^TestSyncRepairs$"},
		"one-shape":           {engine, "^TestNewReleaseTakesSinkOver$"},
		"work-waits":          {relay, "^TestBatchesAndFanOut$/^sqlite$"},
		"floor-horizon":       {relay, "^TestFloor$"},
		"floor-follows":       {relay, "^TestFloorOfARestoredLog$"},
		"server-clock":        {relay, "^TestClocksAnHourOff$"},
		"recent-stamp":        {relay, "^TestRecentOfAnotherHistory$/^sqlite$"},
		"rewind-check":        {relay, "^TestRewoundFeed$/^sqlite$"},
		"log-rewind":          {relay, "^TestRewoundLog$/^sqlite$"},
		"rewound-waits":       {relay, "^TestRewoundLog$/^sqlite$"},
		"prune-floor":         {relay, "^TestPruning$/^sqlite$"},
		"last-row-stays":      {relay, "^TestPruning$/^sqlite$"},
		"consumers-hold":      {relay, "^TestPruning$/^sqlite$"},
		"one-holder":          {relay, "^TestHold$/^sqlite$"},
		"compacted-mark":      {relay, "^TestCompaction$/^sqlite$"},
	}
}

const (
	runtimeFolder = "../../runtime"
	rulesFile     = runtimeFolder + "/internal/mutant/mutant.go"
)

// TestRules holds that every rule that is named is one that the code takes out, and has a proof.
func TestRules(t *testing.T) {
	declared, used, proved := declaredRules(t), usedRules(t), proofs()
	for constant, rule := range declared {
		if !used[constant] {
			t.Errorf("%s (%s) is taken out nowhere", constant, rule)
		}
		if _, ok := proved[rule]; !ok {
			t.Errorf("no test stands for %s (%s)", constant, rule)
		}
		delete(proved, rule)
	}
	for rule, p := range proved {
		t.Errorf("%s stands for %s, which is no rule", p.test, rule)
	}
}

// declaredRules are the rules by the names of their constants.
func declaredRules(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), rulesFile, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]string{}
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || len(spec.Names) != 1 || len(spec.Values) != 1 {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Rule" {
			t.Errorf("%s is not declared as a Rule", spec.Names[0].Name)
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		rules[spec.Names[0].Name] = value
		return true
	})
	if len(rules) == 0 {
		t.Fatal("no rule was found")
	}
	return rules
}

// usedRules are the constants that the runtime asks for.
func usedRules(t *testing.T) map[string]bool {
	t.Helper()
	used := map[string]bool{}
	err := filepath.WalkDir(runtimeFolder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if selector, ok := node.(*ast.SelectorExpr); ok {
				if from, ok := selector.X.(*ast.Ident); ok && from.Name == "mutant" {
					used[selector.Sel.Name] = true
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return used
}
