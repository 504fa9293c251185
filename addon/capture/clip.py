"""What is known of footage before a capture: size, rate and length, looked up by a timer, never while a panel is drawn.

Blender's own reader is asked, since nothing here may load a decoder; the worker's is exact, and decides.
"""

from __future__ import annotations

import os
from typing import NamedTuple

import bpy

from ..blender.redraw import redraw_sidebars

_SMALL_PX, _SLOW_FPS = 300, 15.0
_known: dict[str, Clip] = {}
_requested: dict[str, None] = {}


class Clip(NamedTuple):
    """Footage as Blender reads it: sizes in pixels, 0 where unknown; `fps` 0 for images; `image` shows what it is."""

    width: int = 0
    height: int = 0
    fps: float = 0.0
    frames: int = 0
    image: str = ""

    @property
    def text(self) -> str:
        """Size, rate and length in one line."""
        parts = [f"{self.width} \u00d7 {self.height}"] if self.width else []
        if self.fps:
            seconds = self.frames / self.fps
            parts += [f"{self.fps:.4g} fps", f"{int(seconds // 60)}:{seconds % 60:04.1f}"]
        elif self.frames > 1:
            parts.append(f"{self.frames} images")
        return ", ".join(parts)

    @property
    def warnings(self) -> list[str]:
        """What is known to make a capture worse, each with what helps."""
        found = []
        if self.width and min(self.width, self.height) < _SMALL_PX:
            found.append("The footage is small: people should be at least 100 pixels tall. Use the original file.")
        if 0 < self.fps < _SLOW_FPS:
            found.append("The frame rate is low, so fast movements are lost. 24 frames per second or more are better.")
        return found


def find(path: str) -> Clip | None:
    """What is known of a file or folder; None until it is looked at, which happens soon."""
    if path not in _known and path not in _requested and os.path.exists(path):
        _requested[path] = None
        if not bpy.app.timers.is_registered(look_at_requested):
            bpy.app.timers.register(look_at_requested, first_interval=0.0, persistent=True)
    return _known.get(path)


def look_at_requested() -> None:
    """Look at what was asked for."""
    for path in tuple(_requested):
        _known[path] = look(path)
        _requested.pop(path, None)
    redraw_sidebars()


def look(path: str) -> Clip:
    """Size, rate and length of a video, an image, or a folder of images."""
    from romp_core.footage.sequence import image_files

    if os.path.isdir(path):
        from pathlib import Path

        files = sorted(image_files(Path(path)))
        first = look(str(files[0])) if files else Clip()
        return first._replace(frames=len(files), image=str(files[0]) if files else "")
    try:
        movie = bpy.data.movieclips.load(path)
    except RuntimeError:
        return Clip()
    width, height = movie.size
    is_movie = movie.source == "MOVIE"  # Blender takes an image for the sequence beside it
    found = Clip(width, height, movie.fps if is_movie else 0.0, movie.frame_duration if is_movie else 1, path)
    bpy.data.movieclips.remove(movie)
    return found if width else Clip()


def forget() -> None:
    """Forget all: the extension is disabled."""
    _known.clear()
    _requested.clear()
    if bpy.app.timers.is_registered(look_at_requested):
        bpy.app.timers.unregister(look_at_requested)
