"""Files that are whole or not there: written beside their target, synced to the disk, then renamed over it."""

from __future__ import annotations

import glob
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from .lock import open_locked, remove, rename

_ABANDONED_S = 60.0


@contextmanager
def replacing(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file to write; it takes the name `path` when the block ends without an error.

    Otherwise whatever was at `path` stays as it was, and nothing else is left. Missing folders are made.

    Raises:
        OSError: the file cannot be written.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(path)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")  # another process may write the same file
    try:
        with open_locked(unfinished, "w+b") as file:
            yield file
            _sync(file)
            rename(file, unfinished, path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write a whole file; see `replacing`."""
    with replacing(path) as file:
        file.write(content)


def finish(unfinished: Path, path: Path) -> None:
    """Give a file that was written by other means its final name, in one step.

    Raises:
        OSError: it cannot be synced or renamed; it stays where it is.
    """
    with open(unfinished, "rb+") as file:
        _sync(file)
    os.replace(unfinished, path)


def _remove_abandoned(path: Path) -> None:
    """Delete what processes that were killed while they wrote this file have left beside it."""
    for file in path.parent.glob(f"{glob.escape(path.name)}.*.tmp"):
        with suppress(OSError):  # it is being written, or somebody else deletes it
            if time.time() - file.lstat().st_mtime > _ABANDONED_S:  # not all file systems have locks
                remove(open_locked(file), file)


def _sync(file: BinaryIO) -> None:
    """Bring the content to the disk first: after a power cut, the name must not stand for less than all of it."""
    file.flush()
    os.fsync(file.fileno())
