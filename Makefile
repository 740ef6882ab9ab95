# Everything happens in .venv, made from uv.lock.  Nothing but Python (3.11 or newer) is needed; `make help` tells more.

UV_VERSION := 0.13.9
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)

# uv works in our environment, with its Python: it neither downloads one nor looks for another.
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON := $(CURDIR)/.venv/bin/python
export UV_PYTHON_DOWNLOADS := never
# An activated environment of another project is none of ours.
unexport VIRTUAL_ENV

BIN := .venv/bin
SYNC := $(BIN)/uv sync --frozen --inexact --quiet
UV := .venv/.uv-$(UV_VERSION)
LOCKED := uv.lock pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help run test test-long check bench translations pictures vendor openapi

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

run: .venv/.for-running ## serve the demo on http://localhost:8000; data is kept in ./var
	@exec $(BIN)/efa-registry serve --demo

test: .venv/.for-working ## run the tests, on SQLite and on a real PostgreSQL (ARGS="-k word" picks some)
	@$(BIN)/python -m pytest -n 2 -m "not long" $(ARGS)

test-long: .venv/.for-working ## run the tests that take long: crash loops, fuzzing, full crossings
	@$(BIN)/python -m pytest -n 2 -m long $(ARGS)

check: .venv/.for-working ## check format, lint, imports and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy

bench: .venv/.for-working ## run the benchmarks and compare them with their goals
	@$(BIN)/python -m benchmarks $(ARGS)

translations: .venv/.for-working ## bring the English texts of the pages up to date with the templates
	@$(BIN)/python -m tools.translations

pictures: .venv/.for-working ## make the pictures of the pages in docs/pictures anew
	@mkdir -p docs/pictures
	@$(BIN)/python -m pytest -q -m long tests/web/test_pictures.py --pictures docs/pictures

vendor: ## copy what the pages need of npm into registry/static/vendor (needs Node)
	@cd tools/vendoring && npm ci --ignore-scripts && python3 copy.py

openapi: .venv/.for-running ## write the OpenAPI document
	@$(BIN)/efa-registry openapi write openapi/openapi.json

.venv/.for-running: $(LOCKED) | $(UV)
	@echo "Installing what runs the registry…"
	@$(SYNC)
	@touch $@

.venv/.for-working: $(LOCKED) | $(UV)
	@echo "Installing what tests and checks the registry…"
	@$(SYNC) --all-groups --all-extras
	@touch $@ .venv/.for-running

$(UV):
	@test -n "$(PYTHON)" || { \
		echo "Python 3.11 or newer is needed, and there is none on the PATH." >&2; \
		echo "Install one (Debian: apt-get install python3 python3-venv), or name it: make run PYTHON=/path/to/python3" >&2; \
		exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is too old or no Python: 3.11 or newer is needed." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q python3-venv; \
		else \
			echo "This Python cannot make virtual environments." >&2; \
			echo "Debian and its kin: sudo apt-get install python3-venv" >&2; exit 1; \
		fi; }
	@echo "Making .venv…"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@
