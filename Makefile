# make demo   the main job: a receiver, all 27 webhooks in shuffled order, what its database says after it
# make test   the tests
# make bare   a part of the tests without the extras; make floor: a part with the lowest version of every range
# make plugins  tests in one run with every plugin that users may have, each turned on
# make exhaustive  tests that take long, which make test leaves out: [SHARE=1/3]
# make mutants  which small mistakes in the package the tests notice: [ROOM=ordering/report] [SAMPLE=100] [SEED=1] [SINCE=HEAD~1]
# make judge  what the scorecard says of flawed and of right receivers: [ONLY=zoo] [SAMPLE=20] [SEED=1] [WRITE=1]
# make fuzz   5,000 random requests to a sandbox: [SEED=1]
# make check  everything that CI runs
# Each makes .venv itself. PYTHON=python3.12 chooses the interpreter, VENV=... another place.

PYTHON ?= python3
VENV ?= .venv
LOCK ?= requirements/ci.txt
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Twice as many workers as cores: many tests wait for a timeout or for a process.
WORKERS := $(shell echo $$(( 2 * $$(getconf _NPROCESSORS_ONLN) )))
PYTEST_FLAGS ?= -n $(WORKERS)

CHECK_PYTHON := $(PYTHON) -c 'import sys; sys.exit("steppay-mock needs Python 3.11 or later") if sys.version_info < (3, 11) else None'
# Bytecode is kept: without it every process compiles what it imports, and pytest rewrites every test, each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: another-lock demo dev test bare floor mutants judge plugins exhaustive hunt lint types layers wheel node check bench fuzz clean

# It holds the name of the lock that filled the folder: another lock fills it anew, however old it is.
$(READY): $(LOCK) pyproject.toml $(if $(filter $(LOCK),$(shell cat $(READY) 2>/dev/null)),,another-lock)
	$(CHECK_PYTHON)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile -r $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	echo $(LOCK) >$@

demo: $(READY)
	$(BIN)/python examples/demo.py

# make dev DEV_FLAGS='--forward-to http://127.0.0.1:8000/webhooks/steppay'
dev: .venv-dev/.ready
	.venv-dev/bin/steppay-mock dev $(DEV_FLAGS)

# What users install, and no tool of the tests: those would take most of a minute more.
.venv-dev/.ready: requirements/ci.txt pyproject.toml
	$(CHECK_PYTHON)
	test -x .venv-dev/bin/python || $(PYTHON) -m venv .venv-dev
	.venv-dev/bin/python -m pip install --quiet --disable-pip-version-check --constraint requirements/ci.txt -e .
	touch $@

test: $(READY)
	$(BIN)/python -m pytest -m "not wheel and not hunt and not exhaustive" $(PYTEST_FLAGS)

# Files in which an extra makes a difference: the engine of threads, validation by jsonschema, people that are shipped.
BARE ?= $(wildcard tests/delivery/test_e*.py tests/delivery/test_sender*.py tests/cli/test_send*.py tests/cli/test_validate*.py) \
	$(patsubst %,tests/delivery/test_%.py,access failure_codes kept_closed load load_page locust own_lacks whole_answers worker_pool) \
	tests/contract/test_validate.py tests/contract/test_examples.py tests/payload/test_factory.py tests/payload/test_modes.py \
	tests/cli/test_generate.py tests/plugin/test_door.py tests/plugin/test_sender.py tests/rest/test_api_closed_clients.py \
	tests/ordering/test_explore.py tests/repository/test_layers.py tests/repository/test_extras.py
# Files that call a package of a range: click and rich, jsonschema, pytest, jinja2, responses, urllib3, werkzeug, those of extras.
FLOOR ?= $(wildcard tests/delivery/test_e*.py tests/rest/test_api_[b-z]*.py) tests/contract tests/sandbox/test_pages.py \
	$(patsubst %,tests/delivery/test_%.py,access failure_codes http kept_closed locust own_lacks sender whole_answers wsgi) \
	$(patsubst %,tests/cli/test_%.py,events explore generate help journal program send send_json serve_api validate) \
	tests/payload/test_factory.py $(wildcard tests/plugin/test_[a-o]*.py) tests/mutation/test_command.py \
	tests/plugin/test_sender.py tests/plugin/test_report.py

