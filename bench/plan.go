package main

// workload is what is measured by one benchmark.
type workload struct {
	Name, Title   string
	Benchmark     string // a pattern of names
	Rounds, Quick string // as -benchtime has them; a quick run leaves out what has none
}

func workloads() []workload {
	return []workload{
		{"w1", "one document from the database", "W1", "300x", "20x"},
		{"w2", "a hundred documents from the database", "W2", "200x", "10x"},
		{"w3", "all documents from the database", "W3", "5x", "2x"},
		{"c1", "a document from the cache of the process", "C1LocalHit", "200x", "20x"},
		{"c2", "documents from Redis", "C2RedisHits?", "200x", "20x"},
		{"c3", "from another program's commit to a fresh read", "C3FreshRead", "1x", ""},
		{"c4", "one change of what many documents show", "C4(FanOut|Coalesced)", "20x", ""},
		{"c5", "writers beside a change of very many documents", "C5Writers", "1x", ""},
		{"c6", "a change behind a long snapshot", "C6LongSnapshot", "1x", ""},
		{"o", "writes with and without capture", "OCapture", "300x", ""},
		{"a", "an aggregate against its function", "AAggregate", "20x", ""},
		{"s1", "full sync of a sink", "S1FullSync", "3x", ""},
		{"s2", "memory of a full sync", "S2Memory", "1x", ""},
		{"s3", "changes one by one, and a sink", "S3Live", "3x", ""},
		{"s4", "a backlog of a sink", "S4Backlog", "1x", ""},
		{"g1", "one document and one change, with a hundred times the data", "G1Growth", "100x", ""},
		{"g2", "the generator", "G2Generator", "5x", ""},
		{"g3", "all documents, with a hundred times the data", "G3GrowthAll", "3x", ""},
	}
}
