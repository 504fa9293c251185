"""What would make an export useless or surprising, reported before it is written."""

from __future__ import annotations

import math

import bpy

from ..bake.body import EMBEDDED, kind_of
from ..blender import compat, scene_index
from ..blender.units import units_per_meter


def frame_range(armature: bpy.types.Object, scene: bpy.types.Scene) -> tuple[int, int]:
    """Whole frames from the first to the last key of all characters of the take: their files share one time line.

    Those of the scene when none of them has an action. Somebody who comes later stands still until then.
    """
    people = [
        item for item in scene_index.characters(scene) if item.get(scene_index.TAKE) == armature[scene_index.TAKE]
    ]
    ranges = [_keyed(item) for item in {armature, *people}]
    known = [each for each in ranges if each is not None]
    if not known or _keyed(armature) is None:
        return scene.frame_start, scene.frame_end
    return min(first for first, _ in known), max(last for _, last in known)


def _keyed(armature: bpy.types.Object) -> tuple[int, int] | None:
    """Whole frames of the action of one character; None when it has none."""
    animation = armature.animation_data
    if animation is None or animation.action is None:
        return None
    first, last = animation.action.frame_range
    return math.floor(first + 1e-3), math.ceil(last - 1e-3)


def check(armature: bpy.types.Object, scene: bpy.types.Scene) -> list[str]:
    """Remarks about a character that can be exported.

    Raises:
        romp_core.errors.TakeError: there is nothing to export.
    """
    from romp_core.errors import TakeError

    channels = compat.assigned_channels(armature)
    animation = armature.animation_data
    if channels is None and not (animation and animation.nla_tracks):
        raise TakeError(f'"{armature.name}" has no animation.', "Make the character again, or give it an action.")
    for curve in channels.fcurves if channels else ():
        if not all(map(math.isfinite, (*curve.range(), *_extremes(curve)))):
            raise TakeError(f'"{armature.name}" has keys that are not numbers.', "Make the character again.")
    remarks = []
    if any(abs(factor / units_per_meter(scene) - 1.0) > 1e-4 for factor in armature.matrix_world.to_scale()):
        remarks.append(f'"{armature.name}" is scaled: apply the scale if the other program shows it in another size.')
    return remarks


def license_remarks(meshes: list[bpy.types.Object]) -> list[str]:
    """What the user should know before giving away a file with these bodies."""
    if all(kind_of(item) == EMBEDDED for item in meshes):
        return []
    return ["The file contains an SMPL body, whose license does not permit redistribution."]


def _extremes(curve: bpy.types.FCurve) -> tuple[float, float]:
    import numpy as np

    points = np.empty(2 * len(curve.keyframe_points), np.float32)
    curve.keyframe_points.foreach_get("co", points)
    return (float(points.min()), float(points.max())) if len(points) else (0.0, 0.0)
