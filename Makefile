# Every target is a few lines in scripts/, which can be read and run alone.

.DEFAULT_GOAL := help
.PHONY: help run dev build test lint bench fuzz faults docs clean

help: ## show this text
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

run: build ## build everything and serve http://localhost:3000 (options: ARGS="--redis redis://127.0.0.1:6379/0")
	@exec bin/causerie serve $(ARGS)

dev: ## serve http://localhost:5173 and show changes of the page at once
	@scripts/dev.sh

build: ## build bin/causerie, one static file with the page inside
	@scripts/build.sh

test: ## install what the tests need, and run all of them
	@scripts/test.sh

lint: ## check formatting, types and common mistakes
	@scripts/lint.sh

bench: build ## measure against other servers, side by side (QUICK=1 for a first look)
	@scripts/bench.sh

fuzz: ## feed random bytes to every parser (FUZZTIME=10s for each)
	@scripts/fuzz.sh

faults: ## kill, stall and starve stores and nodes, at length (COUNT=1 times)
	@scripts/faults.sh

docs: ## renew the pages that are printed from the code
	@scripts/docs.sh

clean: ## remove what was built
	@rm -rf bin web/dist/app test-results bench/out
