#!/usr/bin/env bash
# Runs all tests: everything once, on SQLite; then the packages that use a database
# again on PostgreSQL, and a third time there with every tenant table partitioned. Further
# arguments go to the tests ("-run TestMatrix", "-v").
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
procs=${CARNET_TEST_PROCS:-2}
failed=0
run() {
	echo "== $1"
	shift
	local began=$SECONDS
	"$@" || failed=1
	echo "== $((SECONDS - began)) s"
}

# one runs tests of a package that are compiled already, in its folder as go test does,
# and says as much.
one() {
	local partitions=$1 package=$2 began=$SECONDS what=$2 out
	shift 2
	[ "$partitions" = 0 ] || what+=" in partitions"
	local db=$CARNET_TEST_DB
	# Each test has a new database, asked a few times: to plan anew for each value, as
	# PostgreSQL does for the first five, takes longer than all answers. The lists ask
	# thousands of questions once, which is what that is for.
	[[ $package == */list ]] || db+="?plan_cache_mode=force_generic_plan"
	if out=$(cd "./${package#github.com/carnetcrm/carnet/}" && CARNET_TEST_DB=$db CARNET_TEST_PARTITIONS=${partitions#0} "$bin/${package##*/carnet/internal/}/t" -test.timeout=30m "${@/#-/-test.}" 2>&1); then
		echo "ok    $what $*  $((SECONDS - began)) s"
	else
		printf '%s\nFAIL  %s %s  %s s\n' "$out" "$what" "$*" $((SECONDS - began))
		return 1
	fi
}
export -f one
export bin=$dir/bin

# compiled runs them on PostgreSQL, one more at a time than there is work for: they wait
# for the database. The matrix takes longest and goes beside the rest of its package.
compiled() {
	local p n
	for p in "${packages[@]}"; do
		for n in 0 3; do
			if [[ $p == */internal/app && $# == 0 ]]; then
				printf '%s\n' "$n $p -run=^TestMatrix$" "$n $p -skip=^TestMatrix$"
			else
				echo "$n" "$p" "$@"
			fi
		done
	done | xargs -P $((procs + 1)) -L 1 bash -c 'one "$@"' one
}

export CARNET_REQUIRE_BROWSER=1
# The longest first: they would be alone at the end.
run "all packages, SQLite" go test -timeout 30m -p "$procs" "$@" ./internal/web ./internal/app ./internal/web/ui ./...

mapfile -t packages < <(go list -f '{{$p := .ImportPath}}{{range .TestImports}}{{if eq . "github.com/carnetcrm/carnet/internal/dbtest"}}{{$p}}{{"\n"}}{{end}}{{end}}{{range .XTestImports}}{{if eq . "github.com/carnetcrm/carnet/internal/dbtest"}}{{$p}}{{"\n"}}{{end}}{{end}}' ./... | sort -u | grep .)
first=() # the longest
for p in app web list; do
	first+=("github.com/carnetcrm/carnet/internal/$p")
done
mapfile -t packages < <(printf '%s\n' "${first[@]}" "${packages[@]}" | awk '!seen[$0]++')
for p in "${packages[@]}"; do
	go test -c -o "$bin/${p##*/carnet/internal/}/t" "$p"
done
mkdir "$dir/pg"
url=$(scripts/test-postgres.sh start "$dir/pg")
# Browser tests see pages, which are the same on both databases.
unset CARNET_REQUIRE_BROWSER
export CARNET_CHROMIUM=not-in-this-run CARNET_TEST_DB=$url
run "database packages, PostgreSQL, and again in partitions" compiled "$@"

if [ $failed != 0 ]; then
	echo "Some tests failed." >&2
	exit 1
fi
echo "All tests passed."
