# Two commands do everything: `make run` and `make test`. Both install what is missing, from Debian's
# packages and crates.io, and say so.

SHELL := /bin/bash
PORT ?= 8680
DATA ?= data/demo

.PHONY: run test check unit e2e bench clean

## run: build and start the filled-in village on loopback; prints the address and how to sign in
run:
	@scripts/install run
	cargo build --locked -p sekisho
	./target/debug/sekisho demo --port $(PORT) --data $(DATA)

## test: format, lints, licences and every test, with a real PostgreSQL and a real Chromium
test: check unit

check:
	@scripts/install test
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --all-features --locked -- -D warnings

unit:
	cargo nextest run --workspace --locked --no-fail-fast

## bench: every measurement of docs/benchmarks.md, side by side with its peers (release build)
bench:
	@scripts/install test
	cargo run --release --locked -p sekisho --features peers -- bench

clean:
	cargo clean
	rm -rf data
