#!/usr/bin/env bash
# Repeats the tests that kill stores and nodes, COUNT times.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/need.sh go
scripts/install-test-deps.sh
go test -race -count "${COUNT:-10}" -timeout 60m -run 'Kill|Crash|Drain|Damaged|DiskFull|Outage' ./internal/... ./cmd/... ./test/...
