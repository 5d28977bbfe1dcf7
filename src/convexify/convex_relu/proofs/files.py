"""The file of a proof: arrays and a header in NumPy's npz form, under one checksum."""

import hashlib
import json
import zipfile
import zlib

import numpy as np

FORMAT = "convexify proof"
VERSION = 1


def fingerprint(array):
    """SHA-256 of shape and values of an array of float64, the same for every memory layout and sign of zero."""
    array = np.ascontiguousarray(array, dtype="<f8") + 0.0
    return hashlib.sha256(repr(array.shape).encode() + array.tobytes()).hexdigest()


def write_file(file, header, arrays):
    """Write ``header`` (what JSON can hold) and ``arrays``, under a checksum, to a path or an open file."""
    text = json.dumps({"format": FORMAT, "version": VERSION, **header}, sort_keys=True)
    arrays = {"header": np.frombuffer(text.encode(), np.uint8), **arrays}
    checksum = np.frombuffer(_checksum(arrays), np.uint8)
    if hasattr(file, "write"):
        np.savez_compressed(file, checksum=checksum, **arrays)
        return
    with open(file, "wb") as stream:  # NumPy would append its own ending to a path
        np.savez_compressed(stream, checksum=checksum, **arrays)


def read_file(file):
    """Header and arrays of a file that `write_file` wrote.

    Raises
    ------
    ValueError
        Named ``file``: if it is no proof, was cut short or damaged, or its content does not have its checksum.
    OSError
        If it cannot be opened.
    """
    if hasattr(file, "read"):
        return _read(file)
    with open(file, "rb") as stream:
        return _read(stream)


def _read(stream):
    start = stream.read(4)
    stream.seek(0)
    if start[:2] != b"PK"[: len(start)] or not start:
        raise ValueError("file: expected a proof, got something else (no archive of arrays)")
    try:
        with np.load(stream, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    # what NumPy and the standard library raise on damaged archives
    except (
        ValueError, EOFError, KeyError, OSError, RuntimeError, NotImplementedError, OverflowError, SyntaxError,
        zipfile.BadZipFile, zlib.error,
    ) as error:  # fmt: skip
        raise ValueError(f"file: expected a whole proof, got one that was cut short or damaged ({error})") from None
    header = _header(arrays.get("header"))
    checksum = arrays.pop("checksum", np.empty(0, np.uint8))
    if checksum.tobytes() != _checksum(arrays):
        raise ValueError("file: expected a proof as it was written, got one that was altered (checksum)")
    if header.get("version") != VERSION:
        raise ValueError(f"file: expected a proof of version {VERSION}, got version {header.get('version')!r}")
    del arrays["header"]
    return header, arrays


def _header(array):
    try:
        header = json.loads(array.tobytes())
        if header["format"] == FORMAT:
            return header
    except (AttributeError, ValueError, KeyError, TypeError):
        pass
    raise ValueError("file: expected a proof, got another archive or one whose header was altered")


def _checksum(arrays):
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        digest.update(array.tobytes())
    return digest.digest()
