"""From raw observations to motion in the world: the offline solve, and a quick pose for previews.

In the public API the function `romp_core.solve` has the name of this room, so the room can be called.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

from ..take.settings import SolveSettings
from ..take.take import Take
from .landmark_fit.quick_pose import quick_pose
from .pipeline import SolveCache, solve

__all__ = ["SolveCache", "quick_pose", "solve", "solve_with"]


def solve_with(
    take: Take, settings: SolveSettings | None = None, progress: Callable[[float], None] | None = None
) -> Take:
    """The take, solved with other settings; the model does not run again.

    Args:
        take: raw or solved. settings: None for the take's own; `take.solve.changed(height=1.85)` changes some of them.
        progress: called with the fraction done, 0 to 1; may raise to stop.

    Raises:
        SettingsError: a setting is outside of its limits.
    """
    return solve(take if settings is None else replace(take, solve=settings), progress)


class _CallableRoom(ModuleType):
    __call__ = staticmethod(solve_with)


sys.modules[__name__].__class__ = _CallableRoom
