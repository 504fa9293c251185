"""Results of other programs become a solved take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..formats import import_results
from ..solve import SolveCache
from ..storage.take_file import check_target, save_take
from ..take.settings import SolveSettings
from ..take.take import Take
from .progress import ProgressListener
from .solve import solve_take


def import_take(
    source: str | Path,
    out: str | Path,
    settings: SolveSettings,
    listener: ProgressListener,
    cancelled: Callable[[], bool] = lambda: False,
    fps: float | None = None,
    cache: SolveCache | None = None,
) -> Take:
    """Read a results file, solve what it holds unless it is a finished motion, and save the take.

    Args:
        fps: frame rate of the footage; None takes the file's own, or 30.

    Raises:
        ModelError: the file cannot be read, or is not safe to open. TakeError: it holds no known results, or `out`
            cannot be written. Cancelled: nothing is saved.
    """
    check_target(out)
    take = import_results(source, fps)
    if take.solved:
        save_take(take, out)
        return take
    return solve_take(replace(take, solve=settings), out, listener, cancelled, cache)
