#!/usr/bin/env bash
# Builds bin/causerie: one static file with the page inside.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/need.sh go node
scripts/build-web.sh

version=$(git describe --tags --always --dirty 2>/dev/null || true)
# No cgo: the same file runs on every Linux, and in an empty container.
CGO_ENABLED=0 go build -ldflags "-s -w -X main.stamp=$version" -o bin/causerie ./cmd/causerie
bin/causerie version
