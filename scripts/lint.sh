#!/usr/bin/env bash
# Format, vet, staticcheck, and whether the generated files are those that the
# sources make.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=$PATH:/usr/local/go/bin
failed=0

unformatted=$(gofmt -l cmd internal scripts)
if [ -n "$unformatted" ]; then
	printf 'Not formatted (make fmt):\n%s\n' "$unformatted" >&2
	failed=1
fi

sums() { find internal/web -name '*_templ.go' -print0 | sort -z | xargs -0 sha256sum; }
before=$(sums)
go tool -modfile=tools/go.mod templ generate -path internal/web >/dev/null 2>&1 || { echo "templ generate fails" >&2; failed=1; }
if [ "$before" != "$(sums)" ]; then
	echo "Generated files were out of date; they are new now (make generate)." >&2
	failed=1
fi

go vet ./... || failed=1
go build -tags nos3 ./internal/config || failed=1 # as make run builds it
go tool -modfile=tools/go.mod staticcheck ./... || failed=1
exit $failed
