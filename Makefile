# The checks stand in .ci/run, so that they are the same here and there.
.PHONY: help test race lint generate check arch coherence mutants modules benchmarks fuzz bench bench-quick soak ci

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
	@echo 'make benchmarks  every benchmark once, with little data; it measures nothing'
	@echo 'make fuzz      every fuzz target for FUZZTIME=5000x'
	@echo 'make bench     everything against peers, and docs/performance.md; W="w1 c2" for parts'
	@echo 'make bench-quick  loading and cached reads of less data, which keeps nothing'
	@echo 'make ci        all of this, with real databases, as CI does'

test:
	go test ./...

race lint check arch coherence mutants modules benchmarks fuzz:
	.ci/run $@

generate:
	go generate ./...
	for module in $$(find . -mindepth 2 -name go.mod -not -path '*/testdata/*'); do \
		(cd $$(dirname $$module) && go generate ./...) || exit 1; \
	done

bench:
	cd bench && go run . $(W)

bench-quick:
	cd bench && go run . -quick $(W)

soak:
	COHERENCE_SIZE=soak COHERENCE_TIMEOUT=0 .ci/run install coherence mutants
	RELAY_SCHEDULES=5000 DENORMGEN_REQUIRE_SERVERS=1 go test ./runtime/internal/relay -run '^TestSchedules$$' -count=1 -v -timeout 0
	FAULTS_TIMES=20 DENORMGEN_REQUIRE_SERVERS=1 go test ./internal/faults -count=1 -v -timeout 0
	FUZZTIME=1h FUZZFAULTS=1 .ci/run fuzz

ci:
	.ci/run
