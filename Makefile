# Two commands do everything on a machine with Python 3.11, make and a package index:
#   make demo    install, then walk the whole road on sample films
#   make test    install, then run the tests

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test test-all test-jax lint format notebooks docs hooks clean

help:
	@echo "make demo      the whole road on sample films: minutes, once installed"
	@echo "make test      the tests"
	@echo "make test-all  the tests, slow ones included, and test-jax"
	@echo "make test-jax  the tests of the model floors on JAX (ten minutes the first time)"
	@echo "make lint      style and import contracts"
	@echo "make format    mend what can be mended by itself"
	@echo "make notebooks run the notebooks anew and keep their outputs"
	@echo "make docs      the documentation as a site, build/site/index.html"
	@echo "make hooks     check style before every commit"
	@echo "make clean     remove the virtual environment and what the demo made"

demo: $(VENV)/.installed
	$(BIN)/keras-genre demo

# Two processes; the tests of a file stay together, with what they share.
TWO := -n 2 --dist loadfile

test: $(VENV)/.installed-dev
	$(BIN)/pytest $(TWO)

test-all: $(VENV)/.installed-dev
	$(BIN)/pytest $(TWO) -m "slow or not slow"
	@$(MAKE) --no-print-directory test-jax

# On JAX, compiling is what takes the time: without optimizations, and kept for the next run.
JAX_ENVIRONMENT := KERAS_BACKEND=jax JAX_PLATFORMS=cpu JAX_DISABLE_MOST_OPTIMIZATIONS=1 \
	JAX_COMPILATION_CACHE_DIR=$(CURDIR)/.pytest_cache/jax JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0

test-jax: $(VENV)/.installed-dev
	@echo "The model floors once more, on JAX:"
	@$(JAX_ENVIRONMENT) $(BIN)/pytest -q -m "slow or not slow" tests/layers tests/losses tests/metrics tests/models

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

notebooks: $(VENV)/.installed-dev
	$(BIN)/python notebooks/execute.py

# The theme's announcement of its successor is for those who choose the theme.
docs: $(VENV)/.installed-dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "Open build/site/index.html; no server is needed."

hooks: $(VENV)/.installed-dev
	$(BIN)/pre-commit install

clean:
	rm -rf $(VENV) demo_output notebooks/*_output build *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11, 4))" || { \
		echo "Expected Python 3.11.4 or later as $(PYTHON). Name yours: make demo PYTHON=python3"; exit 1; }
	@echo "Making the virtual environment $(VENV)."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade pip

# The stamps are made anew only when setup.py changes, so a second run installs nothing.
# Setuptools warns about what an editable installation is; nobody needs to read that here.
INSTALL := @PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable

$(VENV)/.installed: setup.py | $(VENV)/bin/python
	@echo "Installing keras_genre and TensorFlow into $(VENV): 3 GB on the disk."
	@echo "That takes two to five minutes, in which nothing more is said."
	$(INSTALL) .
	@touch $@

$(VENV)/.installed-dev: setup.py | $(VENV)/bin/python
	@echo "Installing keras_genre with its development tools into $(VENV); that takes minutes too."
	$(INSTALL) ".[dev]"
	@touch $@ $(VENV)/.installed
