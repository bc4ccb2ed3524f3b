#!/usr/bin/env bash
# Runs all tests: everything once, on SQLite; then the packages that use a database
# again on PostgreSQL, and a third time with every tenant table partitioned. Further
# arguments go to "go test".
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=$PATH:/usr/local/go/bin
unset CARNET_TEST_DB CARNET_TEST_PARTITIONS

scripts/needs.sh postgres chromium

dir=$(mktemp -d)
chmod 755 "$dir"
stop() {
	[ ! -e "$dir/pg/data/postmaster.pid" ] || scripts/test-postgres.sh stop "$dir/pg" || true
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM

# Two packages at a time: some tests measure, and browsers are hungry.
flags=(-timeout 30m -p "${CARNET_TEST_PROCS:-2}")
failed=0
run() {
	echo "== $1"
	shift
	local began=$SECONDS
	"$@" || failed=1
	echo "== $((SECONDS - began)) s"
}

export CARNET_REQUIRE_BROWSER=1
# The longest first: it would be alone at the end.
run "all packages, SQLite" go test "${flags[@]}" "$@" ./internal/web ./...

mapfile -t packages < <(go list -f '{{$p := .ImportPath}}{{range .TestImports}}{{if eq . "github.com/carnetcrm/carnet/internal/dbtest"}}{{$p}}{{"\n"}}{{end}}{{end}}{{range .XTestImports}}{{if eq . "github.com/carnetcrm/carnet/internal/dbtest"}}{{$p}}{{"\n"}}{{end}}{{end}}' ./... | sort -u | grep .)
mkdir "$dir/pg"
url=$(scripts/test-postgres.sh start "$dir/pg")
# Browser tests see pages, which are the same on both databases.
unset CARNET_REQUIRE_BROWSER
export CARNET_CHROMIUM=not-in-this-run CARNET_TEST_DB=$url
run "database packages, PostgreSQL" go test "${flags[@]}" "$@" "${packages[@]}"
export CARNET_TEST_PARTITIONS=3
run "database packages, PostgreSQL in partitions" go test "${flags[@]}" "$@" "${packages[@]}"

if [ $failed != 0 ]; then
	echo "Some tests failed." >&2
	exit 1
fi
echo "All tests passed."
