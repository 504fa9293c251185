"""Names for files beside others of the same kind."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path


def unused_path(path: Path, first: int = 1) -> Path:
    """The path, with a number after its stem where it is taken: "take.npz", "take 2.npz", "take 3.npz"...

    Args:
        first: least number; from 2 on, the path itself is left free.
    """
    return next(path for path in _names(path, first) if not path.exists())


def used_paths(path: Path) -> Iterator[Path]:
    """The files that have taken the path, and the names that `unused_path` gave instead of it."""
    for candidate in _names(path, 1):
        if candidate.exists():
            yield candidate
        elif candidate != path:
            return


def _names(path: Path, first: int) -> Iterator[Path]:
    for number in count(first):
        yield path if number == 1 else path.with_name(f"{path.stem} {number}{path.suffix}")
