# `make demo` makes a video from the example paper; `make test` runs every check. Both bring what is missing first.

SHELL := /bin/bash
.DEFAULT_GOAL := help
# A fresh rustup is not on the PATH of the shell that installed it.
export PATH := $(PATH):$(HOME)/.cargo/bin

TARGET := $(or $(CARGO_TARGET_DIR),target)
PDF ?= examples/queues.pdf
VIDEO ?= demo.mp4
# What is off unless asked for, but checked all the same.
EXTRA := --features brainwrought-cli/otlp
# What users of the crate alone turn off: each feature alone, each missing, and none.
STAGE_FEATURES := none ffmpeg onnxruntime pdfium providers onnxruntime,pdfium,providers ffmpeg,pdfium,providers \
	ffmpeg,onnxruntime,providers ffmpeg,onnxruntime,pdfium
# They run to their end without arguments, each in a few seconds.
EXAMPLES ?= custom_stage custom_store durable_pipeline gallery make_video mount_server own_stages watch_progress

.PHONY: help setup setup-kokoro setup-tests demo test test-c2pa test-features torture lint docs package bench bench-peers dist test-dist space-proof example-pdf clean reference

help:
	@echo 'make demo          a video from $(PDF), written to $(VIDEO)'
	@echo 'make test          formatting, lints, docs, examples and tests'
	@echo 'make test-c2pa     the same for content credentials, which bring 130 crates along'
	@echo 'make test-features every set of features of brainwrought-stages, and what is left without them'
	@echo 'make torture       a fleet under kills, stalls, partitions and restarts, for minutes'
	@echo 'make reference     the generated documents in docs/, from the program and the examples'
	@echo 'make bench         measurements'
	@echo 'make bench-peers   the Postgres job store beside other job queues'
	@echo 'make dist          a tarball and a Debian package, in dist'
	@echo 'make test-dist     installs both in clean Debian systems and makes videos there; as root, with debootstrap'
	@echo 'make space-proof   the steps of the Dockerfile in a clean Debian; as root, with debootstrap'
	@echo 'make setup         what the others need: packages, PDF engine, voice'
	@echo 'make setup-kokoro  the voices of Kokoro, which speak better and take more work'
	@echo 'make example-pdf   the example paper, from its source'
	@echo 'make clean         removes what was built'

setup:
	@scripts/setup.sh

setup-kokoro:
	@scripts/setup.sh kokoro

setup-tests:
	@scripts/setup.sh tests

demo: setup
	@start=$$(date +%s) && \
	cargo build --profile demo --package brainwrought-cli --no-default-features && \
	built=$$(date +%s) && \
	$(TARGET)/demo/brainwrought make $(PDF) -o $(VIDEO) && \
	echo "$(abspath $(VIDEO)): made in $$(($$(date +%s) - built)) s, after $$((built - start)) s of building"

# The tests come last, so that the output ends with their summary. Many wait for servers and workers, so those of the
# libraries run beside those of the frontends and beside the model, which takes minutes; what these print is shown afterwards.
named = $(sort $(notdir $(basename $(wildcard $(1:%=%/tests/*.rs)))) \
	$(notdir $(patsubst %/main.rs,%,$(wildcard $(1:%=%/tests/*/main.rs)))))
MODEL := small_model
FRONTENDS := $(filter-out $(MODEL),$(call named,brainwrought-cli brainwrought-http))
LIBRARIES := $(filter-out $(MODEL) $(FRONTENDS),$(call named,brainwrought-core brainwrought-stages brainwrought-store))

