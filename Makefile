# Needs Python 3.11 or newer; everything else is installed into .venv, once.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test test-slow test-slow-processes test-slow-crashes test-slow-replicas test-slow-postgres test-slow-browser test-slow-others test-slow-schemathesis test-slow-faults test-slow-forecasts test-faults bench mutants check format lock clean

run: .venv/run.stamp
	$(BIN)/python wsgi.py

# All fast tests, with branch coverage; `make test ARGS="tests/web -k cancel"` runs some of them, without it.
test: .venv/dev.stamp
	$(BIN)/pytest $(or $(ARGS),--numprocesses=auto --maxprocesses=8 --dist=worksteal --cov --cov-report=term)

# Most of them wait most of the time: four groups at once take a third of the time, the longest ones first.
test-slow: .venv/dev.stamp
	$(MAKE) --no-print-directory --jobs=4 --output-sync=target $(addprefix test-slow-,processes others browser crashes schemathesis postgres faults replicas forecasts)

CRASHES := tests/processes/test_crash.py tests/processes/test_crash_http.py tests/processes/test_idempotency.py
REPLICAS := tests/processes/test_replicas.py
SCHEMATHESIS := tests/processes/test_schemathesis.py
FAULTS := tests/faults
POSTGRES := tests/stores/postgres tests/engines tests/postgres
BROWSER := tests/browser
FORECASTS := tests/schedule

test-slow-processes: .venv/dev.stamp
	$(BIN)/pytest -m slow --durations=8 --durations-min=5 tests/processes $(patsubst %,--ignore=%,$(CRASHES) $(REPLICAS) $(SCHEMATHESIS))

test-slow-crashes: .venv/dev.stamp
	$(BIN)/pytest -m slow --durations=8 --durations-min=5 $(CRASHES)

test-slow-faults: .venv/dev.stamp
	$(BIN)/pytest -m slow --durations=8 --durations-min=5 $(FAULTS)

test-slow-schemathesis: .venv/dev.stamp
	$(BIN)/pytest -m slow --durations=8 --durations-min=5 $(SCHEMATHESIS)

test-slow-replicas: .venv/dev.stamp
	$(BIN)/pytest -m slow --durations=8 --durations-min=5 $(REPLICAS)

test-slow-postgres: .venv/dev.stamp
	$(BIN)/pytest -m slow --durations=8 --durations-min=5 $(POSTGRES)

test-slow-forecasts: .venv/dev.stamp
	$(BIN)/pytest -m slow --durations=8 --durations-min=5 $(FORECASTS)

test-slow-browser: .venv/dev.stamp
	$(BIN)/pytest -m slow --durations=8 --durations-min=5 $(BROWSER)

test-slow-others: .venv/dev.stamp
	$(BIN)/pytest -m slow --durations=8 --durations-min=5 $(patsubst %,--ignore=%,tests/processes $(POSTGRES) $(BROWSER) $(FAULTS) $(FORECASTS))

# Many more faults than in `make test-slow`, for some hours; writes the figures into docs/reliability.md.
test-faults: .venv/dev.stamp
	$(BIN)/pytest -m slow --long --durations=8 $(or $(ARGS),$(FAULTS) $(SCHEMATHESIS))

# Runs every benchmark and writes docs/performance.md; `make bench ARGS="cli pacing"` runs some, and keeps the other figures.
bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks $(ARGS)

# Half an hour: changes the scheduler in thousands of places, one at a time, names each change that no test notices, and
# writes the table of docs/mutants.md; `make mutants ARGS="ingest_service.dispatch.pacer*"` changes some.
mutants: .venv/mutants.stamp
	PATH="$(CURDIR)/$(BIN):$$PATH" CI=1 $(BIN)/mutmut run $(ARGS)
	$(BIN)/python -m tests.table_of_mutants

check: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: .venv/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.venv/run.stamp: requirements.txt requirements-build.txt pyproject.toml ingest_service/__init__.py
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.txt -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

.venv/bench.stamp: .venv/run.stamp requirements-bench.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	touch $@

.venv/mutants.stamp: .venv/dev.stamp requirements-mutants.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-mutants.txt
	touch $@

# Pins everything that pyproject.toml asks for, with hashes, for every platform and Python from 3.11.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group build -o requirements-build.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra postgres pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group dev -c requirements.txt -o requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group bench -c requirements.txt -c requirements-dev.txt -o requirements-bench.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group mutants -c requirements.txt -c requirements-dev.txt -o requirements-mutants.txt

clean:
	rm -rf .venv
