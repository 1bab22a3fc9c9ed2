# One verb a job. Needs Python 3.11, git and make; uv is fetched into .uv when it is not installed.
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help run test check train content evaluate setup format

help:
	@echo "make run       set everything up and open the assistant on http://localhost:8080"
	@echo "make test      set everything up and run all tests"
	@echo "make check     ruff, mypy, facts, settings and the quick tests"
	@echo "make train     train the model when its data has changed"
	@echo "make evaluate  ask a running assistant the held-out questions"

.uv/bin/uv:
	@echo "Fetching uv …"
	@python3 -m venv .uv && .uv/bin/pip install --quiet uv

# The environment is made again only when the lock file has changed.
.venv/.ready: pyproject.toml uv.lock bot/tensorflow_standin/pyproject.toml | $(if $(filter .uv/bin/uv,$(UV)),.uv/bin/uv,)
	@echo "Installing the environment …"
	@$(UV) sync --frozen --compile-bytecode
	@touch .venv/.ready

setup: .venv/.ready

train: setup
	@$(PYTHON) -m bot train

run: train
	@$(PYTHON) -m bot serve

test: train
	@$(PYTHON) -m pytest

content: setup
	@$(PYTHON) -m actions.facts check
	@$(PYTHON) -m actions.facts coverage

# The tests that start processes or a browser are left to `make test`.
check: train
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@$(PYTHON) -m actions.facts check
	@$(PYTHON) -m bot check
	@$(PYTHON) -m pytest -m "not processes and not browser"

format: setup
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .

evaluate: train
	@$(PYTHON) -m tests.questions.evaluate

.PHONY: screenshots
screenshots: setup
	@$(PYTHON) -m tests.browser.screenshots