# Clippy stands before the compiler and lints what the tests are compiled from, and rustdoc writes the documentation with what
# the examples in it are run with: `make lint` and `make docs` find the same, but check all dependencies once more.
test: export RUSTC_WORKSPACE_WRAPPER := clippy-driver
test: export CLIPPY_ARGS := -D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__
test: setup-tests package
	cargo fmt --all --check
	cargo test --workspace $(EXTRA) --no-run
	cargo build --workspace --no-default-features --lib --bins --examples
	cargo rustc --package brainwrought-stages --lib --no-default-features
	@set -e; for example in $(EXAMPLES); do echo "example $$example"; $(TARGET)/debug/examples/$$example; done
	@cargo test --workspace $(EXTRA) $(FRONTENDS:%=--test %) >$(TARGET)/frontend-tests.log 2>&1 & frontends=$$!; \
	cargo test --workspace $(EXTRA) $(MODEL:%=--test %) >$(TARGET)/model-tests.log 2>&1 & model=$$!; \
	cargo test --workspace $(EXTRA) --lib --bins && cargo test --workspace $(EXTRA) $(LIBRARIES:%=--test %); libraries=$$?; \
	wait $$frontends; frontends=$$?; cat $(TARGET)/frontend-tests.log; \
	wait $$model; model=$$?; cat $(TARGET)/model-tests.log; \
	RUSTDOC=$(abspath scripts/test-docs.sh) cargo test --workspace $(EXTRA) --doc && \
	exit $$(( libraries | frontends | model ))

# Content credentials are off unless asked for, and take minutes to compile.
test-c2pa:
	cargo clippy --package brainwrought-stages --package brainwrought-cli --all-targets --features brainwrought-cli/c2pa -- -D warnings
	$(TARGET)/c2pa-reader/bin/python -c 'import c2pa' 2>/dev/null || { python3 -m venv $(TARGET)/c2pa-reader && \
		$(TARGET)/c2pa-reader/bin/python -m pip install --quiet --only-binary=:all: c2pa-python==0.38.1; }
	BRAINWROUGHT_TEST_C2PA_PYTHON=$(abspath $(TARGET))/c2pa-reader/bin/python \
		cargo test --package brainwrought-stages --features c2pa --lib credentials
	cargo test --package brainwrought-cli --features c2pa --bin brainwrought signing

# `make test` checks that nothing is left over without any; this checks all sets, and runs what is left without any.
test-features: setup-tests
	@set -e; for features in $(STAGE_FEATURES); do echo "features $$features"; \
		cargo clippy --package brainwrought-stages --lib --no-default-features --features "$${features#none}" -- -D warnings; done
	cargo rustc --package brainwrought-store --lib --no-default-features --profile check -- -D warnings
	cargo clippy --package brainwrought-cli --bins --no-default-features -- -D warnings
	cargo test --package brainwrought-stages --no-default-features --lib --test missing_features
	cargo test --package brainwrought-stages --no-default-features --test parse

# Ten times the tasks of the tests. SEED=2 gives other blows.
torture: setup-tests
	cargo test --package brainwrought-store --test torture -- \
		--tasks $(or $(TASKS),10000) --workers 12 --restarts 12 --limit 3600 --seed $(or $(SEED),1)

# Examples are named so that dependencies get the features that the tests want of them, and are not checked once more.
lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets $(EXTRA) -- -D warnings
	cargo clippy --workspace --no-default-features --lib --bins --examples -- -D warnings
	cargo rustc --package brainwrought-stages --lib --no-default-features --profile check -- -D warnings

docs:
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --lib $(EXTRA)

# What is published holds all that it is built from; that it compiles is known by now.
package:
	cargo package --workspace --exclude brainwrought-benches --exclude brainwrought-examples --exclude brainwrought-testing \
		--no-verify --offline --allow-dirty

# The tests that compare the documents with the program write them instead.
reference:
	UPDATE_REFERENCE=1 cargo test --workspace $(EXTRA) --bin brainwrought is_current

bench: setup
	cargo bench --package brainwrought-benches

# The other queues are compiled by nothing else, and never into the same folder.
bench-peers: setup-tests
	cargo run --release --locked --manifest-path benches/peers/Cargo.toml --target-dir $(TARGET)/peers

dist:
	scripts/dist.sh

test-dist: dist
	scripts/test-dist.sh

space-proof:
	scripts/prove-image.sh

example-pdf:
	examples/queues.sh

clean:
	cargo clean
	rm -f $(VIDEO)
