"""When a file was written, to tell whether a job wrote it."""

from __future__ import annotations

import os


def file_time(path: str) -> int | None:
    """Nanoseconds; None when there is no such file."""
    try:
        return os.stat(path).st_mtime_ns if path else None
    except OSError:
        return None
