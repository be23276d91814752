#!/usr/bin/env bash
# Runs all tests, and says at the end how each part went. Every part runs, even
# when one before it failed. `scripts/test.sh go web` runs only those.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

install() { scripts/need.sh go node && scripts/install-test-deps.sh; }
web() { (cd web && ../scripts/npm-ci.sh && npm run --silent test); }
build() { scripts/build.sh; }
# Go would take a result from its cache although the program that a test builds
# and starts has changed.
go_tests() { go test -race -count 1 -timeout 8m ./...; }
clients() { (cd test/clients && ../../scripts/npm-ci.sh && npm test --silent); }
live() { (cd web && ../scripts/npm-ci.sh && npm run --silent test:live); }
browser() { (cd test/e2e && ../../scripts/npm-ci.sh && BIN="$PWD/../../bin/causerie" npm test --silent); }

mkdir -p test-results
summary=()
complaints=()
passed=0
failed=0
part() { # name, what it is, function
	printf '\n== %s: %s\n' "$1" "$2"
	local start=$SECONDS word=ok said="test-results/$1.log"
	if "$3" 2>&1 | tee "$said"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1)) word=FAILED
		complaints+=("$(printf '\n== %s, from %s:\n' "$1" "$said" && complaint "$said")")
	fi
	summary+=("$(printf '%-8s %-6s %4d s  %s' "$1" "$word" $((SECONDS - start)) "$2")")
	[ "$word" = ok ]
}

# What failed, and with which words: the log of the whole is long.
complaint() {
	sed 's/\x1b\[[0-9;]*m//g' "$1" | grep -E -A 12 "$failure" | sed -n '1,40p' || tail -n 20 "$1"
}
failure='^ *(--- FAIL|FAIL|panic:|WARNING: DATA RACE|not ok|error|Error|[0-9]+\) )|AssertionError|error TS'

wanted() { [ ${#only[@]} -eq 0 ] || [[ " ${only[*]} " == *" $1 "* ]]; }
only=("$@")

# Nothing else can run without these two.
if part install "what the tests need" install && part build "the page and the program" build; then
	wanted web && part web "the page's own tests" web
	wanted go && part go "Go, with the race detector" go_tests
	wanted clients && part clients "stock Socket.IO clients" clients
	wanted live && part live "our client against the program" live
	wanted browser && part browser "the page in a browser" browser
fi

[ $failed -eq 0 ] || printf '%s\n' "${complaints[@]}"
printf '\n'
printf '%s\n' "${summary[@]}"
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
