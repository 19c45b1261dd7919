// Command bench measures denormgen side by side with what its users would pick instead, and writes docs/performance.md.
//
//	go run . [-quick] [-books N,...] [-on DATABASE,...] [-dry] [-page] [workload...]
//
// Workloads are named w1, w2, w3, c1 and so on; without any, all are run. Peers take turns within a process, round by round, and
// their documents are compared with ours before anything is timed. A table of each workload goes to standard output, and for
// each target a line
//
//	RATIO <workload> <database> <peer> <value> <target> ok|short
//
// below the number of documents that it was measured with.
//
// Loading, aggregates and full syncs are measured at each number of books: -books 2000,20000,200000 shows how they grow.
//
// Results are kept in results.jsonl, those of the same workload, database and size taking each other's place, and
// docs/performance.md is written anew from all of them. -dry leaves both alone, as -quick does, which uses less data and
// fewer rounds; -page measures nothing, and writes the page of what is kept. Databases and Redis are started on the way and have to be installed.
//
// The parts: models is our side, peers are the others', measure takes turns and times, workloads are what is measured, as Go
// benchmarks that may be run without this command, and report makes tables and charts.
package main
