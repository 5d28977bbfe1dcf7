"""The files of a data set on this machine: checked if they are there, otherwise from the first source that serves."""

import logging
import os
import shutil
import socket
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from convexify_workflow.datasets.clients import obtain
from convexify_workflow.datasets.contents import check_arrays, read_form
from convexify_workflow.datasets.errors import DatasetError, SourceError
from convexify_workflow.datasets.hashes import file_sha256
from convexify_workflow.datasets.readers import decode_cifar_pictures
from convexify_workflow.datasets.registry import find

logger = logging.getLogger(__name__)

DECODERS = {"cifar_pictures": decode_cifar_pictures}


def fetch(name, raw_dir, *, sources):
    """Make sure that the files of a data set are on this machine, whole and right.

    Parameters
    ----------
    name : str
        Data set of the registry.
    raw_dir : path
        The files lie in ``raw_dir/name``. A file that is there with the right hash is never fetched again, whoever
        placed it.
    sources : path or dict
        The registry; see `read_registry`.

    Returns
    -------
    Path or None
        The folder of the files; ``None`` for a set that scikit-learn carries.

    Raises
    ------
    DatasetError
        If no source serves: every source with its reason, and where each file can be placed by hand.

    Notes
    -----
    Sources are tried in order. Each works in a folder of its own beside the final one; its files are checked there and
    renamed into place only when all of them are right, so that neither an error nor an interrupt leaves half a file.
    """
    entry = find(name, sources)
    if entry.bundled:
        logger.info("%s: carried by scikit-learn, nothing to fetch", name)
        return None
    fetch_form(entry, raw_dir)
    return Path(raw_dir) / name


def fetch_form(entry, raw_dir):
    """The form whose files lie complete and right in ``raw_dir``, after `fetch` where there was none."""
    raw_dir = Path(raw_dir)
    folder = raw_dir / entry.name
    wrong = {form.name: _wrong_files(entry, form, folder) for form in entry.forms.values()}
    for form, files in wrong.items():
        if not files:
            logger.info("%s: files of form %s are present and right, nothing to fetch", entry.name, form)
            return entry.forms[form]
    for files in wrong.values():
        for file, reason in files.items():
            if (folder / file).exists():
                logger.warning("%s: %s; it is replaced once a source has served the right one", folder / file, reason)
    reasons = []
    for source in entry.sources:
        form = entry.forms[source.form]
        started = time.monotonic()
        try:
            with _staging(raw_dir, entry.name) as staging:
                _serve(entry, source, form, wrong[form.name], folder, staging)
        except SourceError as error:
            seconds = time.monotonic() - started
            logger.warning("%s: %s did not serve after %.1f s: %s", entry.name, source, seconds, error)
            reasons.append(f"{source}: {error}")
        else:
            logger.info("%s: served by %s in %.1f s", entry.name, source, time.monotonic() - started)
            return form
    raise DatasetError(_all_failed(entry, folder, reasons))


def _serve(entry, source, form, wanted, folder, staging):
    """Bring the wanted files of a form from one source, check them, rename them into place."""
    names = source.members if source.decode else [name for name in wanted if name in source.members]
    obtain(source, names, staging)
    if source.decode:
        try:
            DECODERS[source.decode](staging, form)
        except (DatasetError, OSError, ValueError) as error:
            raise SourceError(str(error)) from None
    wrong = {name: reason for name, reason in _wrong_files(entry, form, staging).items() if name in wanted}
    if wrong:
        raise SourceError("; ".join(f"{name}: {reason}" for name, reason in wrong.items()))
    folder.mkdir(parents=True, exist_ok=True)
    for name in wanted:
        os.replace(staging / name, folder / name)


def _wrong_files(entry, form, folder):
    """Files of a form that are absent or not what the registry says, each with the reason."""
    wrong = {}
    for name, expected in form.files.items():
        path = folder / name
        if not path.is_file():
            wrong[name] = "not there"
        elif expected is not None and (actual := file_sha256(path)) != expected:
            wrong[name] = f"sha256 {actual}, expected {expected} ({path.stat().st_size} bytes)"
    if None not in form.files.values():
        return wrong
    if wrong:
        return {name: wrong.get(name, "cannot be checked without the others") for name in form.files}
    try:
        check_arrays(entry, read_form(entry, form, folder))
    except (DatasetError, OSError, ValueError) as error:
        return dict.fromkeys(form.files, f"not the expected content ({error})")
    return {}


@contextmanager
def _staging(raw_dir, name):
    """A folder for unfinished files that goes whatever happens; one left by a killed process goes at the next call."""
    raw_dir.mkdir(parents=True, exist_ok=True)
    host = socket.gethostname()
    for left in raw_dir.glob(f".{name}.{host}.*.part"):
        if not _alive(left.name.split(".")[-3]):
            shutil.rmtree(left, ignore_errors=True)
    prefix = f".{name}.{host}.{os.getpid()}."
    with tempfile.TemporaryDirectory(prefix=prefix, suffix=".part", dir=raw_dir) as folder:
        yield Path(folder)


def _alive(process):
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, ValueError):
        return True
    return True


def _all_failed(entry, folder, reasons):
    lines = [f"{entry.name}: no source served {entry.title}"]
    lines += [f"  tried {reason}" for reason in reasons]
    lines.append(
        f"Place the files of one of these forms into {folder.resolve()} by hand and run the same command again:"
    )
    for form in entry.forms.values():
        for name, sha256 in form.files.items():
            check = f"sha256 {sha256}" if sha256 else "checked by its content"
            lines.append(f"  {form.name}: {folder.resolve() / name} ({check})")
    return "\n".join(lines)
