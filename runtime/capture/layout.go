package capture

// Layout says what the trigger of one table logs, and so how its rows in the log are read: it is the union
// of what all stored plans need of the table. It depends on plans alone, not on the database's catalog.
type Layout struct {
	// ID is a hash of the rest. It stands in every row of the log, so that rows logged by an older trigger
	// can be read.
	ID    string `json:"id"`
	Table Table  `json:"table"`
	// Values are the columns whose old and new values are logged. Sorted.
	Values []string `json:"values"`
	// Tracked are the columns for which the log says whether they changed. Sorted. An update that changes
	// none of them is not logged.
	Tracked []string `json:"tracked"`
	// Guards are the conditions whose verdicts are logged, distinct, in order of Old, then New.
	Guards []Guard `json:"guards"`
}

// Guard is a condition of a Dependency on both sides of a change.
type Guard struct {
	Old string `json:"old"`
	New string `json:"new"`
}
