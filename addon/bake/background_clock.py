"""Which frame of the footage the camera shows at which scene frame, where Blender counts them in its own way."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..blender import compat
from .action import remove_curves
from .keys import CONSTANT, Keys
from .movie import movie_fps

if TYPE_CHECKING:
    from romp_core.take.take import FootageInfo
    from romp_core.typing import Array

_OFFSET = "background_images[0].image_user.frame_offset"
_EARLY = 0.25
"""A frame is shown this part of a scene frame early: stamps are rounded, and jitter."""


def movie_positions(footage: FootageInfo, path: Path) -> Array:
    """(T,) int: where Blender finds each frame of a movie, counted from 0 at its own rate for it."""
    import numpy as np

    rate = movie_fps(path) or footage.fps
    # The position just after the frame begins, so that it has not given way to the next one.
    return np.ceil(footage.times * rate - _EARLY).astype(np.int64)


def offsets(footage: FootageInfo, positions: Array, scene_fps: float) -> Array:
    """(n,) int: what to add to Blender's count on each scene frame, from that of the first frame read on.

    Args:
        positions: (T,) int, where Blender finds each frame, counted from 0.
    """
    import numpy as np

    count = math.floor((footage.times[-1] - footage.times[0]) * scene_fps + 0.5) + 1
    times = footage.times[0] + (np.arange(count) + _EARLY) / scene_fps
    shown = np.searchsorted(footage.times, times, side="right") - 1
    return np.asarray(positions[shown] - np.arange(count))


def set_offsets(camera: bpy.types.Camera, offsets: Array, first_frame: int) -> None:
    """Let the background follow the offsets, by keys where they change."""
    import numpy as np

    user = camera.background_images[0].image_user
    user.frame_offset = int(offsets[0])
    changes = np.flatnonzero(np.diff(offsets, prepend=offsets[0] - 1))
    channels = compat.assigned_channels(camera)
    if len(changes) == 1:
        if channels is not None:
            remove_curves(channels, _OFFSET)
        return
    camera.keyframe_insert(_OFFSET, frame=first_frame)  # makes action and curve where there are none
    channels = compat.assigned_channels(camera)
    assert channels is not None
    keys = Keys.at(first_frame + changes, offsets[changes], np.full(len(changes), CONSTANT))
    keys.write(channels.fcurves.find(_OFFSET))
