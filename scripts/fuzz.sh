#!/usr/bin/env bash
# Runs every fuzz test for FUZZTIME. What it finds is kept by Go in testdata/
# and is run by every go test from then on: commit it with the cure.
set -euo pipefail
cd "$(dirname "$0")/.."

grep -rl --include='*_test.go' '^func Fuzz' . | grep -v node_modules | sort | while read -r file; do
	grep -o '^func Fuzz[A-Za-z0-9_]*' "$file" | awk '{ print $2 }' | while read -r name; do
		echo "$(dirname "$file") $name"
		go test -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-10s}" "$(dirname "$file")"
	done
done
