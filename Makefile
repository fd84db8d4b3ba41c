# newswatch: everything a newcomer, a developer and CI need. `make` alone lists it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: help setup demo test vectors floor e2e e2e-next foreign airflow containers constraints helm check format lint types contracts sql-lint lock clean

help:  ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY)  ## make .venv from the lock file

$(READY): requirements-dev.lock requirements-uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "newswatch needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up .venv (once, a minute or so) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@$(BIN)/uv pip install --python $(BIN)/python --quiet --compile-bytecode --require-hashes -r requirements-dev.lock || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/uv pip install --python $(BIN)/python --quiet --no-deps --no-build-isolation --editable . || \
	  $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)  ## run the main job on the sample feeds, into var/demo/
	@$(BIN)/newswatch demo

test: $(READY)  ## run the tests (they start what they need themselves)
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -q -n 3

vectors: $(READY)  ## keep the sentence vectors of the gold texts anew, for the tests (tests/kept.py)
	@KEEP_VECTORS=1 $(BIN)/pytest -q -p no:xdist tests/test_quality.py tests/test_stream_floors.py tests/desk/evaluate tests/core/match tests/core/events tests/steps/test_main_job.py

floor: $(READY)  ## the store's tests on the oldest SQLAlchemy that is allowed
	@$(BIN)/uv pip install --python $(BIN)/python --quiet --target $(VENV)/floor --no-deps --require-hashes -r requirements-floor.lock
	@PYTHONPATH=$(VENV)/floor $(BIN)/pytest -q -n 2 tests/store -W ignore::DeprecationWarning

e2e: $(READY)  ## the tests with a real Airflow, PostgreSQL, Redis (some minutes)
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -q -m e2e tests/dags tests/web tests/test_compose.py
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -q -s -m e2e tests/e2e

e2e-next: $(READY)  ## the same with the newest Airflow 3.3 that the registry has, in an environment of its own
	@$(BIN)/uv venv --quiet --clear var/next
	@VIRTUAL_ENV=var/next $(BIN)/uv pip install --quiet -r requirements-dev.lock
	@VIRTUAL_ENV=var/next $(BIN)/uv pip install --quiet --upgrade-package apache-airflow --upgrade-package apache-airflow-core \
	  --upgrade-package apache-airflow-task-sdk --editable . 'apache-airflow<3.4'
	@env -u PYTHONDONTWRITEBYTECODE var/next/bin/pytest -q -m e2e tests/dags tests/web tests/test_compose.py
	@env -u PYTHONDONTWRITEBYTECODE var/next/bin/pytest -q -s -m e2e tests/e2e

foreign: $(READY)  ## newswatch from its wheel into an Airflow that was there first, in three ways (needs a package registry)
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -q -s -m e2e tests/foreign

airflow: $(READY)  ## Airflow with these DAGs on the sample feeds, at http://127.0.0.1:8080
	@exec env -u PYTHONDONTWRITEBYTECODE $(BIN)/python deploy/embedded.py

containers: $(READY)  ## build the image and run docker-compose.yml for real (podman or docker; before a release)
	@$(BIN)/python deploy/containers.py $(CONTAINERS)

constraints: $(READY)  ## newswatch installs beside what Airflow's official image holds
	@sh deploy/constraints.sh

helm: $(READY)  ## render the official chart with our values: make helm CHART=airflow-1.22.0.tgz
	@$(BIN)/python deploy/rendered.py $(CHART)

check: $(READY) lint types contracts sql-lint test  ## everything that must hold before a change lands

format: $(READY)  ## format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lint: $(READY)  ## format check and ruff
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

types: $(READY)  ## mypy --strict on the package, the DAGs, deploy and the benchmarks
	@$(BIN)/mypy

contracts: $(READY)  ## who may import whom (DESIGN)
	@$(BIN)/lint-imports

sql-lint: $(READY)  ## lint views, queries and checks, read as PostgreSQL and as SQLite
	@$(BIN)/sqlfluff lint --disable-progress-bar sql/views sql/queries sql/checks
	@$(BIN)/sqlfluff lint --disable-progress-bar --dialect sqlite --exclude-rules ST06,RF04,ST10 sql/views sql/queries sql/checks

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header

lock:  ## resolve the dependencies anew: requirements-dev.lock (what develops), requirements.lock (what runs: a part of it)
	@$(LOCK) --upgrade --extra dev pyproject.toml -o requirements-dev.lock
	@cp requirements-dev.lock requirements.lock && $(LOCK) --extra production pyproject.toml -o requirements.lock
	@grep '^uv==' requirements-dev.lock >/dev/null || echo "note: uv is locked in requirements-uv.lock"

clean:  ## remove what was built and run, the data under var/ included
	@rm -rf $(VENV) var .mypy_cache .ruff_cache .hypothesis .import_linter_cache
