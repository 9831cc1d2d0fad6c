# `make demo` and `make test` each work as the first command in a fresh clone.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

# What `make check` tests: the import order, the documents, the main job, the file format's golden
# files, and the packages that compute.
CHECKED := tests/test_architecture.py tests/test_imports.py tests/test_main_job.py \
  tests/model/test_golden.py tests/table/test_read.py tests/columns tests/features tests/network \
  tests/evaluation tests/ensemble

# What `make lowest` tests beside release/smoke.py.
AT_LOWEST := tests/table/test_read.py tests/model/test_golden.py tests/features

.PHONY: demo test check slow lint docs coverage interop bench bench-quality bench-speed release lowest newest

demo: $(VENV)/core ## the main job on the table that ships with the package
	$(BIN)/trueodds demo --out demo

test: $(VENV)/dev ## the quick suite, in two processes; a file's tests are in one of them
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: lint ## lint and a short choice of tests, for the minutes before a commit
	$(BIN)/python -m pytest $(CHECKED)

slow: $(VENV)/dev ## the long proofs: every real table, walks over the floats, the page in a browser
	$(BIN)/python -m pytest -m slow -n 2 --dist worksteal

lint: $(VENV)/dev ## style, types, import order
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/docs ## the parts of the documents that are generated, and the site in build/site
	$(BIN)/python bench/sigmoid_figures.py
	$(BIN)/python bench/readme_table.py
	$(BIN)/python bench/speed_pages.py
	$(BIN)/python bench/command_page.py
	$(BIN)/python bench/json_schemas.py
	$(BIN)/python tests/where_it_runs.py
	$(BIN)/python tests/cases/what_is_read.py
	$(BIN)/python bench/worked_examples.py --notebooks
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs build/site

coverage: $(VENV)/dev ## lines of the package that the quick suite runs; fails under 95 %
	$(BIN)/python -m coverage run -m pytest
	$(BIN)/python -m coverage report

# Only a wheel lying in one of pip's --find-links folders (PIP_FIND_LINKS) is taken, and without its
# dependencies: the index's default torch for Linux brings gigabytes of CUDA along.
interop: $(VENV)/dev ## the PyTorch functions and the types beside torch, where a CPU wheel is at hand
	@test -f $(VENV)/torch || { \
	  $(PIP) filelock fsspec jinja2 networkx sympy typing-extensions && \
	  $(PIP) --no-index --no-deps torch && \
	  $(BIN)/python -c 'import torch' && touch $(VENV)/torch; \
	} >$(VENV)/torch.log 2>&1 || \
	  echo "no CPU wheel of torch in pip's find-links: the PyTorch tests are left out"
	@test ! -f $(VENV)/torch || { $(BIN)/python -m pytest tests/interop tests/model/test_same_bits.py tests/test_public_names.py && \
	  $(BIN)/python -m pytest -m slow -k torch tests/bench/test_worked_examples.py && $(BIN)/mypy; }

bench: $(VENV)/bench ## against the peers; writes bench/results
	status=0; for name in training_speed whole_process main_job scoring_speed \
	  depth health_faults health_overhead calibration_test honesty; do \
	  $(BIN)/python bench/$$name.py || status=1; done; exit $$status

bench-speed: $(VENV)/bench ## ten rows of speed beside the peers, in less than an hour; writes their pages
	$(BIN)/python bench/speed_table.py
	$(BIN)/python bench/speed_pages.py

bench-quality: $(VENV)/bench ## log-loss beside the peers on all tables; FAST=--fast takes eight
	$(BIN)/python bench/main_job.py $(FAST)
	test -n "$(FAST)" || $(BIN)/python bench/portfolio.py --train
	test -n "$(FAST)" || $(BIN)/python bench/readme_table.py

release: $(VENV)/release ## in dist: wheel, source distribution, bill of materials, hashes; tried in an empty environment
	$(BIN)/python release/build.py

lowest: $(VENV)/release ## the wheel with the lowest allowed dependencies, in an empty environment
	$(BIN)/python release/try_wheel.py --constraints constraints-lowest.txt --test $(AT_LOWEST)

newest: $(VENV)/release ## the wheel with the newest allowed dependencies; PYTHON=python3.13 tries another
	$(BIN)/python release/try_wheel.py --python $(PYTHON)

$(VENV)/core: pyproject.toml constraints.txt
	@echo "Setting up $(VENV) (once, about a minute) …"
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	@touch $@

# Of axe-playwright-python only axe.min.js is used, so Playwright, 150 MB, is left out.
$(VENV)/dev: $(VENV)/core
	$(PIP) -e '.[dev]'
	$(PIP) --no-deps axe-playwright-python || echo "axe-core is not at hand: its test is left out"
	@touch $@

$(VENV)/release: $(VENV)/core
	$(PIP) -e '.[release]'
	@touch $@

$(VENV)/docs: $(VENV)/dev
	$(PIP) -e '.[docs]'
	@touch $@

$(VENV)/bench: $(VENV)/dev
	$(PIP) -e '.[bench,torch]'
	@touch $@
