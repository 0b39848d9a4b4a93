# The menu. Logic lives in xtask and anvil-scripts.
.DEFAULT_GOAL := help
BIN   := $(or $(CARGO_TARGET_DIR),target)/debug
CARGO := cargo --locked

# Always the whole workspace: building single crates would pick other features and compile dependencies again.
.PHONY: build
build:
	@.ci/preflight
	$(CARGO) build --workspace --bins

.PHONY: demo
demo: build ## Play the whole story on a real chain and database
	@$(BIN)/anvil-scripts demo

.PHONY: test
test: build ## Run every test: what CI runs
	@$(BIN)/xtask test

.PHONY: up
up: build ## Start the stack, deployed and funded, until Ctrl-C
	@$(BIN)/anvil-scripts up

.PHONY: lint
lint: build ## Format, clippy, repository rules; no tests
	@$(BIN)/xtask test --only lint

.PHONY: codegen
codegen: build ## Rewrite verifiers and contract artifacts
	@$(BIN)/anvil-scripts tools >/dev/null
	@$(BIN)/xtask codegen

.PHONY: bench
bench: ## Time proving and verifying (release build)
	$(CARGO) bench --package datavault-groth16 --bench proving

.PHONY: bench-prover
bench-prover: ## Our prover against snarkjs, arkworks and snarkrs: CPU-seconds, ratios, target/bench/prover.json
	cargo run --release --locked --manifest-path prover/bench/Cargo.toml --target-dir target/bench-prover

.PHONY: gas
gas: build ## Measure the gas of every action beside its goal and the best peer
	@$(BIN)/anvil-scripts tools >/dev/null
	@$(BIN)/xtask gas

.PHONY: analyze
analyze: build ## Slither, halmos, and what the last mutation run found
	@$(BIN)/anvil-scripts tools >/dev/null
	@$(BIN)/xtask analyze

.PHONY: mutate
mutate: build ## Mutate the contracts and count what no test notices, for hours; goes on where it stopped
	@$(BIN)/anvil-scripts tools >/dev/null
	@$(BIN)/xtask mutate

.PHONY: mutants
mutants: ## Drop every row of every circuit and forge a witness without it; writes docs/soundness.md (20 CPU-minutes)
	SOUNDNESS=write $(CARGO) test --package datavault-groth16 --lib -- mutation::tests::report --exact --nocapture

.PHONY: test-deep
test-deep: build ## Long fuzzing campaigns, for a free hour
	@$(BIN)/anvil-scripts tools >/dev/null
	cd contracts && FOUNDRY_PROFILE=deep node_modules/.bin/forge test --no-match-path 'test/Gas.t.sol'
	PROPTEST_CASES=20000 $(BIN)/xtask test --only rust
	@$(BIN)/xtask fuzz

.PHONY: test-ipfs
test-ipfs: ## The Kubo client against a real IPFS node (slow to install)
	npm ci --prefix content/tests/ipfs-node --no-audit --no-fund --ignore-scripts
	node content/tests/ipfs-node/start.cjs $(CARGO) test --package datavault-content --features ipfs-node --test kubo

.PHONY: clean
clean: ## Remove everything that was built or installed
	rm -rf target contracts/out contracts/cache contracts/node_modules anvil-scripts/node_modules content/tests/ipfs-node/node_modules prover/peers/node_modules

.PHONY: help
help: ## Show this menu
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
