# Each target sets up its own .venv first; an up-to-date one costs a moment.
BIN := .venv/bin

.PHONY: help setup setup-dev demo test lint types contracts pytest format clean

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile

setup:
	@scripts/setup.sh

setup-dev:
	@scripts/setup.sh dev

demo: setup  ## prepare, train, evaluate and show the model of recipes/demo.toml; run again, it goes on where it stopped
	@$(BIN)/python -m tastemaker.cli.demo recipes/demo.toml

test: lint types contracts pytest  ## everything that a change must pass

lint: setup-dev  ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup-dev  ## mypy, strict
	$(BIN)/mypy

contracts: setup-dev  ## which package may import which
	$(BIN)/lint-imports

pytest: setup-dev  ## the tests alone
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2

format: setup-dev  ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove .venv and the caches, but neither data nor runs
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
