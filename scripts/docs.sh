#!/usr/bin/env bash
# Renews the pages of docs/ that are printed from the code. A page that cannot
# be printed stays as it is.
set -euo pipefail
cd "$(dirname "$0")/.."

program="$(mktemp)"
trap 'rm -f "$program"' EXIT
go build -o "$program" ./cmd/causerie
for page in options.md events.md asyncapi.yaml openapi.json; do
	"$program" docs "${page%.*}" > "docs/$page.new"
	mv "docs/$page.new" "docs/$page"
done
