#!/usr/bin/env bash
# Builds the page into web/dist/app, unless it is newer than all it is made of.
set -euo pipefail
cd "$(dirname "$0")/../web"

if [ -f dist/app/index.html ] &&
	[ -z "$(find . ../go.mod ../scripts/licences.sh -path ./node_modules -prune -o -path ./dist -prune -o -path ./client/dist -prune -o -newer dist/app/index.html ! -name '*.go' ! -name . -print -quit)" ]; then
	exit 0
fi
../scripts/npm-ci.sh
npm run --silent build
