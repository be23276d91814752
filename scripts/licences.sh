#!/bin/sh
# Prints the licences of Go and of everything in Go by others that is part of
# the program, as they ask for. The texts are those of the module cache.
set -eu
cd "$(dirname "$0")/.."

texts() { # folder, what to call it
	found=
	for file in "$1"/LICENSE* "$1"/LICENCE* "$1"/COPYING* "$1"/NOTICE*; do
		if [ -f "$file" ]; then
			found=yes
			printf '\n'
			cat "$file"
		fi
	done
	[ -n "$found" ] || { echo "$2 has no licence in $1: read its source, then correct this script." >&2 && return 1; }
}
rule() { printf '\n%s\n\n' "------------------------------------------------------------------------------"; }

modules=$(CGO_ENABLED=0 go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/causerie)

echo "Go $(go env GOVERSION | sed s/^go//)"
echo "https://go.dev"
texts "$(go env GOROOT)" Go
printf '%s\n' "$modules" | LC_ALL=C sort -u | while read -r path version folder; do
	[ -n "$path" ] || continue
	rule
	echo "$path $version"
	echo "https://pkg.go.dev/$path@$version"
	texts "$folder" "$path"
done
