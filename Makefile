# Everything a developer or CI runs. Python 3.11+ and make are all it needs.
.DEFAULT_GOAL := help
.PHONY: help setup run-setup demo test check seeds kill9 scale journeys bench-tests record bench pins
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip --quiet --disable-pip-version-check install
SEEDS  ?= 10000
KILLS  ?= 200
PYTEST_ARGS ?=
LONG   := tests/kill9 tests/scale tests/bench tests/journeys tests/simulation

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## /\1\t/p' Makefile | expand -t 14

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Leadswitch needs Python 3.11 or newer: make PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run-setup: requirements.txt requirements-build.txt pyproject.toml | $(BIN)/python
	@echo "installing Leadswitch into $(VENV) ..."
	@$(PIP) --require-hashes -r requirements.txt -r requirements-build.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/setup: requirements-dev.txt $(VENV)/run-setup
	@echo "installing the tools of development and test ..."
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

setup: $(VENV)/setup ## install everything into .venv

demo: $(VENV)/run-setup ## route a few hundred sample leads, no account needed
	@$(BIN)/leadswitch demo

test: $(VENV)/setup ## the test suite, a real PostgreSQL included
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(LONG:%=--ignore=%) $(PYTEST_ARGS)

check: $(VENV)/setup ## types, lint, format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

seeds: $(VENV)/setup ## simulated histories, and the wrong designs they must catch: make seeds SEEDS=1000
	@$(BIN)/python -m pytest -n 2 tests/simulation
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) --mutants

kill9: $(VENV)/setup ## real processes killed at random, on both databases: make kill9 KILLS=200
	@$(BIN)/python -m pytest tests/kill9
	@$(BIN)/python -m tests.kill9 --kills $(KILLS)

scale: $(VENV)/setup ## two workers with 10,000 leads, plans over a million rows, on PostgreSQL
	@$(BIN)/python -m pytest tests/scale
	@$(BIN)/python -m tests.scale

journeys: $(VENV)/setup ## the program as its users run it, against both sandbox CRMs over HTTP
	@$(BIN)/python -m pytest -n 2 tests/journeys

bench-tests: $(VENV)/setup ## the benches and the models of other programs in them, with few leads
	@$(BIN)/python -m pytest -n 2 tests/bench

record: $(VENV)/setup ## record the cassettes anew (docs/recording.md)
	@$(BIN)/python -m tests.cassettes.record

bench: $(VENV)/setup ## measure everything, write bench/results.md
	@$(BIN)/python -m bench all

pins: ## pin the dependencies anew (needs uv)
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --extra postgres -o requirements.txt
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --group build -o requirements-build.txt
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --all-extras --group dev --group bench -o requirements-dev.txt
