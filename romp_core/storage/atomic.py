"""Files that are whole or not there: written beside their target, synced to the disk, then renamed over it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file to write; it takes the name `path` when the block ends without an error.

    Otherwise whatever was at `path` stays as it was, and nothing else is left. Missing folders are made.

    Raises:
        OSError: the file cannot be written.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")  # another process may write the same file
    try:
        with open(unfinished, "wb") as file:
            yield file
            _sync(file)
        os.replace(unfinished, path)
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


def _sync(file: BinaryIO) -> None:
    """Bring the content to the disk first: after a power cut, the name must not stand for less than all of it."""
    file.flush()
    os.fsync(file.fileno())
