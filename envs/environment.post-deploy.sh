#!/usr/bin/env bash
# Snakemake runs this once inside a new conda environment: the project's own package, without its dependencies.
set -euo pipefail
python -m pip install --no-deps --no-build-isolation --editable .
