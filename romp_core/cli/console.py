"""Lines for people on stderr and results on stdout: on any console, also one whose reader went away."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from ..errors import MocapError

_NOBODY_READS = (errno.EPIPE, errno.EINVAL)  # Windows gives the second one for a pipe that was closed


def adapt() -> None:
    """Let both streams show what their encoding lacks, such as a file name, as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not so where a test or an application captures it
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Write a line for people, on stderr."""
    with unless_closed(sys.stderr):
        sys.stderr.write(text + "\n")


def put(text: str) -> None:
    """Write a line of a command's result, on stdout.

    Raises:
        MocapError: it cannot be written, for example because the disk is full.
    """
    try:
        with unless_closed(sys.stdout):
            sys.stdout.write(text + "\n")
    except OSError as error:
        _discard(sys.stdout)
        raise MocapError(f"The output cannot be written ({error.strerror}).") from error


@contextmanager
def unless_closed(stream: TextIO) -> Iterator[None]:
    """Write to a stream; from when its reader has gone, as after `| head`, everything written to it is dropped."""
    try:
        yield
        stream.flush()
    except OSError as error:
        if error.errno not in _NOBODY_READS:
            raise
        _discard(stream)


def _discard(stream: TextIO) -> None:
    """Lead a stream to nowhere, so that what is buffered makes no error when the process ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
