"""One function per kind of source: it leaves the members in a folder, or raises `SourceError` with the reason."""

import gzip
import logging
import shutil
import subprocess
import tarfile
import zlib
from contextlib import contextmanager
from pathlib import Path

import pooch
import requests

from convexify_workflow.datasets.errors import SourceError
from convexify_workflow.datasets.hashes import file_sha256

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 10
READ_SECONDS = 60
CLIENT_SECONDS = 1800


def obtain(source, names, folder):
    """Leave the members ``names`` of a source in ``folder``.

    Parameters
    ----------
    source : Source
    names : collection of str
        Keys of ``source.members``.
    folder : Path
        Exists and is empty; besides the members, nothing stays in it.

    Raises
    ------
    SourceError
        Unreachable, client missing, archive cut short, member missing: with the reason.
    """
    if source.kind == "http" and not source.archive:
        for name in names:
            _loose_file(source, name, folder)
        return
    archive = {"http": _http_archive, "npm": _npm_archive, "apt": _apt_archive}[source.kind](source, folder)
    if source.sha256 and file_sha256(archive) != source.sha256:
        logger.warning(
            "%s: %s (%d bytes) differs from the archive in the registry (sha256 %s); its files will decide",
            source, archive.name, archive.stat().st_size, source.sha256,
        )  # fmt: skip
    if source.kind == "apt":
        archive = _unwrapped_deb(archive)
    extract(archive, {source.members[name]: name for name in names}, folder)
    archive.unlink()


def extract(archive, members, folder):
    """Copy members of a tar archive into ``folder``, decompressing those that end in ``.gz``.

    Only the bytes of the named members are read: no name, link or mode of the archive reaches the file system.

    Parameters
    ----------
    archive : Path
    members : dict of str to str
        Place in the archive to the name of the file that is written.
    folder : Path

    Raises
    ------
    SourceError
        Naming the archive if it is cut short or damaged, and the members that it lacks.
    """
    missing = dict(members)
    with _damage_named(f"archive {archive.name}"), tarfile.open(archive) as opened:
        for information in opened:
            name = missing.pop(information.name.removeprefix("./"), None) if information.isfile() else None
            if name is not None:
                _copy(opened.extractfile(information), information.name, folder / name)
            if not missing:
                break
    if missing:
        raise SourceError(f"archive {archive.name} lacks {', '.join(sorted(missing))}")


def _copy(stream, place, path):
    compressed = place.endswith(".gz") and path.suffix != ".gz"
    with gzip.open(stream) if compressed else stream as content, open(path, "wb") as target:
        shutil.copyfileobj(content, target, 1 << 20)


@contextmanager
def _damage_named(what):
    """Turn what a damaged archive raises into a reason; an error of the machine (a full disk) stays what it is."""
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SourceError(f"{what} is cut short or damaged ({_plain(error)})") from None


def _loose_file(source, name, folder):
    place = source.members[name]
    received = _download(source.address + place, f"{name}.received", folder)
    with _damage_named(place), open(received, "rb") as stream:
        _copy(stream, place, folder / name)
    received.unlink()


def _http_archive(source, folder):
    return _download(source.address, source.address.rsplit("/", 1)[-1], folder)


def _download(address, name, folder):
    # The content is judged by the hashes of the registry after decompression, so pooch is given none.
    client = pooch.create(folder, base_url="", registry={name: None}, urls={name: address}, retry_if_failed=1)
    downloader = pooch.HTTPDownloader(progressbar=True, chunk_size=1 << 16, timeout=(CONNECT_SECONDS, READ_SECONDS))
    try:
        return Path(client.fetch(name, downloader=downloader))
    except (requests.exceptions.RequestException, ValueError) as error:
        raise SourceError(f"{address}: {_plain(error)}") from None


def _npm_archive(source, folder):
    # A cache of its own, or npm keeps a second copy of the archive in the user's home.
    cache = folder / "npm-cache"
    _run_client(
        ["npm", "pack", f"{source.package}@{source.version}", "--ignore-scripts", "--no-update-notifier",
         "--loglevel=error", f"--cache={cache}", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"],
        folder,
    )  # fmt: skip
    shutil.rmtree(cache, ignore_errors=True)
    return _only(folder, "*.tgz", source)


def _apt_archive(source, folder):
    _require_client("dpkg-deb")
    options = ["-o", f"Acquire::http::Timeout={CONNECT_SECONDS}", "-o", "Acquire::Retries=1"]
    _run_client(["apt-get", "download", *options, f"{source.package}={source.version}"], folder)
    return _only(folder, "*.deb", source)


def _unwrapped_deb(package):
    """The tar archive inside a Debian package."""
    tar = package.with_suffix(".tar")
    _run_client(["dpkg-deb", "--fsys-tarfile", package.name], package.parent, output=tar)
    package.unlink()
    return tar


def _only(folder, pattern, source):
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise SourceError(f"{source.kind} left {len(found)} files {pattern} instead of one")
    return found[0]


def _require_client(name):
    path = shutil.which(name)
    if path is None:
        raise SourceError(f"skipped, there is no {name} on this machine")
    return path


def _run_client(command, folder, *, output=None):
    """Run a package client in ``folder``; its first errors become the reason when it fails."""
    path = _require_client(command[0])
    try:
        with open(output or folder / "client-output", "wb") as stream:
            done = subprocess.run(
                [path, *command[1:]], cwd=folder, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.PIPE,
                timeout=CLIENT_SECONDS, check=False,
            )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise SourceError(f"{command[0]} did not finish in {CLIENT_SECONDS} s") from None
    except OSError as error:
        raise SourceError(f"{command[0]} could not be run ({error})") from None
    finally:
        (folder / "client-output").unlink(missing_ok=True)
    if done.returncode:
        where = f" on {command[-1]}" if output else ""
        reason = _first_errors(done.stderr.decode(errors="replace"))
        raise SourceError(f"{command[0]} failed{where} with status {done.returncode}: {reason}")


def _first_errors(text, count=4):
    """The first lines of a client's complaint that report an error, or its first lines, in one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("E:") or "error " in line]
    return " | ".join((errors or lines)[:count]) or "without a word"


def _plain(error):
    """The cause at the bottom of a chain of network errors, in one line."""
    cause = error.args[0] if error.args else error
    cause = getattr(cause, "reason", None) or error
    return f"{type(cause).__name__}: {' '.join(str(cause).split())}"
