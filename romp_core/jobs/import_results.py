"""Results of other programs become a solved take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..formats import import_results
from ..solve import SolveCache
from ..storage.take_file import check_target, save_take
from ..take.settings import check, with_values
from ..take.take import Take
from .progress import ProgressListener
from .solve import solve_take


def import_take(
    source: str | Path,
    out: str | Path,
    given: Mapping[str, Any],
    listener: ProgressListener,
    cancelled: Callable[[], bool] = lambda: False,
    fps: float | None = None,
    up: str = "auto",
    cache: SolveCache | None = None,
) -> Take:
    """Read a results file, solve what it holds, and save the take.

    A finished motion is left as the file has it, unless solve settings are given: then it is solved with them.

    Args:
        given: solve settings by name; those left out are the take's own.
        fps, up: see `formats.import_results`.

    Raises:
        ModelError: the file cannot be read, or is not safe to open. TakeError: it holds no known results, or `out`
            cannot be written. SettingsError: a setting is outside of its limits. Cancelled: nothing is saved.
    """
    check_target(out)
    take = import_results(source, fps, up)
    if take.solved and not given:
        save_take(take, out)
        return take
    return solve_take(replace(take, solve=check(with_values(take.solve, given))), out, listener, cancelled, cache)
