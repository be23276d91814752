#!/usr/bin/env bash
# Runs everything that kills, stalls and starves stores and nodes in its long
# form, COUNT times: what make test does a few times is done fifty and more.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/need.sh go
scripts/install-test-deps.sh
export CAUSERIE_FAULTS=long
# One package after the other: two would starve each other, too.
go test -race -count "${COUNT:-1}" -p 1 -timeout 4h ./internal/store/... ./test/faults
