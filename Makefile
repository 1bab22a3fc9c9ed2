# One verb a job. Needs Python 3.11, git and make; uv is fetched into .uv when it is not installed.
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help run test check quick train check-content evaluate setup format

help:
	@echo "make run       set everything up and open the assistant on http://localhost:8080"
	@echo "make test      set everything up and run all tests"
	@echo "make check     ruff, mypy, content and settings"
	@echo "make check-content  what is wrong in facts, examples, questions and responses; REPORT=nl in Dutch"
	@echo "make quick     the tests that start neither processes nor a browser"
	@echo "make train     train the model when its data has changed"
	@echo "make bench     measure speed and size beside Rasa's default (about 3 hours; PARTS=\"latency start\" for some)"
	@echo "make bench-rasa  train the baselines for that (about 2 hours)"
	@echo "make bench-review  measure the staff pages on large stores (about 30 minutes)"
	@echo "make audit     look the locked packages up among known vulnerabilities (needs the network)"
	@echo "make faults    kill, stop and slow down every part under load and write docs/reliability.md (about 10 minutes)"
	@echo "make load      measure messages a second and memory, and write docs/load.md (about 25 minutes)"
	@echo "make evaluate  measure the assistant and write docs/evaluation.md"
	@echo "make evaluate-pipelines  compare ways to understand a question (about 3 minutes)"
	@echo "make evaluate-rasa  train a classic Rasa bot to compare with (about 40 minutes); RASA_TRAINED=var/bench/rasa/rasa asks that of bench-rasa"
	@echo "make demo-conversations  play N=50 conversations through the assistant at BASE, so that there is something to review"

.uv/bin/uv:
	@echo "Fetching uv …"
	@python3 -m venv .uv && .uv/bin/pip install --quiet uv

# The environment is made again only when the lock file has changed.
.venv/.ready: pyproject.toml uv.lock bot/tensorflow_standin/pyproject.toml | $(if $(filter .uv/bin/uv,$(UV)),.uv/bin/uv,)
	@echo "Installing the environment …"
	@$(UV) sync --frozen --compile-bytecode $(UV_FLAGS)
	@touch .venv/.ready

setup: .venv/.ready

train: setup
	@$(PYTHON) -m bot train

run: train
	@$(PYTHON) -m bot serve

# Files of tests run side by side, but for those that start the assistant's processes: they need the machine alone.
SIDE_BY_SIDE := --numprocesses=auto --dist=loadfile
QUICK := -m "not processes and not browser" $(SIDE_BY_SIDE)
test: train
	@$(PYTHON) -m pytest $(QUICK)
	@$(PYTHON) -m pytest -m "browser and not processes" $(SIDE_BY_SIDE)
	@$(PYTHON) -m pytest -m processes

# Facts, examples, test questions and responses, for people who keep them: see data/README.md. LINKS=1 asks the network
# for each web address, REPORT=nl reports in Dutch.
check-content: setup
	@$(PYTHON) -m bot.content_check $(if $(LINKS),--links) $(if $(REPORT),--language $(REPORT))

check: train
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@$(PYTHON) -m bot.content_check
	@$(PYTHON) -m bot check

# Without the tests that start processes or a browser: those are left to `make test`.
quick: setup
	@$(PYTHON) -m pytest $(QUICK)

format: setup
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .

# DATASETS and SOURCES name folders outside the project; without them the report says what it left out.
evaluate: train
	@$(PYTHON) -m tests.evaluation

# A classic Rasa bot to compare with: Rasa as it was published, with TensorFlow, on the Python of its time.
RASA := var/rasa-baseline/.venv
RASA_PYTHON ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.10.*/bin/python) 3.10)
$(RASA)/.ready: | setup
	@echo "Installing Rasa with TensorFlow …"
	@$(UV) venv --quiet --clear --python $(RASA_PYTHON) $(RASA)
	@$(UV) pip install --quiet --no-config --python $(RASA)/bin/python rasa==3.6.21
	@touch $(RASA)/.ready

.PHONY: evaluate-pipelines
evaluate-pipelines: train
	@$(PYTHON) -m tests.evaluation.pipelines

.PHONY: evaluate-rasa
evaluate-rasa: $(RASA)/.ready
	@$(PYTHON) -m tests.evaluation.rasa_baseline

# Fills a store of a million conversations on PostgreSQL and one of a hundred thousand on SQLite.
.PHONY: bench-review
bench-review: setup
	@$(PYTHON) -m tests.review.bench

# The assistant beside Rasa's default; PARTS names some parts alone, as PARTS="latency start". The baselines come first.
.PHONY: bench bench-rasa
bench: train
	@$(PYTHON) -m tests.bench $(PARTS)

bench-rasa: $(RASA)/.ready
	@$(PYTHON) -m tests.bench.baseline

# Copies what the pages use of NL Design System; needs npm.
.PHONY: vendor-css
vendor-css: setup
	@$(PYTHON) -m bot.web.vendor_css

# Pictures of the pages for the documentation; needs Chromium.
.PHONY: screenshots
screenshots: setup
	@$(PYTHON) -m tests.browser.screenshots

# Real questions with follow-ups and thumbs through a running assistant: BASE (http://localhost:8080), N (50), SEED (1).
.PHONY: demo-conversations
demo-conversations: setup
	@$(PYTHON) -m tests.demo_conversations

# Known vulnerabilities of the locked packages, but for the reviewed exceptions in docs/audit.toml. Needs the network.
.PHONY: audit
audit: setup
	@$(PYTHON) -m tests.audit $(UV)

# Needs PostgreSQL, Redis and faketime. Writes docs/reliability.md; `make test` tries the same faults for a few seconds.
.PHONY: faults
faults: setup
	@$(PYTHON) -m tests.faults

# Messages a second within half a second, and memory over 20,000 messages: docs/load.md. On a machine that does nothing
# else, about 25 minutes. LOAD="--seconds 5 --messages 0" makes it short. Needs the network the first time, for locust.
.PHONY: load
load: train
	@$(PYTHON) -m tests.load $(UV) $(LOAD)
