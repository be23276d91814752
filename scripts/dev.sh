#!/usr/bin/env bash
# Runs the server on port 3000 and Vite, which passes /socket.io on to it, on
# port 5173. Ctrl-C stops both.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/need.sh go node
(cd web && ../scripts/npm-ci.sh)
trap 'kill 0' EXIT
go run ./cmd/causerie serve --data data --log-level debug --origins http://localhost:5173 &
(cd web && npm run --silent dev) &
wait -n
