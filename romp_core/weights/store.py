"""Where the user's weight files lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class WeightStore:
    """A folder of weight files, and other folders that are only read, such as `~/.romp` of the reference program."""

    folder: Path
    also: tuple[Path, ...] = ()


def default_store(folder: str | Path | None = None) -> WeightStore:
    """The store in the given folder, else in `~/.romp`, which is always looked into."""
    home = Path.home() / ".romp"
    return WeightStore(Path(folder) if folder else home, () if folder is None else (home,))
