#!/usr/bin/env bash
# Starts or stops a private PostgreSQL cluster for the tests.
#   scripts/test-postgres.sh start DIR   prints the URL to put into CARNET_TEST_DB
#   scripts/test-postgres.sh stop DIR
# The cluster listens on a socket in DIR and on a free loopback port. It trades
# durability for speed: it is thrown away after the tests.
set -euo pipefail
cmd=${1:?start or stop}
dir=${2:?folder of the cluster}

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb)")

# PostgreSQL refuses to run as root.
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

case $cmd in
start)
	mkdir -p "$dir"
	[ "$(id -u)" != 0 ] || chown postgres "$dir"
	if [ ! -e "$dir/data/PG_VERSION" ]; then
		as "$bin/initdb" -D "$dir/data" -U carnet -A trust -E UTF8 --locale=C.UTF-8 >"$dir/initdb.log" 2>&1 ||
			{ cat "$dir/initdb.log" >&2; exit 1; }
	fi
	port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])' 2>/dev/null || echo $((20000 + RANDOM % 20000)))
	as "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/log" -o "-c listen_addresses=127.0.0.1 -p $port -k $dir -c fsync=${PGTEST_FSYNC:-off} -c synchronous_commit=on -c full_page_writes=off -c max_connections=300 -c shared_buffers=${PGTEST_BUFFERS:-256MB} -c jit=off" start >/dev/null ||
		{ tail -n 50 "$dir/log" >&2; exit 1; }
	echo "postgres://carnet@127.0.0.1:$port/postgres"
	;;
stop)
	as "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null
	;;
*)
	echo "start or stop, not $cmd" >&2
	exit 2
	;;
esac
