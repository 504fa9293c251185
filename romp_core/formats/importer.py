"""From a results file of whatever program to a take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..checkpoints import read
from ..errors import TakeError
from ..take.take import Take
from .amass import import_amass, is_amass
from .image_names import by_image, records
from .romp_results import import_romp
from .trace_results import import_trace, is_trace

IMPORT_FORMATS = "simple-romp, BEV, TRACE or AMASS"
"""For lists and messages: whose results can be imported."""


def import_results(path: str | Path, fps: float | None = None) -> Take:
    """Results of simple-romp, BEV, the older ROMP or TRACE as a raw take; a motion of AMASS as a solved one.

    Args:
        path: an `.npz`, or a folder of them with one per image; images without people may be missing.
        fps: frame rate of the footage; None: the file's own, or 30.

    Raises:
        ModelError: a file cannot be read, or is not safe to open. TakeError: it holds no such results, or nobody.
    """
    path = Path(path)
    tree: Any = None if path.is_dir() else read(path)
    try:
        if is_amass(tree):
            return import_amass(tree, path, fps)
        if is_trace(tree):
            return import_trace(tree, path, fps)
        return import_romp(records(path) if tree is None else by_image(tree, path), path, fps)
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:  # arrays of any form may be in there
        raise TakeError(
            f"{path.name} holds results in an unknown form.", f"Choose a file of {IMPORT_FORMATS}."
        ) from error
