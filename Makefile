# The checks stand in .ci/run, so that they are the same here and there.
.PHONY: help test race lint generate check arch coherence mutants modules fuzz bench bench-coherence bench-sinks soak ci

help:
	@echo 'make test      go test ./...; databases that are not installed are skipped'
	@echo 'make race      the runtime under the race detector'
	@echo 'make lint      gofmt, go vet, staticcheck'
	@echo 'make generate  bring all generated code up to date'
	@echo 'make check     is all generated code up to date?'
	@echo 'make arch      imports and dependencies'
	@echo 'make coherence  random histories against real databases, as large as in CI'
	@echo 'make soak      the same and the faults for hours'
	@echo 'make mutants   is each rule of coherence tested?'
	@echo 'make modules   the nested modules'
	@echo 'make fuzz      every fuzz target for FUZZTIME=5000x'
	@echo 'make bench     the loading benchmarks'
	@echo 'make bench-coherence  cached reads, changes to fresh reads, fan-outs, against peers'
	@echo 'make bench-sinks  full syncs, live changes and backlogs of sinks'
	@echo 'make ci        all of this, with real databases, as CI does'

test:
	go test ./...

race lint check arch coherence mutants modules fuzz:
	.ci/run $@

generate:
	go generate ./...
	for module in $$(find . -mindepth 2 -name go.mod -not -path '*/testdata/*'); do \
		(cd $$(dirname $$module) && go generate ./...) || exit 1; \
	done

bench:
	go test -run '^$$' -bench '^BenchmarkW' ./internal/bench

bench-sinks:
	BENCH_BOOKS=20000 go test -run '^$$' -bench '^BenchmarkS' -benchtime 3x -timeout 0 ./internal/bench

bench-coherence:
	go test -run '^$$' -bench '^BenchmarkC' -timeout 0 ./internal/bench

soak:
	COHERENCE_SIZE=soak COHERENCE_TIMEOUT=0 .ci/run install coherence mutants
	RELAY_SCHEDULES=5000 DENORMGEN_REQUIRE_SERVERS=1 go test ./runtime/internal/relay -run '^TestSchedules$$' -count=1 -v -timeout 0
	FAULTS_TIMES=20 DENORMGEN_REQUIRE_SERVERS=1 go test ./internal/faults -count=1 -v -timeout 0
	FUZZTIME=1h FUZZFAULTS=1 .ci/run fuzz

ci:
	.ci/run
