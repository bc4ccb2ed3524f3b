# make run      a demo agency on http://localhost:8080; needs Go and nothing else
# make build    the program: ./carnet
# make test     installs what the tests need (Debian: PostgreSQL, Chromium) and runs all of them
# make lint     format, vet, staticcheck, generated files
# make bench    measures the performance budget, with data of its own in bench-out/
# make fmt      formats the source
# make generate makes *_templ.go of *.templ, and THIRD_PARTY.md

export PATH := $(PATH):/usr/local/go/bin:$(HOME)/go/bin

TOOL = go tool -modfile=tools/go.mod
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)

.PHONY: run build test lint bench fmt generate

# What a look at the demo doesn't need isn't built: a fifth of the time each for the client
# of S3 and for what debuggers want.
run:
	GOGC=400 go run -tags nos3 -gcflags=all=-dwarf=false ./cmd/carnet demo

build:
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=$(VERSION)" -o carnet ./cmd/carnet

test:
	scripts/test.sh

lint:
	scripts/lint.sh

bench:
	scripts/needs.sh postgres
	go run ./internal/bench/cmd -doc docs/performance.md

fmt:
	gofmt -w cmd internal scripts
	$(TOOL) templ fmt internal/web

generate:
	$(TOOL) templ generate -path internal/web
	go run ./scripts/notices
