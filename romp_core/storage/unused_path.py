"""Names for files beside others of the same kind."""

from __future__ import annotations

from pathlib import Path


def unused_path(path: Path, first: int = 1) -> Path:
    """The path, with a number after its stem where it is taken: "take.npz", "take 2.npz", "take 3.npz"...

    Args:
        first: least number; from 2 on, the path itself is left free.
    """
    number = first
    while True:
        candidate = path if number == 1 else path.with_name(f"{path.stem} {number}{path.suffix}")
        if not candidate.exists():
            return candidate
        number += 1
