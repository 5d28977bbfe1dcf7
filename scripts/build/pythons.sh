#!/usr/bin/env bash
# Build the smoke scale and verify it on each named version of Python that is found here, in a clone of its own.
set -euo pipefail
for version in "$@"; do
  # A shim of a version manager may be there and know no such version: what does not run is not there.
  if ! "python$version" -c "" 2> /dev/null; then
    echo "Python $version: none here, nothing tried"
    continue
  fi
  clone=$(mktemp -d)/clone
  git clone --quiet . "$clone"
  make --no-print-directory -C "$clone" setup PYTHON="python$version"
  (cd "$clone" && .venv/bin/snakemake --cores all --quiet all --config scale=smoke -- reports/smoke/ledger.csv verify)
  rm -rf "$(dirname "$clone")"
  echo "Python $version: smoke built and verified"
done
