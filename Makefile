# Every target sets up what it needs by itself. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
BIN := .venv/bin
PORT ?= 8501
DATABASE_URL ?=
export DATABASE_URL

.PHONY: help install run test check unit browser-tests bench evaluate lock clean browser dev

help:  ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

# The lock names every package with its hash; nothing else can be installed.
.venv/.installed: requirements/run.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or say make PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { \
		echo "Python's venv module is missing (Debian: apt-get install python3-venv)"; rm -rf .venv; exit 1; }
	@echo "installing debtor-portal from its lock (a minute the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements/dev.lock .venv/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

install: .venv/.installed  ## the virtual environment in .venv, from the hashed lock

dev: .venv/.dev

run: .venv/.installed  ## serve the demo: embedded SQLite, or DATABASE_URL=postgresql+psycopg://…
	@PORTAL_DEMO=1 $(BIN)/portal run --port $(PORT)

browser:
	@sh .ci/browser

test: .venv/.dev browser  ## everything: rules, both databases, screens, real browser
	$(BIN)/python -m pytest -n 2 --dist worksteal --ignore tests/browser
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/browser

unit: .venv/.dev  ## the rules and the services, without the browser
	$(BIN)/python -m pytest -n 2 --dist worksteal --ignore tests/browser

browser-tests: .venv/.dev browser  ## the journeys in a real Chromium; pictures in var/screenshots
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/browser

check: .venv/.dev  ## style, types, layers, both languages complete
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m portal.catalogue
	$(BIN)/portal policy validate

.venv/.bench: requirements/bench.lock .venv/.dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.lock
	@touch $@

bench: .venv/.bench  ## what a screen and a portfolio cost, against floors and peers; writes benchmarks/latest.json
	$(BIN)/python -m benchmarks

evaluate: .venv/.bench  ## negotiate with 100,000 synthetic debtors by every strategy; writes docs/evaluation.md
	$(BIN)/python -m benchmarks.evaluation

lock: .venv/.installed  ## renew requirements/*.lock from pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@for name in run dev bench; do \
		extra=$$([ $$name != run ] && echo "--extra $$name --constraint requirements/run.lock"); \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
			$$extra pyproject.toml requirements/build.in -o requirements/$$name.lock; done

clean:  ## undo: environment, embedded database, caches
	rm -rf .venv var build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
