"""How a script becomes a job: read the named inputs, call a function, write its result whole or not at all."""

import importlib
import inspect
import logging
import os
import sys
import traceback
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from convexify.devices import resolve_device
from convexify_workflow.blocks import put_together, tables_of
from convexify_workflow.files import read, write

logger = logging.getLogger("convexify")


def run(function):
    """Call the entry function of a script with what its job offers, and write what it returns.

    Under Snakemake the job is the object ``snakemake`` that it puts into the script. Alone
    (``python scripts/<id>/<script>.py --scale smoke``) the same job is built from the Snakefile.

    Parameters
    ----------
    function : callable
        Takes the names that it needs, without default values; returns one value for one output, a dict keyed by
        output name for several, or one matplotlib Figure for the outputs ``png`` and ``svg``. Offered by name: every
        named input, read by its extension (``code`` is only there to trigger re-runs); every wildcard; every one of the
        job's own settings, and all of them as attributes of ``settings`` for a function that needs many; ``seed``,
        ``device`` (``"cpu"`` or ``"cuda"``) and every other parameter of the rule. Where the work is divided,
        ``settings`` know what this job takes (`convexify_workflow.blocks.Share`). Blocks of a table that other jobs
        wrote are read as one.

    Raises
    ------
    TypeError
        If the function has default values, wants a name that the job does not offer, or returns something else than
        the outputs need; if a name is offered twice.
    """
    job = function.__globals__.get("snakemake")
    if job is None:
        # Loaded by name: what a job computes does not depend on how it is started from a shell.
        job = importlib.import_module("convexify_workflow.standalone").job_of(function)
    perform(job, function)


def perform(job, function):
    """`run` for a given job."""
    with _logged(job.log):
        _make_deterministic()
        value = function(**_arguments(job, function))
        _write_all(job.output, value)


def _arguments(job, function):
    parameters = inspect.signature(function).parameters.values()
    if defaults := [p.name for p in parameters if p.default is not p.empty]:
        raise TypeError(f"{function.__name__}: expected no default values, they would hide what a job is not given; "
                        f"got {', '.join(defaults)}")  # fmt: skip
    offered = _offered(job)
    if missing := [p.name for p in parameters if p.name not in offered]:
        raise TypeError(
            f"{function.__name__} needs {', '.join(missing)}; rule {job.rule} offers {', '.join(sorted(offered))}"
        )
    return {p.name: offered[p.name]() for p in parameters}


def _offered(job):
    """Name to a function that returns the value: inputs are read, and the device looked for, only when asked for."""
    settings = dict(job.params.get("settings") or {})
    gathered, share = job.params.get("gathered") or [], job.params.get("share")
    share = {"share": share} if share else {}
    kinds = {
        "input": {
            name: lambda name=name, files=files: _read_input(files, one=name in gathered)
            for name, files in job.input.items()
            if name != "code"
        },
        "wildcard": {name: lambda value=value: value for name, value in job.wildcards.items() if name != "block"},
        "parameter": {
            name: lambda name=name, value=value: resolve_device(value) if name == "device" else value
            for name, value in job.params.items()
            if name not in ("settings", "script", "gathered", "share")
        },
        "setting": {name: lambda value=value: value for name, value in settings.items()}
        | {"settings": lambda: SimpleNamespace(**settings, **share)},
    }
    offered = {}
    for kind, values in kinds.items():
        for name, value in values.items():
            if name in offered:
                raise TypeError(f"rule {job.rule} offers {name} twice: as {kind} and as something else")
            offered[name] = value
    return offered


def _read_input(files, one):
    """The content of a file, or of each of a list; blocks of a table as one."""
    if isinstance(files, str):
        return read(files)
    tables = [put_together([read(file) for file in blocks]) for blocks in tables_of(files)]
    return tables[0] if one else tables


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
