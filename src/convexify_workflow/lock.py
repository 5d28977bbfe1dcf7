"""One build at a time in a folder, with a lock that dies with its holder."""

import fcntl
import os
from pathlib import Path

_held = []


def hold(path):
    """Take the lock of a build until this process ends.

    Snakemake's own lock is a file that a killed build leaves behind, so that the next one needs ``--unlock`` first.
    This one is held by the kernel: a build that was killed goes on with the same command.

    Parameters
    ----------
    path : path
        Lock file; created if need be.

    Raises
    ------
    BlockingIOError
        If another process holds it; the message names its process id.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = open(path, "a+", encoding="utf-8")  # noqa: SIM115 - stays open, the lock lives as long as the file
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.seek(0)
        holder = stream.read().strip()
        stream.close()
        raise BlockingIOError(f"another build runs in this folder (process {holder}): wait for it or end it") from None
    stream.truncate(0)
    stream.write(str(os.getpid()))
    stream.flush()
    _held.append(stream)
