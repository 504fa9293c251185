"""Less memory while a network is opened: onnxruntime copies every weight, and the original is not needed after that."""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import sys
import threading
from collections.abc import Iterable, Iterator

from numpy.typing import NDArray

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # glibc's malloc.h
_WHILE_BUILDING = 128 << 10, 128 << 10  # glibc's first values, made fixed
_AFTERWARDS = 64 << 20, 32 << 20  # the largest that glibc comes to by itself
_PAUSE_S = 0.01


@contextlib.contextmanager
def low_memory(weights: Iterable[NDArray]) -> Iterator[None]:
    """Release memory early while a network is opened in this context.

    Else it costs about four times its weights: pages of a mapped checkpoint stay after they were read, and glibc keeps
    freed blocks of megabytes. Both are changed only where the system allows it.
    """
    files = _mapped_files(weights)
    done = threading.Event()
    releasing = threading.Thread(target=_release, args=(files, done), name="release checkpoint")
    _set_malloc(*_WHILE_BUILDING)
    releasing.start()
    try:
        yield
    finally:
        done.set()
        releasing.join()
        _set_malloc(*_AFTERWARDS)


def _mapped_files(weights: Iterable[NDArray]) -> list[mmap.mmap]:
    """The mapped files that arrays are views of, without repetitions."""
    files = {}
    for array in weights:
        owner: object = array
        while owner is not None and not isinstance(owner, mmap.mmap):
            owner = owner.obj if isinstance(owner, memoryview) else getattr(owner, "base", None)
        if owner is not None:
            files[id(owner)] = owner
    return list(files.values())


def _release(files: list[mmap.mmap], done: threading.Event) -> None:
    """Release pages repeatedly; those that are needed again come from the file."""
    while files and not done.wait(_PAUSE_S):
        for file in files:
            if hasattr(mmap, "MADV_DONTNEED"):
                file.madvise(mmap.MADV_DONTNEED)


def _set_malloc(trim: int, mapped: int) -> None:
    """From how many bytes on glibc returns freed memory, and maps blocks of their own."""
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another C library
            mallopt = ctypes.CDLL(None).mallopt
            mallopt(_M_TRIM_THRESHOLD, trim)
            mallopt(_M_MMAP_THRESHOLD, mapped)
