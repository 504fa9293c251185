"""At which rate Blender itself plays a movie: with a varying frame rate that is its own guess, not the mean."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from romp_core.take.take import FootageInfo

_EQUAL, _BELIEVABLE = 0.002, 2.0


def movie_fps(path: Path) -> float | None:
    """Frames per second by which Blender counts a movie; None when it cannot open it.

    Blender shows at position n the frame of the time n / rate.
    """
    if not path.is_file():
        return None
    try:
        clip = bpy.data.movieclips.load(str(path))
    except RuntimeError:
        return None
    fps = clip.fps if clip.source == "MOVIE" else 0.0
    bpy.data.movieclips.remove(clip)
    return fps if fps > 0 else None


def on_blenders_clock(footage: FootageInfo) -> FootageInfo:
    """The footage with Blender's rate as its nominal one, where the two differ, so that motion and footage agree."""
    if footage.fps <= 0:
        return footage
    fps = movie_fps(Path(footage.path))
    if fps is None or abs(fps / footage.fps - 1) < _EQUAL or not 1 / _BELIEVABLE < fps / footage.fps < _BELIEVABLE:
        return footage
    return replace(footage, fps=fps)
