# make = set up and rebuild everything; make test = set up and test. The work is in Snakefile and pytest, not here.
PYTHON ?= $(shell for v in $(PYTHONS); do command -v python$$v && exit; done; command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SCALE ?= default
BUILDS ?= 12
# Versions that the smoke scale is built and verified on; the first that is found is taken.
PYTHONS := 3.11 3.12 3.13
TORCH := torch==2.13.0
# make lock UPGRADE= adds what pyproject.toml asks for and leaves every other version as it is.
UPGRADE ?= --upgrade

.DEFAULT_GOAL := build
.PHONY: build smoke test setup help lint bench bench-data bench-gpu plan verify expected crate robustness mutations faults another-seed pythons lock experiment clean

build: $(READY) ## set up, build everything at SCALE (default: default) with all cores, say where the report is
	@$(BIN)/snakemake --cores all --config scale=$(SCALE)
	@echo "What was found: $(CURDIR)/reports/$(SCALE)/site/index.html"
	@echo "Provenance:     $(CURDIR)/reports/$(SCALE)/report.html"

smoke: ## the same at the smoke scale: about four minutes, no network
	@$(MAKE) --no-print-directory build SCALE=smoke

test: $(READY) ## set up and run every check: style, lint, contracts, tests
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: $(READY) ## ruff, snakefmt, snakemake --lint, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint
	$(BIN)/lint-imports

verify: $(READY) ## compare every metric at SCALE with reports/expected
	@$(BIN)/snakemake --cores all --config scale=$(SCALE) -- verify

expected: $(READY) ## record the metrics and verdicts of the last build at SCALE as the expectations
	@$(BIN)/python scripts/build/verify.py --scale $(SCALE) --record $(notdir $(wildcard workflow/experiments/*))
	@$(BIN)/python scripts/build/readme.py

crate: $(READY) ## pack the last build at SCALE as an RO-Crate: reports/SCALE/crate.zip
	@$(BIN)/python scripts/build/crate.py --scale $(SCALE)

robustness: $(READY) ## build SCALE with other seeds and on other kernels, verify each: reports/robustness
	@$(BIN)/python scripts/build/robustness.py --scale $(SCALE) --builds $(BUILDS); status=$$?; \
		$(BIN)/python scripts/build/readme.py && exit $$status

mutations: $(READY) ## does verify see deliberate errors? one smoke build each: reports/robustness/mutations.csv
	@$(BIN)/python scripts/build/mutations.py
	@$(BIN)/python scripts/build/readme.py

faults: $(READY) ## kill builds, damage files, take things away; does the same command finish with the same bytes?
	@$(BIN)/python scripts/faults/inject.py; status=$$?; $(BIN)/python scripts/build/readme.py && exit $$status

another-seed: $(READY) ## build the smoke scale with the day's date as root seed and verify it
	@$(BIN)/python scripts/build/robustness.py --scale smoke --seeds $$(date +%Y%m%d) --confirm

pythons: ## build the smoke scale and verify it on every other version of Python that is found here
	@bash scripts/build/pythons.sh $(wordlist 2,9,$(PYTHONS))

bench: $(READY) ## measure the solvers against their peers (minutes); tables in reports/benchmarks
	@for script in $(filter-out scripts/bench/whole_data.py,$(wildcard scripts/bench/[a-z]*.py)); do OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python $$script || exit 1; done

bench-gpu: $(READY) ## measure torch jobs on CPU and CUDA: reports/benchmarks/gpu.csv; without CUDA it says so
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python scripts/bench/gpu.py

bench-data: $(READY) ## solve MNIST with all images and pixels and prove it (minutes): reports/benchmarks/whole_data.csv
	@$(BIN)/snakemake --cores all -- data/prepared/mnist.npz
	@$(BIN)/python scripts/bench/whole_data.py

plan: $(READY) ## what a build at SCALE would take: jobs, core-hours, memory, GPU-hours; builds nothing
	@$(BIN)/python scripts/build/plan.py --scale $(SCALE)

experiment: $(READY) ## start a new experiment: make experiment NAME=my_experiment
	@$(BIN)/python -m convexify_workflow.scaffold $(NAME)

setup: $(READY) ## create .venv from the lock

# The stamp is written last: a set-up that was stopped half-way is done again.
$(READY): envs/requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python $(PYTHONS) is needed and none was found: install it or say make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import sys; v = "%d.%d" % sys.version_info[:2]; sys.exit(None if v in "$(PYTHONS)".split() else "Python $(PYTHONS) is needed, on which this has been tested; found " + v + ": say make PYTHON=/path/to/python")'
	@echo "Setting up $(VENV) from envs/requirements.lock (minutes)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet $(TORCH)
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement envs/requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

lock: ## renew envs/requirements.lock and envs/environment.yaml from pyproject.toml (needs uv)
	uv pip compile pyproject.toml envs/torch-dependencies.in --extra workflow --extra test --universal $(UPGRADE) \
	  --python-version $(firstword $(PYTHONS)) --override envs/lock-overrides.txt --no-emit-package torch --generate-hashes \
	  --no-emit-index-url --no-header --output-file envs/requirements.lock
	$(PYTHON) scripts/build/environment.py

clean: ## remove what builds wrote (not data/raw, not .venv)
	rm -rf results logs benchmarks reports/smoke reports/default reports/paper .snakemake data/prepared

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
