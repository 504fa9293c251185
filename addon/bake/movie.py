"""At which rate Blender itself plays a movie: its own guess, which may be far from the rate of the frames."""

from __future__ import annotations

from pathlib import Path

import bpy


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
