#!/usr/bin/env bash
# Says what to install when Go or Node is missing or too old.
# Usage: scripts/need.sh go|node …
set -euo pipefail
cd "$(dirname "$0")/.."

refuse() {
	printf 'This needs %s, and %s.\n%s\n' "$1" "$2" "$3" >&2
	exit 1
}

need_go() {
	local want get="Get it from https://go.dev/dl/ or your package manager."
	want=$(awk '$1 == "go" { split($2, v, "."); print v[1] "." v[2] }' go.mod)
	command -v go >/dev/null || refuse "Go $want or newer" "there is no command go" "$get"
	# Go 1.21 and newer fetch the version that go.mod names by themselves, so
	# ask inside the module, where that has happened or has failed.
	local have
	have=$(go env GOVERSION 2>/dev/null) || have=$(GOTOOLCHAIN=local go version | awk '{ print $3 }')
	at_least "${have#go}" "$want" || refuse "Go $want or newer" "this is ${have}" "$get"
}

need_node() {
	local want=20.19 get="Get it from https://nodejs.org/ or your package manager."
	command -v node >/dev/null || refuse "Node $want or newer" "there is no command node" "$get"
	command -v npm >/dev/null || refuse "npm" "there is no command npm" "$get"
	at_least "$(node --version | tr -d v)" "$want" || refuse "Node $want or newer" "this is $(node --version)" "$get"
}

# at_least 1.26.8 1.26
at_least() {
	[ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

for tool in "$@"; do
	"need_$tool"
done
