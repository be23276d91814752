#!/usr/bin/env bash
# Installs what the tests need beside Go and Node: a C compiler for the race
# detector, redis-server, Chromium with fonts that hold Chinese, and on Linux
# strace, by which a test sees that the disk is synced before an ack.
set -euo pipefail

missing=()
command -v cc >/dev/null || missing+=(compiler)
command -v redis-server >/dev/null || missing+=(redis)
command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null ||
	command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
	[ -d "/Applications/Chromium.app" ] || [ -d "/Applications/Google Chrome.app" ] || missing+=(chromium)
if [ "$(uname)" = Linux ]; then
	fc-list :lang=zh 2>/dev/null | grep -q . || missing+=(fonts)
	command -v strace >/dev/null || missing+=(strace)
fi
if [ ${#missing[@]} -eq 0 ]; then
	exit 0
fi

# Without the windows of a desktop it needs half of the time; not every
# distribution has that.
browser() {
	if apt-cache show chromium-headless-shell >/dev/null 2>&1; then
		echo chromium-headless-shell
	else
		echo chromium
	fi
}

apt_packages() {
	for need in "$@"; do
		case $need in
		compiler) echo gcc libc6-dev ;;
		redis) echo redis-server ;;
		chromium) browser ;;
		fonts) echo fontconfig fonts-noto-cjk ;;
		strace) echo strace ;;
		esac
	done
}

if command -v apt-get >/dev/null; then
	sudo=()
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || {
			echo "The tests need $(apt_packages "${missing[@]}" | xargs): install them as root." >&2
			exit 1
		}
		sudo=(sudo)
	fi
	export DEBIAN_FRONTEND=noninteractive
	# Tests start Redis themselves; the package must not start one of its own.
	"${sudo[@]}" apt-get update -qq
	# shellcheck disable=SC2046 # one word per package
	"${sudo[@]}" env RUNLEVEL=1 apt-get install -qq -y --no-install-recommends $(apt_packages "${missing[@]}")
elif command -v brew >/dev/null; then
	for need in "${missing[@]}"; do
		case $need in
		compiler) xcode-select --install ;;
		redis) brew install redis ;;
		chromium) brew install --cask chromium ;;
		esac
	done
else
	echo "The tests need a C compiler, redis-server and Chromium. This script installs them with apt or brew, and finds neither:" >&2
	echo "install ${missing[*]} in your system's way and run make test again." >&2
	exit 1
fi
