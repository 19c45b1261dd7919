// Package mutant takes single rules out of the runtime, to show that a test fails without each. Only a test
// build with the tag denormmutants can: in any other, Active is false at compile time and the rule stands.
// Package internal/mutants of this module says which test fails without which rule.
package mutant

// Rule names one rule that keeps documents true.
type Rule string

// The rules of the caches.
const (
	KillStopsFill    Rule = "kill-stops-fill"    // a kill between load and store refuses the store
	NoJoinAfterKill  Rule = "no-join-after-kill" // nobody joins a load that a kill has met
	FlightAge        Rule = "flight-age"         // nobody joins a load that began long ago
	JoinByLease      Rule = "join-by-lease"      // who reads the shared cache joins only a load whose lease was just seen
	LeaseBeforeLoad  Rule = "lease-before-load"  // the lease is taken before the snapshot is opened
	LocalAfterFill   Rule = "local-after-fill"   // the local tier holds only what the shared one accepted
	SharedFirst      Rule = "shared-first"       // the local tier drops an entry after the shared one
	AgeCheck         Rule = "age-check"          // a cached read compares the tier's age with MaxStaleness
	GenerationCheck  Rule = "generation-check"   // values from before an event for all documents are misses
	FrameKey         Rule = "frame-key"          // a value found under another key is a miss
	FrameSum         Rule = "frame-sum"          // a value whose checksum is wrong is a miss
	KillAllShapes    Rule = "kill-all-shapes"    // kills reach every live shape
	MissingMark      Rule = "missing-mark"       // a shared cache without a mark starts empty
	ReplayFirst      Rule = "replay-first"       // a shared cache that went back is not read before its kills were done again
	ReplayEmpties    Rule = "replay-empties"     // kills that are done again empty the local tier
	WaitsForLease    Rule = "waits-for-lease"    // who waits for a lease outlasts a holder that has died
	LooksBound       Rule = "looks-bound"        // nothing is fresher than the last look at the shared cache
	AnswersTrusted   Rule = "answers-trusted"    // a shared cache is trusted when it answers, not when it is asked
	LineageCheck     Rule = "lineage-check"      // a shared cache that went back empties the local tier
	OwnBytes         Rule = "own-bytes"          // only the document of a key's own bytes is cached under it
	AbsenceBytes     Rule = "absence-bytes"      // absence is cached only where equal keys are equal bytes
	ReplicaHead      Rule = "replica-head"       // a fill from a snapshot older than the lease is refused
	OwnWriteKill     Rule = "own-write-kill"     // Tx kills what it wrote before it returns
	OwnWriteBypass   Rule = "own-write-bypass"   // what could not be killed is read from the database
	DeferredFirst    Rule = "deferred-first"     // deferred triggers fire before own writes are read
	UnknownCommit    Rule = "unknown-commit"     // an unknown outcome of a commit kills too
	FingerprintCheck Rule = "fingerprint-check"  // capture is checked before the watermark moves
	LearnFirst       Rule = "learn-first"        // what a poll told is known before anything is proven by it
	RetiredPlans     Rule = "retired-plans"      // nothing is proven for plans that are not stored
	BuildInTurn      Rule = "build-in-turn"      // nobody shares a build of many that began before they asked
	SourceErrors     Rule = "source-errors"      // a build that met an error fails, whatever it makes of it
	BuildHead        Rule = "build-head"         // a build of a snapshot that lags is not kept
	LateOwnWrites    Rule = "late-own-writes"    // no document may be older than what this process wrote
)

// The rules of the relay and its feed.
const (
	WatermarkCandidate Rule = "watermark-candidate" // freshness needs a poll that sees nothing older
	CounterLock        Rule = "counter-lock"        // the lock of the counter makes feed order commit order
	ReadCommitted      Rule = "read-committed"      // a claim is READ COMMITTED, whatever the default
	BothSides          Rule = "both-sides"          // the old values of a row lead to documents like the new ones
	WorkWaits          Rule = "work-waits"          // an expansion under way holds the watermark back
	FloorHorizon       Rule = "floor-horizon"       // scans begin below all that a running transaction may log
	FloorFollows       Rule = "floor-follows"       // scans of a log that was restored begin at its first change
	ServerClock        Rule = "server-clock"        // events are as old as the server's clock tells, not a process's
	RecentStamp        Rule = "recent-stamp"        // what a process remembers of a feed is of the history that it has now
	RewindCheck        Rule = "rewind-check"        // a position of another history starts a new epoch
	LogRewind          Rule = "log-rewind"          // a log that was set back starts a new epoch
	RewoundWaits       Rule = "rewound-waits"       // nothing is proven by a log that ends before what was read of it
	PruneFloor         Rule = "prune-floor"         // who stands below the pruning floor starts anew
	LastRowStays       Rule = "last-row-stays"      // the last row of the feed is never pruned
	OneHolder          Rule = "one-holder"          // a name that somebody holds is not given to another
	VersionFirst       Rule = "version-first"       // a sink's version is drawn before the document is loaded
	SyncVersionFirst   Rule = "sync-version-first"  // so it is by a full sync
	SyncEvent          Rule = "sync-event"          // a full sync writes at a version that nothing has yet
	OneShape           Rule = "one-shape"           // a release whose turn is over does not write to a sink
	CompactedMark      Rule = "compacted-mark"      // where compaction took a row, its position was not lost
	DerivedEvents      Rule = "derived-events"      // an event of a document is one of what is made of it
	ConsumersHold      Rule = "consumers-hold"      // a named consumer holds pruning
)
