# The targets of pinion. `make run` shows what it does, `make test` proves it.

GO          ?= go
FUZZTIME    ?= 30s
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0

.PHONY: all build page run stop test check bench screenshots fuzz soak setup release clean

all: build

# The one binary, with the lab's page in it.
build: page
	$(GO) build -trimpath -o bin/pinion ./cmd/pinion

# Compile what the lab's page runs: the library, as WebAssembly.
page:
	@GO="$(GO)" ./scripts/labpage --built internal/lab/page/built

# Install what is missing and run the whole trip of a PIN on a SoftHSM2 token;
# where SoftHSM2 cannot be had, say so and run it on the soft device. Then start the
# issuer's PIN service in the background and say what to try.
run:
	@./scripts/setup --optional softhsm2 curl
	@$(MAKE) --no-print-directory build
	./bin/pinion demo
	@echo
	@./scripts/service start

# End the service that make run started.
stop:
	@./scripts/service stop

# Install what is missing and run every test, with the race detector on the
# packages that have goroutines.
test: setup page
	$(GO) build ./...
	CGO_ENABLED=0 $(GO) build ./...
	$(GO) test ./...
	$(GO) test -race ./hsm/... ./softhsm/... ./nss/... ./internal/ontoken/... ./pinblock/... ./keys/... ./internal/secret/... ./issuer/...
	cd bench && $(GO) vet ./... && $(GO) test ./...
	cd internal/bitdes/gen && $(GO) vet ./... && $(GO) test ./...
	cd packaging && $(GO) vet ./... && $(GO) test ./...

# What the tests need on this machine.
setup:
	@./scripts/setup softhsm2 nss p11-kit opensc postgresql chromium curl

# Format, vet, static analysis, known vulnerabilities (if their list can be
# reached), the plan of imports, and a tidy go.mod.
check:
	@files=$$(gofmt -l . 2>&1); if [ -n "$$files" ]; then echo "not gofmt-ed: $$files"; exit 1; fi
	$(GO) vet ./...
	CGO_ENABLED=0 $(GO) vet ./...
	GOOS=js GOARCH=wasm $(GO) vet ./internal/lab/wasm
	$(GO) run $(STATICCHECK) ./...
	@./scripts/vulncheck "$(GO) run $(GOVULNCHECK)"
	$(GO) test ./internal/archtest
	$(GO) mod tidy -diff
	cd bench && $(GO) mod tidy -diff
	cd internal/bitdes/gen && $(GO) mod tidy -diff
	cd packaging && $(GO) mod tidy -diff

# Benchmarks against peers in one run, as ratios.
bench:
	@./scripts/setup --optional softhsm2 nss postgresql
	cd bench && ./run

# The pictures of the lab's page in docs/lab, to be looked at.
screenshots: page
	SCREENSHOTS="$(CURDIR)/docs/lab" $(GO) test -count=1 -run TestScreenshots ./internal/lab/page

# Every fuzz target for FUZZTIME each.
fuzz:
	@./scripts/fuzz $(FUZZTIME)

# Files of millions of rows, with kills; then the service's processes and libraries
# killed, over and over; then the concurrent tests under the race detector. Hours.
soak: setup
	REENCRYPT_ROWS=10000000 CRASH_ROUNDS=1 $(GO) test -v -count=1 -timeout 90m -run 'TestReencryptMemory|TestReencryptCrash/^soft$$' ./cmd/pinion
	REENCRYPT_ROWS=1000000 CRASH_ROUNDS=1 $(GO) test -v -count=1 -timeout 90m -run 'TestReencryptCrash/^softhsm$$' ./cmd/pinion
	PKCS11_OPERATIONS=1000000 $(GO) test -count=1 -timeout 60m -run TestSoak ./hsm/pkcs11
	BITDES_ROUNDS=50 $(GO) test -count=1 -timeout 60m -run Random ./internal/bitdes
	CRASH_ROUNDS=100 $(GO) test -count=1 -timeout 120m -run 'Crash|Cluster|Commits|TestQueue' ./cmd/pinion
	PKCS11_ROUNDS=50 $(GO) test -count=1 -timeout 120m -run "Kill|Restart|Unplug|Stopped|TwoTokens|CloseWhile|Fork|EveryCall" ./hsm/pkcs11
	$(GO) test -race -count=50 -timeout 300m ./hsm/... ./softhsm/...

# What a release has, in dist/: archives, bills of materials, checksums.
release:
	@./scripts/release

clean:
	rm -rf bin dist
