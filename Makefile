# Set-up, the main job and the tests. Needs make and Python 3.11 or newer, nothing else.
#   make precheck ARGS='--sut sut.toml'      make test PYTEST_ARGS='-k session'      make test PYTHON=python3.12

PYTHON ?= python3
VENV ?= .venv
# Tests at a time: more than there are cores, because many wait for a server or a browser.
JOBS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) * 3 // 2)' 2>/dev/null || echo auto)
ARGS ?=
PYTEST_ARGS ?=

PACKAGES := commandline schemas ocppj csms_core simulator harness testcases reports
TYPED := $(PACKAGES) $(wildcard conftest.py tests) $(sort $(dir $(wildcard benchmarks/*.py examples/*.py))) $(wildcard docs/_site/reference.py)
# Packages whose own tests leave no branch unvisited, see CONTRIBUTING.md; the others are measured by `make coverage`, because
# that makes a run half as long again.
FULLY_COVERED := ocppj reports
COVERED_LOG := $(VENV)/covered.log
NIGHTLY ?=

BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
STAMP_EXTRAS := $(VENV)/.installed-extras
STAMP_REWRITTEN := $(VENV)/.rewritten
LOAD_VENV := $(VENV)-locust
PYTEST := pytest -n $(JOBS) --dist loadgroup
export PLUGPROOF_LOAD_PYTHON := $(abspath $(VENV)-locust/bin/python)
STAMP_LOAD := $(LOAD_VENV)/.installed
DOCS_VENV := $(VENV)-docs
STAMP_DOCS := $(DOCS_VENV)/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# A lock is complete, so it is installed as it stands: pip that resolves again would want whatever was released since.
INSTALL := install --no-deps --require-hashes -r
# Nothing was resolved, so this says whether the lock fits together; not quiet, for then pip would not tell what does not.
# Of $(call check,LOCK,ENVIRONMENT).
define check
@said=$$($(2)/bin/python -m pip --disable-pip-version-check check 2>&1) || { printf '%s\n' "$$said" >&2; \
  echo "What is installed in $(2) does not fit together: remove that folder and run make again. If it says the same then, $(1) is wrong: 'make lock' resolves it anew." >&2; \
  exit 1; }
endef
LOCK := $(BIN)/uv pip compile --no-config --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock' --quiet

empty :=
space := $(empty) $(empty)
comma := ,

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo "Variables: PYTHON=$(PYTHON) VENV=$(VENV) JOBS=$(JOBS) ARGS (for precheck) PYTEST_ARGS (for test)"

.PHONY: precheck
precheck: $(STAMP) ## Set up, then run the pre-check (of the embedded reference CSMS, unless ARGS says otherwise)
	@$(BIN)/plugproof precheck $(ARGS)

.PHONY: test
test: $(STAMP_LOAD) ## Set up, then lint, check types and run all tests
	@$(MAKE) --no-print-directory --jobs=2 lint $(STAMP_REWRITTEN)
ifeq ($(strip $(PYTEST_ARGS)),)
	@$(MAKE) --no-print-directory --jobs=2 --keep-going tests-covered tests-others
else
	$(BIN)/python -m $(PYTEST) tests $(PYTEST_ARGS)
endif

.PHONY: nightly
nightly: ## The same, and what is too long for every day
	@$(MAKE) --no-print-directory test NIGHTLY=--nightly

# Both at the same time. The first is one process, and shows what it has to say in one piece.
.PHONY: tests-covered tests-others
tests-covered:
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q $(NIGHTLY) $(patsubst %,tests/%,$(FULLY_COVERED)) > $(COVERED_LOG) 2>&1; \
	  code=$$?; echo; cat $(COVERED_LOG); exit $$code
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=100 --include='$(subst $(space),$(comma),$(patsubst %,%/*,$(FULLY_COVERED)))'

tests-others:
	$(BIN)/python -m $(PYTEST) $(NIGHTLY) tests $(patsubst %,--ignore=tests/%,$(FULLY_COVERED))

# Where Python may not write what it compiles, every worker of every run would compile each test file anew.
test tests-covered tests-others coverage $(STAMP_REWRITTEN): export PYTHONDONTWRITEBYTECODE :=

# pytest rewrites the assertions of what it imports first, half a minute of work. Workers that begin at the same time would
# each do all of it; so it is done once, beside the types, which keep one core busy.
$(STAMP_REWRITTEN): $(STAMP)
	@$(BIN)/python -m pytest --collect-only -q --snapshot-warn-unused tests > $@.log || { cat $@.log; exit 1; }
	@touch $@

.PHONY: coverage
coverage: $(STAMP_LOAD) ## Set up, then run all tests and show which branches none of them visits
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m $(PYTEST) tests $(PYTEST_ARGS)
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

.PHONY: lint
lint: $(STAMP) ## Set up, then ruff check, ruff format --check and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict $(TYPED)

.PHONY: setup
setup: $(STAMP) ## Create the virtual environment and install what the lock file pins

.PHONY: extras
extras: $(STAMP_EXTRAS) ## Also install the extras load (locust) and postgres (psycopg)

.PHONY: system
system: ## Install what some tests want of the system: Chromium, PostgreSQL (Debian, as root; else it says what to type)
	@.ci/system

.PHONY: lock
lock: $(STAMP) ## Resolve the dependencies again and rewrite the lock files
	$(LOCK) --upgrade --group dev --output-file requirements.lock pyproject.toml
	$(LOCK) --upgrade --group dev --extra load --extra postgres --constraints requirements.lock --output-file requirements-extras.lock pyproject.toml
	$(LOCK) --upgrade --group docs --output-file requirements-docs.lock

# Sphinx needs nothing of ours, so it has an environment of its own. The reference is made of the code first. A warning is an error: a link that leads nowhere, a page that nothing leads to.
.PHONY: docs
docs: $(STAMP_DOCS) ## Build the site of the documentation: build/docs/index.html, to be read and searched without a network
	@rm -rf docs/reference build/docs
	$(BIN)/python docs/_site/reference.py docs/reference
	$(DOCS_VENV)/bin/sphinx-build --quiet --fresh-env --fail-on-warning --keep-going -b html -c docs/_site -d build/docs-trees . build/docs

.PHONY: clean
clean: ## Remove the virtual environment and everything a run or a build left behind
	rm -rf $(VENV) $(LOAD_VENV) $(DOCS_VENV) docs/reference build dist .coverage .coverage.* htmlcov .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The interpreter inside the environment is only made when it is missing; the stamp is younger than what it was installed from.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "plugproof needs Python 3.11 or newer, but $(PYTHON) is $$($(PYTHON) -c 'import platform; print(platform.python_version())' 2>/dev/null || echo missing): name another one, for example with 'make $(or $(firstword $(MAKECMDGOALS)),setup) PYTHON=python3.12'." >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot create virtual environments: install its venv module (on Debian and Ubuntu the package python3-venv), or name another Python with PYTHON=." >&2; \
	  exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(STAMP): $(BIN)/python requirements.lock pyproject.toml
	$(PIP) $(INSTALL) requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	$(call check,requirements.lock,$(VENV))
	@$(BIN)/python -m compileall -q $(PACKAGES)  # where Python may not write what it compiles, each start would compile anew
	@touch $@

# Locust patches the process it is in, so its tests run in an environment of their own: this one, and what the extras add.
$(STAMP_LOAD): $(STAMP) requirements-extras.lock
	$(BIN)/python -m venv --clear --without-pip $(LOAD_VENV)
	@$(BIN)/python -c 'import os, sysconfig; print(sysconfig.get_path("purelib"), os.getcwd(), sep="\n")' > \
	  $$($(LOAD_VENV)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/plugproof.pth
	$(PIP) --python $(LOAD_VENV)/bin/python $(INSTALL) requirements-extras.lock
	$(call check,requirements-extras.lock,$(LOAD_VENV))
	@touch $@

$(STAMP_DOCS): $(STAMP) requirements-docs.lock
	$(BIN)/python -m venv --clear $(DOCS_VENV)
	$(PIP) --python $(DOCS_VENV)/bin/python $(INSTALL) requirements-docs.lock
	$(call check,requirements-docs.lock,$(DOCS_VENV))
	@touch $@

$(STAMP_EXTRAS): $(STAMP) requirements-extras.lock
	$(PIP) $(INSTALL) requirements-extras.lock
	$(call check,requirements-extras.lock,$(VENV))
	@touch $@
