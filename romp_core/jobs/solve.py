"""Solving a take with its present settings and edits; the model does not run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..errors import Cancelled, TakeError
from ..solve import SolveCache, solve
from ..storage.take_file import save_take
from ..take.settings import check
from ..take.take import Take
from .progress import Clock, ProgressListener


def solve_take(
    take: Take,
    out: str | Path,
    listener: ProgressListener,
    cancelled: Callable[[], bool] = lambda: False,
    cache: SolveCache | None = None,
) -> Take:
    """Solve a raw or solved take and save it.

    Args:
        cache: results of earlier solves of the same take, see `solve.solve`.

    Raises:
        SettingsError: a setting is outside of its limits.
        TakeError: its people are known in the image only; the file cannot be written.
        Cancelled: the take on disk is left as it was.
    """
    check(take.solve)
    if not take.has_poses:
        raise TakeError(
            "This take holds keypoints in the image only, so it has no motion to solve.",
            "Export them in the keypoints format, or capture the footage with a model that estimates poses.",
        )
    clock = Clock("solve", 1.0, listener)

    def on_progress(fraction: float) -> None:
        if cancelled():
            raise Cancelled()
        clock.tick(fraction)

    solved = solve(take, on_progress, cache=cache)
    save_take(solved, out)
    return solved
