# make course      set everything up and open the course (ARGS=--no-browser prints the address only)
# make test        set up what tests need and run them; make test-all runs the exhaustive tables whole
# make exercises   generate exercises/ from solutions/, as nbgrader releases them
# make kill-table  write build/kill-table/, and its summary in docs/: which test notices which mistake
# make names       print how often the first name that is said of a mistake is the right one
# make site        build the lectures as a static site, into build/site
# make pictures    record the README's moving pictures in a browser, into docs/images
# make bench       measure layers, threads, checks, widgets and assignments; print the tables

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

# nbgrader starts alembic and jupyter by their names.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

help:
	@sed -n '/^# make/p; /^$$/q' Makefile

.PHONY: help course test test-all kill-table names lint exercises site pictures bench packages clean

course: $(VENV)/course
	$(BIN)/python -m convkit open $(ARGS)

# One thread of linear algebra for each of pytest's processes: more would wait for one another. The
# package is compiled once, and not by each of the processes that the tests start.
PYTEST := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

test: packages $(VENV)/test lint
	$(BIN)/python -m compileall -q convkit
	$(PYTEST) --durations 25 -m "not exhaustive"

test-all: packages $(VENV)/test lint
	$(BIN)/python -m compileall -q convkit
	$(PYTEST)

# Which test of which assignment notices which mistake: build/kill-table/.
kill-table: $(VENV)/test
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m tests.kill_table

names: $(VENV)/test
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m tests.names $(ARGS)

lint: $(VENV)/test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

exercises: $(VENV)/course
	for folder in solutions/*/; do \
		$(BIN)/nbgrader generate_assignment "$$(basename "$$folder")" --no-db --force || exit 1; \
	done

site: $(VENV)/site
	$(BIN)/python docs/site/build.py

pictures: packages $(VENV)/test
	$(BIN)/python -m docs.images.record

# Without what pins the products of matrices to an old processor.
bench: $(VENV)/test
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE -u OPENBLAS_NUM_THREADS -u OMP_NUM_THREADS \
		$(BIN)/python -m benchmarks $(ARGS)

# The Debian packages of apt.txt: by apt-get where it may, otherwise the exact command is printed.
packages:
	@missing=$$(for package in $$(cat apt.txt); do \
		dpkg -s "$$package" >/dev/null 2>&1 || echo "$$package"; done); \
	[ -n "$$missing" ] || exit 0; \
	root=$$([ "$$(id -u)" = 0 ] || echo "sudo -n"); \
	command="apt-get update && apt-get install --yes $$(echo $$missing)"; \
	if command -v apt-get >/dev/null && $$root true 2>/dev/null; then \
		$$root sh -c "$$command"; \
	else \
		echo "The tests need: $$(echo $$missing). On Debian run:"; \
		echo "    sudo sh -c '$$command'"; \
		exit 1; \
	fi

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "convkit needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/course: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/site: $(VENV)/course
	$(BIN)/python -m pip install --quiet --editable ".[site]"
	touch $@

# PyTorch is an oracle for the tests: any build will do, and the CPU's is the smallest.
$(VENV)/test: $(VENV)/course
	$(BIN)/python -c "import torch" 2>/dev/null || $(BIN)/python -m pip install --quiet "torch==2.13.0"
	$(BIN)/python -m pip install --quiet --editable ".[test]"
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
