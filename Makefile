# `make demo` and `make test` each work as the first command in a fresh clone.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test slow lint bench

demo: $(VENV)/core ## the main job on the table that ships with the package
	$(BIN)/trueodds demo --out demo

test: $(VENV)/dev ## the quick suite
	$(BIN)/python -m pytest

slow: $(VENV)/dev ## the long proofs: all fifteen tables, walks over the floats, the page in a browser
	$(BIN)/python -m pytest -m slow

lint: $(VENV)/dev ## style, types, import order
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/bench ## against the peers; writes bench/results
	$(BIN)/python bench/training_speed.py
	$(BIN)/python bench/main_job.py
	$(BIN)/python bench/scoring_speed.py

$(VENV)/core: pyproject.toml constraints.txt
	@echo "Setting up $(VENV) (once, about a minute) …"
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	@touch $@

$(VENV)/dev: $(VENV)/core
	$(PIP) -e '.[dev]'
	@touch $@

$(VENV)/bench: $(VENV)/dev
	$(PIP) -e '.[bench,torch,onnx]'
	@touch $@
