#!/usr/bin/env bash
# Measures Causerie and its peers side by side; see docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/need.sh go node
scripts/install-test-deps.sh
exec go run ./bench/run "$@"
