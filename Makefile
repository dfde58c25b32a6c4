# Everything a person or CI runs. `make help` lists it.
PY   := python3
VENV := .venv
RUN  := $(VENV)/bin/
UV   := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)

.DEFAULT_GOAL := help
.PHONY: help setup demo run check test cover bench bench-match bench-ingest bench-store bench-stories bench-search bench-sense crash docs pictures lock

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 16

setup: $(VENV)/.ready ## make .venv with everything in requirements.lock

.uv/bin/uv:
	$(PY) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/.ready: requirements.lock pyproject.toml | $(filter .uv/bin/uv,$(UV))
	$(UV) venv --quiet --allow-existing --python $(PY) $(VENV)
	$(UV) pip sync --quiet --python $(VENV)/bin/python --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(VENV)/bin/python --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## the main job on news that ships with the project: no token, no internet
	@$(RUN)sosik demo

run: setup ## the bot, with the settings of .env
	@$(RUN)sosik run

check: setup ## format, lint, types, imports, dependencies
	$(RUN)ruff format --check .
	$(RUN)ruff check .
	$(RUN)mypy
	$(RUN)lint-imports --no-cache
	$(RUN)deptry bot handlers migrations

test: setup ## all tests
	$(RUN)pytest -rs -n 2

cover: setup ## all tests with the coverage gate
	$(RUN)coverage erase
	$(RUN)coverage run -m pytest -rs
	$(RUN)coverage combine --quiet
	$(RUN)coverage report --include='bot/core/*,bot/sources/*,bot/render/*,bot/services/*' --fail-under=100
	$(RUN)coverage report --fail-under=90

bench: setup ## ratios against alternatives in one run; bench-match -ingest -store -stories -search -sense for one
	$(RUN)python -m bench

bench-match bench-ingest bench-store bench-stories bench-search bench-sense: bench-%: setup
	$(RUN)python -m bench $*

crash: setup ## kill, freeze and restart real processes: nothing lost, nothing doubled (KILLS=120)
	$(RUN)python -m tests.crash --kills $(or $(KILLS),60) $(CRASH)

docs: setup ## check that the documents tell the truth
	$(RUN)pytest -rs tests/test_documents.py tests/test_parity.py

pictures: setup ## the cards in docs/images, from the demo in headless Chromium
	$(RUN)python -m tests.pictures

lock: | $(filter .uv/bin/uv,$(UV)) ## make requirements.lock anew
	$(UV) pip compile --quiet --universal --generate-hashes --extra dev pyproject.toml -o requirements.lock
