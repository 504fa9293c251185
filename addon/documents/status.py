"""Which files of a listed take are missing, remembered for a moment: panels ask at every redraw."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import bpy

from ..bake.footage import is_shown
from ..blender import scene_index
from ..blender.paths import find_file

if TYPE_CHECKING:
    from ..takes.properties import ROMP_MOCAP_PG_take

_KEPT_SECONDS = 2.0
_kept: dict[str, tuple[float, bool]] = {}


def lacks_take(entry: ROMP_MOCAP_PG_take) -> bool:
    """Whether the take file is not where it was."""
    return not _exists(find_file(entry.path))


def lacks_footage(scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take) -> bool:
    """Whether the footage is not where it was, and not shown all the same: packed, or loaded already."""
    if not entry.footage or _exists(find_file(entry.footage)):
        return False
    camera = scene_index.find_object(scene, entry.take_id, scene_index.CAMERA)
    return camera is None or not is_shown(camera.data)


def forget() -> None:
    """Look again at the next question."""
    _kept.clear()


def _exists(path: str) -> bool:
    now = time.monotonic()
    if path not in _kept or now - _kept[path][0] > _KEPT_SECONDS:
        _kept[path] = now, os.path.exists(path)
    return _kept[path][1]
