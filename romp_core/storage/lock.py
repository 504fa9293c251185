"""Files that one process at a time writes, and no other touches meanwhile.

The operating system keeps the lock and ends it with the process, however that ends: unlike the age of a file, it tells
a capture that pauses from one that was interrupted.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import BinaryIO, Literal

_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
_FAR = 0x7FFFFFFE  # Windows keeps others from reading what is locked: a byte behind all content


def open_locked(path: Path, mode: Literal["a+b", "w+b"] = "a+b") -> BinaryIO:
    """Open a file to read and append, or to write anew, or make it, and lock it until it is closed.

    On file systems without locks it is opened all the same.

    Raises:
        BlockingIOError: it is locked already, by this process or another.
        OSError: it cannot be opened.
    """
    while True:
        file = open(path, mode)  # noqa: SIM115 - handed on
        try:
            _lock(file)
            if _is_at(file, path):
                return file
        except BaseException:
            file.close()
            raise
        file.close()  # whoever had it has removed it meanwhile


def remove(file: BinaryIO, path: Path) -> None:
    """Close and delete a locked file, in the order in which nobody else can take it up in between."""
    if sys.platform == "win32":  # an open file cannot be deleted there
        file.close()
    path.unlink(missing_ok=True)
    file.close()


def rename(file: BinaryIO, path: Path, target: Path) -> None:
    """Close a locked file and give it another name, in the order in which nobody else can take it up in between."""
    if sys.platform == "win32":  # an open file cannot be renamed there
        file.close()
    os.replace(path, target)
    file.close()


def _is_at(file: BinaryIO, path: Path) -> bool:
    """Whether an open file still has its name: on Windows always."""
    if sys.platform == "win32":
        return True
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False


def _lock(file: BinaryIO) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt

            before = os.lseek(file.fileno(), 0, os.SEEK_CUR)
            os.lseek(file.fileno(), _FAR, os.SEEK_SET)
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            finally:
                os.lseek(file.fileno(), before, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _TAKEN:
            raise BlockingIOError(error.errno, error.strerror) from error
