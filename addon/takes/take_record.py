"""The record in a take file, for what is asked on every redraw of a panel."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

_KEPT_SECONDS = 1.0


class _Known(NamedTuple):
    """When a file was looked at, its time and size then, and its record."""

    looked: float
    file: tuple[int, int] | None
    record: Mapping[str, Any]


_known: dict[str, _Known] = {}
"""By path."""


def record(path: str) -> Mapping[str, Any]:
    """The record of a take file, looked at once a second at most; empty when it cannot be read."""
    from romp_core.errors import TakeError
    from romp_core.storage.take_file import read_record

    now = time.monotonic()
    last = _known.get(path)
    if last is not None and now - last.looked < _KEPT_SECONDS:
        return last.record
    try:
        stat = os.stat(path)
        file = (stat.st_mtime_ns, stat.st_size)
        found = last.record if last is not None and file == last.file else read_record(path)
    except (OSError, TakeError):
        file, found = None, {}
    _known[path] = _Known(now, file, found)
    return found


def forget() -> None:
    """Look at all files anew when they are next asked for."""
    _known.clear()
