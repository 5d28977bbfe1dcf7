"""How a script becomes a job: read the named inputs, call a function, write its result whole or not at all."""

import inspect
import json
import logging
import os
import sys
import traceback
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

logger = logging.getLogger("convexify")


def run(snakemake, function):
    """Call ``function`` with what a Snakemake job offers and write what it returns.

    Parameters
    ----------
    snakemake : snakemake.iocontainers.Snakemake
        The object that Snakemake puts into a script. Offered by name: every named input (read by its extension;
        ``code`` is only there to trigger re-runs), every entry of ``params.settings``, every other parameter and
        every wildcard.
    function : callable
        Takes the names it needs; returns one value for one output, a dict keyed by output name for several, or one
        matplotlib Figure for outputs ``png`` and ``svg``.

    Raises
    ------
    TypeError
        If the function wants a name that the job does not offer, or returns something else than the outputs need.
    """
    with _logged(snakemake.log):
        _make_deterministic()
        value = function(**_arguments(snakemake, function))
        _write_all(snakemake.output, value)


def read(path):
    """Content of a file by its extension: npz, parquet, csv, json, yaml; any other file as its path."""
    path = Path(path)
    match path.suffix:
        case ".npz":
            with np.load(path, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
        case ".parquet":
            return pd.read_parquet(path)
        case ".csv":
            return pd.read_csv(path)
        case ".json":
            return json.loads(path.read_text(encoding="utf-8"))
        case ".yaml":
            return yaml.safe_load(path.read_text(encoding="utf-8"))
    return path


def write(path, value):
    """Write ``value`` by the extension of ``path``: under a temporary name first, so that no reader sees half a file.

    Tables go to parquet or csv, figures to png, svg or pdf, dicts to json (or to csv as rows ``metric, value``),
    dicts of arrays to npz, strings to anything else.

    Raises
    ------
    TypeError
        If the extension and the type of ``value`` do not go together.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        _write(temporary, path.suffix, value)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _write(temporary, suffix, value):
    if isinstance(value, pd.DataFrame) and suffix == ".parquet":
        value.to_parquet(temporary, index=False)
    elif isinstance(value, pd.DataFrame) and suffix == ".csv":
        value.to_csv(temporary, index=False)
    elif isinstance(value, dict) and suffix == ".csv":
        rows = {name: float(number) for name, number in value.items()}
        pd.DataFrame({"metric": rows.keys(), "value": rows.values()}).to_csv(temporary, index=False)
    elif isinstance(value, dict) and suffix == ".json":
        temporary.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    elif isinstance(value, dict) and suffix == ".npz":
        np.savez(temporary, **value)
    elif hasattr(value, "savefig") and suffix in (".png", ".svg", ".pdf"):
        from convexify_workflow.plotting import save

        save(value, temporary)
    elif isinstance(value, str):
        temporary.write_text(value, encoding="utf-8")
    else:
        raise TypeError(f"cannot write a {type(value).__name__} as {suffix}")


def _arguments(snakemake, function):
    offered = {
        **{name: _read_input(files) for name, files in snakemake.input.items() if _wants(function, name)},
        **dict(snakemake.wildcards.items()),
        **{name: value for name, value in snakemake.params.items() if name != "settings"},
        **dict(snakemake.params.get("settings") or {}),
    }
    parameters = inspect.signature(function).parameters.values()
    needed = [p.name for p in parameters if p.default is p.empty]
    missing = [name for name in needed if name not in offered]
    if missing:
        raise TypeError(
            f"{function.__name__} needs {', '.join(missing)}; rule {snakemake.rule} offers {', '.join(sorted(offered))}"
        )
    return {p.name: offered[p.name] for p in parameters if p.name in offered}


def _wants(function, name):
    return name != "code" and name in inspect.signature(function).parameters


def _read_input(files):
    return read(files) if isinstance(files, str) else [read(file) for file in files]


def _write_all(output, value):
    names = dict(output.items())
    if len(output) == 1 or (names.keys() <= {"png", "svg", "pdf"} and not isinstance(value, dict)):
        for path in output:
            write(path, value)
        return
    if not isinstance(value, dict) or value.keys() != names.keys():
        got = sorted(value) if isinstance(value, dict) else type(value).__name__
        raise TypeError(f"expected a dict with the outputs {sorted(names)}, got {got}")
    for name, path in names.items():
        write(path, value[name])


@contextmanager
def _logged(log):
    """Everything that the job prints goes to its log file; an error is written there in full and raised again."""
    if not log:
        yield
        return
    Path(log[0]).parent.mkdir(parents=True, exist_ok=True)
    with open(log[0], "w", encoding="utf-8", buffering=1) as stream:
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
        logging.captureWarnings(True)
        stdout, stderr = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = stream
        try:
            yield
            logger.info("finished")
        except BaseException:
            traceback.print_exc(file=stream)
            raise
        finally:
            sys.stdout, sys.stderr = stdout, stderr


def _make_deterministic():
    torch = sys.modules.get("torch")
    if torch is not None:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # else torch refuses cuBLAS when deterministic
        torch.use_deterministic_algorithms(True)
        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
