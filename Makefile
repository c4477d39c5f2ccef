# Needs Go and GNU make; package also zip, deploy also Serverless Devs. The shell is whatever POSIX sh there is.

# Exact versions, so that the same commit is judged the same way on every day.
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
BENCHSTAT := golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da

FUZZTIME ?= 60s
SOAKTIME ?= 60s

# The commit goes into the binary wherever git can tell it. Go's own auto stops the build where git refuses to answer,
# as it does in a checkout that belongs to someone else.
BUILDVCS = $(shell git status >/dev/null 2>&1 && echo auto || echo false)

# The race detector needs a C compiler that works; building the one package that uses it shows whether there is one.
RACE = $(shell go build -race runtime/cgo 2>/dev/null && echo -race)

.DEFAULT_GOAL := help
.NOTPARALLEL: # the checks print; one at a time stays readable
.PHONY: help build package replay soak test check fuzz bench compare preflight logs deploy clean \
	format vet modules workflows staticcheck vulnerabilities dry-logs

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# nethttpomithttp2 leaves out HTTP/2, which neither the runtime nor the API is spoken to in: a twentieth of the binary.
# Static, because the runtime promises no C library; GOAMD64=v1, because it promises no newer processor; -trimpath, so
# that the bytes are the same from every folder.
build: ## the function's binary: target/main, static, stripped, reproducible
	CGO_ENABLED=0 GOOS=linux GOARCH=amd64 GOAMD64=v1 \
		go build -tags nethttpomithttp2 -trimpath -buildvcs=$(BUILDVCS) -ldflags="-s -w" -o target/main .

# The same binary makes the same zip: fixed mode and time (the first that zip knows), no owner.
package: build ## the binary in target.zip, for an upload by hand
	@command -v zip >/dev/null || { echo 'make package needs zip; make deploy does without' >&2; exit 1; }
	rm -f target.zip
	chmod 755 target/main
	TZ=UTC touch -t 198001010000 target/main
	cd target && TZ=UTC zip -X -q ../target.zip main

replay: ## play the recorded events through the binary, offline (ARGS='events/direct.json')
	go run ./events/replay $(ARGS)

soak: ## SOAKTIME (60s) of random events, faults and kills through the binary (ARGS='-seed 1')
	go run ./events/replay -soak $(SOAKTIME) $(ARGS)

# vet is left to make check.
test: ## all tests, with the race detector where there is a C compiler
	@[ "$(RACE)" ] || echo 'no C compiler that works: the race detector is left out'
	go test $(RACE) -vet=off ./...

check: FUZZTIME = 5s
check: format vet modules workflows staticcheck vulnerabilities dry-logs fuzz replay ## format, vet, modules, actionlint, staticcheck, govulncheck, make logs offline, 5 s of each fuzz test, replay; not test
	@echo 'make check ran $^, but for what it says above it skipped; it leaves out the tests: make test'

# The gofmt of the very toolchain that builds, which need not be the first in PATH.
format:
	@unformatted=$$("$$(go env GOROOT)/bin/gofmt" -s -l .) && [ -z "$$unformatted" ] || \
		{ printf 'gofmt -s would change:\n%s\n' "$$unformatted" >&2; exit 1; }

vet: # and the two floors of bench; the peer's modules are many, and only bench gets them
	go vet ./...
	go vet -C events/replay/bench/testdata/floor .
	go vet -C events/replay/bench/testdata/floorhttp .

modules:
	go mod tidy -diff
	go mod verify

# Without shellcheck and pyflakes, which not every machine has.
workflows:
	go run $(ACTIONLINT) -shellcheck= -pyflakes= .github/workflows/*.yml

staticcheck:
	go run $(STATICCHECK) ./...

# Only a database out of reach is forgiven: a finding fails.
vulnerabilities:
	@echo go run $(GOVULNCHECK) ./...
	@report=$$(go run $(GOVULNCHECK) ./... 2>&1) && result=0 || result=$$?; \
	case $$report in \
	*'govulncheck: fetching vulnerabilities:'*) echo 'skipped: https://vuln.go.dev cannot be reached' ;; \
	*) printf '%s\n' "$$report"; exit $$result ;; \
	esac

# make logs, from nothing to undone, with a false aliyun that refuses what the real one refuses, and Log Service too.
dry-logs:
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
	go build -o "$$dir/aliyun" ./handler/cmd/elasticsearch-disconnect/logs/aliyuntest && \
	export PATH="$$dir:$$PATH" ALIYUN_STATE="$$dir/state" FUNCTION_NAME=dry FUNCTION_REGION=cn-hangzhou LOG_PROJECT=dry-1 RECONCILE=report && \
	for args in '--policy dry' '--policy dry' '--undo --yes'; do $(MAKE) --no-print-directory logs ARGS="$$args" || exit 1; done

# go takes one fuzz test at a time; its own list says which there are: names, then their package. Left alone, go spends
# most of a short time on minimizing what it found interesting, which fuzzminimizetime cuts.
fuzz: ## FUZZTIME (60s) of each fuzz test
	@list=$$(go test -list '^Fuzz' ./...) || { printf '%s\n' "$$list"; exit 1; }; \
	printf '%s\n' "$$list" | \
	awk '/^Fuzz/ { names[n++] = $$1 } $$1 == "ok" { for (i = 0; i < n; i++) print names[i], $$2; n = 0 }' | \
	while read -r name package; do \
		echo "go test -fuzz $$name -fuzztime $(FUZZTIME) $$package"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x "$$package" </dev/null || exit 1; \
	done

bench: ## the built function, a floor and a peer: size, start, speed, memory (ARGS='-quick')
	@mkdir -p target
	go run ./events/replay/bench $(ARGS) >target/bench.txt
	@go run ./events/replay/bench -table target/bench.txt

compare: ## two runs of bench, by benchstat (ARGS='old.txt target/bench.txt')
	go run $(BENCHSTAT) $(ARGS)

preflight: ## check before a deployment: changes nothing, needs no account
	@go run ./handler/cmd/elasticsearch-disconnect preflight

logs: ## create the log project with index, alerts and dashboard, or update them (ARGS='--policy on-call')
	@go run ./handler/cmd/elasticsearch-disconnect logs $(ARGS)

# s.yaml has the checks made and the binary built as well, for a bare s deploy.
deploy: preflight ## build and deploy with Serverless Devs (ARGS='--function code')
	@command -v s >/dev/null || \
		{ echo 'make deploy needs Serverless Devs: npm install -g @serverless-devs/s, then s config add' >&2; exit 1; }
	s deploy -y $(ARGS)

clean: ## remove what build and package made
	rm -rf target target.zip
