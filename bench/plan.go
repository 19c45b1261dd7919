package main

// workload is what is measured by one benchmark.
type workload struct {
	Name, Title   string
	Benchmark     string // a pattern of names
	Rounds, Quick string // as -benchtime has them; a quick run leaves out what has none
	Sized         bool   // the store has as many documents as the command says, and not a number of its own
}

// sizes are the numbers of documents to measure at, of those that are wanted.
func (w workload) sizes(wanted []int) []int {
	if w.Sized {
		return wanted
	}
	return wanted[:1]
}

// databases are those that workloads load from: SQLite without and with cgo, and servers.
func databases() []string { return []string{"sqlite", "sqlite3", "postgres", "mysql"} }

func workloads() []workload {
	return []workload{
		{"w1", "one document from the database", "W1", "300x", "10x", true},
		{"w2", "a hundred documents from the database", "W2", "200x", "10x", true},
		{"w3", "all documents from the database", "W3(Abreast)?", "5x", "2x", true},
		{"c1", "a document from the cache of the process", "C1LocalHit", "200x", "20x", false},
		{"c2", "documents from Redis", "C2RedisHits?", "200x", "10x", false},
		{"c3", "from another program's commit to a fresh read", "C3FreshRead", "1x", "", false},
		{"c4", "one change of what many documents show", "C4(FanOut|Coalesced)", "20x", "", false},
		{"c5", "writers beside a change of very many documents", "C5Writers", "1x", "", false},
		{"c6", "a change behind a long snapshot", "C6LongSnapshot", "1x", "", false},
		{"o", "writes with and without capture", "OCapture", "300x", "", false},
		{"a", "an aggregate against its function", "AAggregate", "20x", "", true},
		{"s1", "full sync of a sink", "S1FullSync", "3x", "", true},
		{"s2", "memory of a full sync", "S2Memory", "1x", "", false},
		{"s3", "changes one by one, and a sink", "S3Live", "3x", "", false},
		{"s4", "a backlog of a sink", "S4Backlog", "1x", "", false},
		{"g1", "one document and one change, with a hundred times the data", "G1Growth", "100x", "", false},
		{"g2", "the generator", "G2Generator", "5x", "", false},
		{"g3", "all documents, with a hundred times the data", "G3GrowthAll", "3x", "", false},
	}
}
