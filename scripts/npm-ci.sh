#!/usr/bin/env bash
# Installs what the lock file in the current folder names, unless that has
# been done. No package may run a script of its own.
set -euo pipefail

if [ node_modules/.package-lock.json -nt package-lock.json ]; then
	exit 0
fi
echo "Fetching the packages of ${PWD##*/}/package-lock.json"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
touch node_modules/.package-lock.json
