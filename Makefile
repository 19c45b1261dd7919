# The checks stand in .ci/run, so that they are the same here and there.
.PHONY: help test race lint generate check arch mutants modules fuzz bench ci

help:
	@echo 'make test      go test ./...; databases that are not installed are skipped'
	@echo 'make race      the runtime under the race detector'
	@echo 'make lint      gofmt, go vet, staticcheck'
	@echo 'make generate  bring all generated code up to date'
	@echo 'make check     is all generated code up to date?'
	@echo 'make arch      imports and dependencies'
	@echo 'make mutants   is each rule of coherence tested?'
	@echo 'make modules   the nested modules'
	@echo 'make fuzz      every fuzz target for FUZZTIME=10s'
	@echo 'make bench     the loading benchmarks'
	@echo 'make ci        all of this, with real databases, as CI does'

test:
	go test ./...

race lint check arch mutants modules fuzz:
	.ci/run $@

generate:
	go generate ./...
	for module in $$(find . -mindepth 2 -name go.mod -not -path '*/testdata/*'); do \
		(cd $$(dirname $$module) && go generate ./...) || exit 1; \
	done

bench:
	go test -run '^$$' -bench . ./internal/bench/...

ci:
	.ci/run
