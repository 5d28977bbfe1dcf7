"""SHA-256 of files and of arrays."""

import hashlib

import numpy as np


def file_sha256(path):
    """Hexadecimal SHA-256 of the bytes of a file, read in blocks."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def array_sha256(array):
    """Hexadecimal SHA-256 of an array's entries in C order, little-endian; the shape does not enter."""
    array = np.ascontiguousarray(array)
    return hashlib.sha256(array.astype(array.dtype.newbyteorder("<"), copy=False).data).hexdigest()
