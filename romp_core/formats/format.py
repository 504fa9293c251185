"""What a format of another program is: how its files are recognized, what reads them, what their license says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..errors import SettingsError
from ..take.take import Take

UP_AXES: Final = ("auto", "z", "y")
NETWORK_LICENSE: Final = "networks trained on data for non-commercial research"


@dataclass(frozen=True)
class ImportOptions:
    """What the user says about a file.

    Attributes:
        fps: frame rate; None: the file's own, that of the footage beside it, or 30.
        up: axis that points up in the file's world: "z", "y", or "auto".
    """

    fps: float | None = None
    up: str = "auto"

    def __post_init__(self) -> None:
        if self.up not in UP_AXES:
            raise SettingsError(f'There is no up axis "{self.up}".', f"Choose one of: {', '.join(UP_AXES)}.")
        if self.fps is not None and not 0 < self.fps <= 1000:
            raise SettingsError(f"The frame rate is {self.fps:g}, but must be between 0 and 1000.")


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Attributes:
        title: the tool or data set that writes it, for lists and messages.
        files: what its files are called, for the docs. gives: what a take of it holds, for the docs.
        license: the line that is stamped into takes.
        recognize: whether the content of a file, with its path, is of this kind.
        read: the take of that content; `path` is a folder where the format has one file per frame or person and the
            user chose the folder. The content is then that of the folder's first file.
        folder: whether a folder can be imported.
    """

    title: str
    files: str
    gives: str
    license: str
    recognize: Callable[[Any, Path], bool]
    read: Callable[[Any, Path, ImportOptions], Take]
    folder: bool = False
