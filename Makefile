# Stageline's two commands are `make serve` and `make test`; both need Python 3.11 or newer and make, nothing else.
# No target removes var/, where the data of `make serve` is.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

# The first interpreter that is new enough, by trying it: a shim or an alias may be there and not run.
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
endif

BIN := .venv/bin
IDE := .ide
CLIENTS := tests/clients
# Processes start faster with modules that are compiled already, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=

# Tests run on all processors, a file on one of them, each with a PostgreSQL and a Redis of its own, in the order that
# tests/conftest.py gives them: how many at once says it, too.
SPREAD := --numprocesses auto --dist loadfile --no-loadscope-reorder

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: serve
serve: .env-runtime ## Start Stageline with its own PostgreSQL and a demo firm on http://127.0.0.1:8000 (PORT, DATABASE_URL, REDIS_URL)
	@exec $(BIN)/stageline serve --demo

.PHONY: test
test: .env-dev .clients ## Run the tests, with ALL=1 all of the long sweeps; they start their own PostgreSQL and Redis
	@exec $(BIN)/pytest $(SPREAD) $(ARGS)

.PHONY: test-quick
test-quick: .env-dev .clients ## Run the tests that take under two minutes together
	@exec $(BIN)/pytest $(SPREAD) -m 'not slow' $(ARGS)

.PHONY: faults
faults: .env-dev .clients ## Break connections, processes and servers at random while clients write and look (SECONDS=600, SEED=any)
	@exec $(BIN)/python -m tests.faults $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED)) $(ARGS)

.PHONY: bench
bench: .env-dev ## Run the benchmarks on a PostgreSQL of their own and print a table (ARGS=NAME for one)
	@exec $(BIN)/python -m bench $(ARGS)

.PHONY: check
check: lint types layers drift rules ## Check everything but the tests: lint, types, layers, schema drift, rules with tests

.PHONY: lint
lint: .env-dev ## Check style and likely bugs (make format repairs what can be)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

.PHONY: format
format: .env-dev ## Format the code and repair what the linter can
	$(BIN)/ruff check --fix --exit-zero
	$(BIN)/ruff format

.PHONY: types
types: .env-dev ## Check the types of code and tests, strictly
	$(BIN)/mypy

.PHONY: layers
layers: .env-dev ## Check that no package looks back up (server > gql > resolvers > engine, live > store)
	$(BIN)/lint-imports

.PHONY: drift
drift: .env-dev ## Check schema/stageline.graphql against the code, and for breaking changes
	$(BIN)/stageline export-schema --check

.PHONY: rules
rules: .env-dev ## Check that every rule that docs/rules.md calls built is named by a test
	$(BIN)/python tools/rules.py

.PHONY: schema
schema: .env-runtime ## Export the GraphQL schema to schema/stageline.graphql
	$(BIN)/stageline export-schema

.PHONY: migration
migration: .env-dev ## Write a migration for changed models (NAME=what_it_does)
	$(BIN)/tortoise -c store.migrate.TORTOISE makemigrations -n $(NAME)

.PHONY: lock
lock: .env-dev ## Renew both lock files to the newest versions that pyproject.toml allows (needs the network)
	$(BIN)/python tools/lock.py

.PHONY: ide
ide: ## Install GraphiQL's files into .ide/, so that its page needs no internet (needs npm)
	@command -v npm >/dev/null || { echo "make ide needs npm, which is not here; without it the GraphiQL page loads its files from the internet." >&2; exit 1; }
	@npm install --no-save --no-audit --no-fund --ignore-scripts --no-package-lock --legacy-peer-deps --loglevel=error \
		--prefix $(IDE) graphiql@3.8.3 react@18.2.0 react-dom@18.2.0
	@echo "GraphiQL is in $(IDE)/; the next make serve uses it."

.PHONY: clients
clients: $(CLIENTS)/node_modules/.package-lock.json ## Install the GraphQL clients from npm that the tests run (needs npm; make test does it)

# npm writes this file last. It is newer than the lock file while what is installed is right.
$(CLIENTS)/node_modules/.package-lock.json: $(CLIENTS)/package-lock.json
	@echo "Installing the JavaScript clients for the tests (once; some seconds) ..." >&2
	@npm ci --prefix $(CLIENTS) --loglevel=error >&2
	@touch $@

# Without Node, or without its registry, those tests are skipped and say so; CI has both.
.PHONY: .clients
.clients:
	@if command -v npm >/dev/null && command -v node >/dev/null; then $(MAKE) --silent --no-print-directory clients || test -z "$(CI)"; fi

.PHONY: env
env: .env-dev ## Make the environment .venv with everything for development

# The script compares what is installed with the lock files and returns at once when nothing changed.
.PHONY: .env-runtime .env-dev
.env-runtime: .python
	@$(PYTHON) tools/environment.py requirements.lock requirements-dev.lock
.env-dev: .python
	@$(PYTHON) tools/environment.py requirements-dev.lock

.PHONY: .python
.python:
	@test -n "$(PYTHON)" || { echo "Stageline needs Python 3.11 or newer, and none was found. Install it, or name it: make PYTHON=/path/to/python3 ..." >&2; exit 1; }
