# The commands of this project; `make help` lists them. A fresh machine needs Python 3.11 or newer and make, nothing else:
# the first target that needs them puts all dependencies into .venv, at the versions of constraints.txt.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# Python keeps what it has compiled, even where the environment forbids it: a test run starts many processes, and each
# would compile every module anew.
export PYTHONDONTWRITEBYTECODE :=

# Any Python can be named: make PYTHON=/path/to/python. A python3 that is too old is passed over for a newer one by name.
NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	if $$python $(NEW_ENOUGH) 2>/dev/null; then echo $$python; exit; fi; done; echo python3)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test quick bench check format generate migration ui clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(READY) ui ## Start the gateway, with demonstration data the first time
	@$(BIN)/ingest-gateway serve --demo

test: $(READY) ui ## Run all tests, on SQLite and on a Postgres that the tests start themselves
	@$(BIN)/python -m pytest --quiet --numprocesses auto --maxprocesses 4 --dist loadfile

quick: $(READY) ## Run the tests that a developer needs between two edits: on SQLite, without the slow ones
	@$(BIN)/python -m pytest --quiet -m "not slow" --numprocesses auto --maxprocesses 4 --dist loadfile

bench: $(READY) ## Measure the gateway beside a plain Strawberry server and the limit of the database
	@$(BIN)/python -m tests.benchmarks

check: $(READY) ## Check formatting, style, types, import rules and generated files
	@$(BIN)/ruff format --check || { echo "The formatting differs: make format"; exit 1; }
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tests.generated --check

format: $(READY) ## Format the code and apply the safe corrections of the style check
	@$(BIN)/ruff check --quiet --fix --exit-zero
	@$(BIN)/ruff format --quiet

generate: $(READY) ## Write the generated files anew: schema.graphql, tables of the guide, golden SQL
	@$(BIN)/python -m tests.generated
	@REWRITE_GOLDEN=.sql $(BIN)/python -m pytest --quiet tests/operations

migration: $(READY) ## Make a migration from what the tables have and the migrations lack: NAME="what changes"
	@$(BIN)/python -m tests.migration "$(NAME)"

# Node comes from a package of the virtual environment where the machine has none that is recent enough.
ui: $(READY) ## Build the pages: GraphiQL and the documentation of the REST API
	@if $(BIN)/python -m app.pages.build --lacks-node; then $(PIP) --editable '.[ui]' || true; fi
	@$(BIN)/python -m app.pages.build --optional

clean: ## Remove everything that these commands made, except databases
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
	@rm -rf app/pages/static app/pages/node_modules tests/audits/node_modules
	@find app tests -type d -name __pycache__ -prune -exec rm -rf {} +

# An environment left half made, or made by a Python that is gone or too old, is made anew.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) $(NEW_ENOUGH) || { echo "This project needs Python 3.11 or newer, and $(PYTHON) is not:" \
		"install one, or name one with make PYTHON=/path/to/python" >&2; exit 1; }
	@echo "Installing into $(VENV) (a minute the first time)"
	@{ $(BIN)/python $(NEW_ENOUGH) && $(BIN)/python -m pip --version >/dev/null; } 2>/dev/null \
		|| $(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --editable '.[dev,bulk]'
	@touch $@
