# Needs Python 3.11 or newer with pip, and nothing else. PYTHON=/path/to/python chooses one, VENV=dir another folder.
VENV ?= .venv
PYTHON ?= $(shell command -v python3 || command -v python || echo python3)
PY := $(VENV)/bin/python
WORKERS ?= 2
CHAOS_S ?= 1800
CHAOS_SEED ?= 7
SOAK_S ?= 1800
# what Python has compiled stays, whatever is usual here: else each process of the tests does it anew, half a second
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo check test stack chaos soak bench evaluate docs clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.installed-dev  ## everything for working on Tripmeter into .venv

demo: $(VENV)/.installed  ## a simulated fleet's working day: alerts, scores, premiums, in a minute or two
	@$(PY) -m streams.demo

check: $(VENV)/.installed-dev  ## style, types, and which room may import which
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo

test: $(VENV)/.installed-dev  ## all tests that need nothing but pip
	$(PY) -m streams.warm
	$(PY) -m pytest -n $(WORKERS) --dist worksteal

stack: $(VENV)/.installed-dev  ## long tests, and those against real servers (Mosquitto, Kafka, PostgreSQL), installed if they are missing
	scripts/stack.sh
	$(PY) -m streams.warm
	$(PY) -m pytest -m "stack or slow"

chaos: $(VENV)/.installed-dev  ## half an hour of servers, processes, lines and disks that fail at random; CHAOS_S=seconds CHAOS_SEED=number
	scripts/stack.sh
	$(PY) -m streams.warm
	CHAOS_S=$(CHAOS_S) CHAOS_SEED=$(CHAOS_SEED) CHAOS_RESULT=bench/chaos.json $(PY) -m pytest -m stack tests/stack/test_chaos.py
	$(PY) -m tests.stack.page

soak: $(VENV)/.installed-dev  ## half an hour of steady load: nothing lost, nothing grows; SOAK_S=seconds
	scripts/stack.sh
	$(PY) -m streams.warm
	SOAK_S=$(SOAK_S) SOAK_RESULT=bench/soak.json $(PY) -m pytest -m stack tests/stack/test_soak.py
	$(PY) -m tests.stack.page

bench: $(VENV)/.installed-dev  ## how fast each stage is: bench/results.json, docs/performance.md
	$(PY) -m bench

evaluate: $(VENV)/.installed-dev  ## precision and recall on recordings and on a simulated fleet: docs/accuracy.md
	$(PY) -m evaluation

docs: $(VENV)/.installed-dev  ## write the pages that are made from the code
	$(PY) -m devices.docs
	$(PY) -m streams.page docs

clean:  ## take away what make made (not your data)
	rm -rf $(VENV) .stack build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# a stamp is newer than pyproject.toml once what it asks for is installed
$(VENV)/.installed: pyproject.toml
	@PYTHON='$(PYTHON)' scripts/setup.sh '$(VENV)' .

$(VENV)/.installed-dev: pyproject.toml
	@PYTHON='$(PYTHON)' scripts/setup.sh '$(VENV)' '.[dev]'
