#!/usr/bin/env bash
# Checks everything that can be checked without running it.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

staticcheck="honnef.co/go/tools/cmd/staticcheck@v0.8.2"
dockerfile="dockerfile-utils@0.16.3"

failed=()
check() { # name, command …
	printf '%-12s' "$1"
	local output
	if output=$("${@:2}" 2>&1); then echo ok; else
		echo FAILED
		printf '%s\n' "$output"
		failed+=("$1")
	fi
}

formatted() {
	local files
	files=$(git ls-files -z '*.go' | xargs -0 gofmt -l)
	[ -z "$files" ] || { printf 'gofmt would change:\n%s\n' "$files" && return 1; }
}
modules() { go mod verify && go mod tidy -diff; }
web() { (cd web && ../scripts/npm-ci.sh && npm run --silent lint && npm run --silent check); }
e2e() { (cd test/e2e && ../../scripts/npm-ci.sh && npm run --silent check); }
shell() { git ls-files -z '*.sh' .ci/run | xargs -0 shellcheck; }
yaml() { (cd web && ../scripts/npm-ci.sh && npx --no-install prettier --check ../deploy/*.yaml); }

scripts/need.sh go node || exit 1
check gofmt formatted
check "go vet" go vet ./...
check staticcheck go run "$staticcheck" ./...
check "go mod" modules
check web web
check e2e e2e
check yaml yaml
check Dockerfile npx --yes --ignore-scripts "$dockerfile" lint deploy/Dockerfile
if command -v shellcheck >/dev/null; then check shell shell; else echo "shell       not checked: there is no shellcheck"; fi
if command -v systemd-analyze >/dev/null; then check systemd scripts/lint-systemd.sh; fi

[ ${#failed[@]} -eq 0 ] || { printf '\nFailed: %s\n' "${failed[*]}" && exit 1; }
