#!/usr/bin/env bash
# Lets systemd read the unit. It insists on the program's being installed, so
# it gets one that surely is.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
sed 's|^ExecStart=[^ ]*|ExecStart=/bin/true|' deploy/causerie.service >"$folder/causerie.service"
systemd-analyze verify "$folder/causerie.service"
