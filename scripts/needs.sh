#!/usr/bin/env bash
# Makes sure that the named things are installed: postgres, chromium. On Debian and
# Ubuntu they come through apt; elsewhere the script says what is missing.
set -euo pipefail

has() {
	case $1 in
	postgres) ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null ;;
	chromium) [ -n "${CARNET_CHROMIUM:-}" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ;;
	esac
}

packages=()
for thing in "$@"; do
	has "$thing" && continue
	case $thing in
	postgres) packages+=(postgresql postgresql-contrib) ;;
	chromium) packages+=(chromium) ;;
	esac
done
[ ${#packages[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "Please install: ${packages[*]}" >&2
	exit 1
fi
root=()
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || { echo "Please install as root: ${packages[*]}" >&2; exit 1; }
	root=(sudo)
fi
echo "Installing ${packages[*]} ..." >&2
# The tests start a PostgreSQL of their own: the package needn't make a cluster.
"${root[@]}" apt-get -qq update
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
	-o Dpkg::Use-Pty=0 install "${packages[@]}" >&2