bare:
	$(MAKE) test VENV=.venv-bare LOCK=requirements/bare.txt PYTEST_FLAGS="$(PYTEST_FLAGS) --without-extras $(BARE)"

floor:
	$(MAKE) test VENV=.venv-floor LOCK=requirements/floor.txt PYTEST_FLAGS="$(PYTEST_FLAGS) $(FLOOR)"

# In place of addopts: with the plugins that those leave out, but for pytest-django, which wants a project of its own.
PLUGINS := -p no:django -p no:cacheprovider --import-mode=importlib --strict-markers -W error \
	-o asyncio_mode=strict -o asyncio_default_fixture_loop_scope=function \
	--timeout=120 --reruns=1 --only-rerun=NoErrorIsCalledThis --cov=steppay_mock --cov-report= \
	--disable-socket --allow-hosts=127.0.0.1,::1,localhost --allow-unix-socket

plugins: $(READY)
	COVERAGE_FILE=$(VENV)/.coverage $(BIN)/python -m pytest -o addopts= $(PLUGINS) $(PYTEST_FLAGS) -m "not exhaustive" \
		tests/plugin/test_other_plugins.py tests/plugin/test_door.py tests/delivery/test_stopped_clock.py \
		tests/delivery/test_deliver_async.py tests/delivery/test_asgi.py

SEED ?= 1
mutants: $(READY)
	PYTHONPATH=tests $(BIN)/python -m mutants --sample $(or $(SAMPLE),100) --seed $(SEED) $(if $(ROOM),--room $(ROOM)) \
		$(if $(SINCE),--since $(SINCE)) $(MUTANTS_FLAGS)

# Those that are tried import the examples.
judge: $(READY)
	PYTHONPATH=tests:examples/receivers $(BIN)/python -m judge --seed $(SEED) $(if $(ONLY),--only $(ONLY)) \
		$(if $(SAMPLE),--sample $(SAMPLE)) $(if $(WRITE),--write) $(JUDGE_FLAGS)

exhaustive: $(READY)
	$(BIN)/python -m pytest -m "exhaustive and not hunt" $(if $(SHARE),--share $(SHARE)) $(PYTEST_FLAGS)

# What CI has no time for: more of the search beside brute force, whole scenarios proved for the examples.
hunt: $(READY)
	$(BIN)/python -m pytest -m hunt $(PYTEST_FLAGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports

wheel: $(READY)
	$(BIN)/python -m pytest -m wheel -p no:randomly

node:
	npm ci --prefix tests/ajv --no-audit --no-fund
	npm ci --prefix tests/browser --no-audit --no-fund
	npm ci --prefix tests/containers --no-audit --no-fund --ignore-scripts
	npm ci --prefix tests/express --no-audit --no-fund
	npm ci --prefix tests/generators --no-audit --no-fund --ignore-scripts

check: node
	$(MAKE) test plugins exhaustive PYTEST_FLAGS="$(PYTEST_FLAGS) --require-tools"
	$(MAKE) -j 2 --output-sync lint types layers wheel

# In an environment of its own: a peer, schemathesis, brings a pytest plugin that the tests must not meet.
.venv-bench/.peers: requirements/bench.txt
	$(MAKE) VENV=.venv-bench .venv-bench/.ready
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/bench.txt
	touch $@

bench: .venv-bench/.peers
	-npm ci --prefix benchmarks/peers --no-audit --no-fund --ignore-scripts
	failed=0; for script in generate validate scenario inprocess startup send memory explore check sandbox; do \
		.venv-bench/bin/python benchmarks/$$script.py || failed=1; done; exit $$failed

fuzz: .venv-bench/.peers
	SEED=$(SEED) .venv-bench/bin/python benchmarks/fuzz.py

clean:
	rm -rf .venv* .mutants dist benchmarks/peers/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache tests/*/node_modules
