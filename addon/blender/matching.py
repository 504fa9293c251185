"""Match Scene: the scene takes over rate, range and resolution of footage where no other animation would suffer."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import bpy

from .animation import is_animated
from .timing import fit_scene, fits, scene_fps

if TYPE_CHECKING:
    from romp_core.take.take import FootageInfo


def match_scene(
    scene: bpy.types.Scene, footage: FootageInfo, besides: Collection[bpy.types.Object]
) -> tuple[bool, list[str]]:
    """Fit a scene to footage, unless it has other animation than that of the objects `besides`.

    Returns:
        whether the scene was free to be changed, and remarks for the user.
    """
    if not is_animated(scene, besides):
        fit_scene(scene, footage)
        return True, []
    if fits(scene, footage):
        return False, []
    return False, [
        "The scene has other animation, so its frame rate, range and resolution stay: "
        f"the keys are laid out at {scene_fps(scene):.4g} frames per second."
    ]
