"""What would make an export useless or surprising, reported before it is written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import bpy

from ..bake.body import EMBEDDED, LICENSE, kind_of
from ..blender import compat, scene_index
from .morphs import Morphs
from .motion import SampledMotion
from .presets import FORMATS

_HEIGHTS_M = (0.3, 4.0)
_RATES = (1.0, 240.0)


def frame_range(armature: bpy.types.Object, scene: bpy.types.Scene) -> tuple[int, int]:
    """Whole frames from the first to the last key of all characters of the take: their files share one time line.

    Those of the scene for an armature without an action. Somebody who comes later stands still until then.
    """
    take = armature.get(scene_index.TAKE)
    people = [item for item in scene_index.characters(scene) if take and item[scene_index.TAKE] == take]
    own = _keyed(armature)
    if own is None:
        return scene.frame_start, scene.frame_end
    known = [own, *(each for each in map(_keyed, people) if each is not None)]
    return min(first for first, _ in known), max(last for _, last in known)


def _keyed(armature: bpy.types.Object) -> tuple[int, int] | None:
    """Whole frames of the action and the strips of one character; None when it has none."""
    animation = armature.animation_data
    ranges = [(strip.frame_start, strip.frame_end) for strip in compat.strips_of(armature)]
    if animation is not None and animation.action is not None:
        ranges.append(tuple(animation.action.frame_range))
    if not ranges:
        return None
    return math.floor(min(first for first, _ in ranges) + 1e-3), math.ceil(max(last for _, last in ranges) - 1e-3)


def is_animated(armature: bpy.types.Object) -> bool:
    """Whether something moves an armature: an action, strips, constraints or drivers."""
    animation = armature.animation_data
    if animation is not None and (animation.action or animation.nla_tracks or animation.drivers):
        return True
    return any(owner.constraints for owner in (armature, *armature.pose.bones))


def check(armature: bpy.types.Object) -> None:
    """Raise TakeError when there is nothing to export, or keys that no file can hold."""
    from romp_core.errors import TakeError

    if not armature.data.bones:
        raise TakeError(f'"{armature.name}" has no bones.', "Choose another armature.")
    if not is_animated(armature):
        raise TakeError(f'"{armature.name}" has no animation.', "Give it an action, or make the character again.")
    channels = compat.assigned_channels(armature)
    for curve in channels.fcurves if channels else ():
        if not all(map(math.isfinite, (*curve.range(), *_extremes(curve)))):
            raise TakeError(
                f'"{armature.name}" has keys that are not numbers ({curve.data_path}).',
                "Delete these keys, or make the character again.",
            )


def check_motion(motion: SampledMotion) -> list[str]:
    """Remarks about a motion that can be exported.

    Raises:
        romp_core.errors.TakeError: bones are somewhere that no number describes, or shrunk to nothing.
    """
    import numpy as np

    from romp_core.errors import TakeError

    broken = ~(np.isfinite(motion.heads).all(axis=-1) & np.isfinite(motion.turns).all(axis=(-1, -2)))
    if broken.any():
        row, bone = np.argwhere(broken)[0]
        raise TakeError(
            f'The bone "{motion.bones[bone]}" of "{motion.name}" has no position or rotation at frame '
            f"{motion.first + row}.",
            "Look for constraints, drivers and scales of 0 there.",
        )
    remarks = []
    if not _HEIGHTS_M[0] <= motion.height <= _HEIGHTS_M[1]:
        remarks.append(
            f'"{motion.name}" is {motion.height:.3g} m tall: if it should not be, check the unit scale of the scene.'
        )
    if not _RATES[0] <= motion.fps <= _RATES[1]:
        remarks.append(f"The scene has {motion.fps:.4g} frames per second: few programs play that.")
    if len(motion.heads) == 1:
        remarks.append(f'"{motion.name}" has one frame only.')
    if len(motion.tops) > 1:
        remarks.append(
            f'"{motion.name}" has {len(motion.tops)} bones without a parent: choose the preset of an engine if the '
            "program expects a root bone."
        )
    return remarks


def license_remarks(meshes: list[bpy.types.Object]) -> list[str]:
    """What the user should know before giving away a file with these bodies."""
    if all(kind_of(item) == EMBEDDED for item in meshes if LICENSE in item):
        return []
    return ["The file contains an SMPL body, whose license does not permit redistribution."]


def morph_remarks(morphs: Sequence[Morphs], format: str) -> list[str]:
    """What the user should know about a format that holds no mesh."""
    if not morphs:
        return []
    label, _, _ = FORMATS[format]
    return [f"{label} files have no mesh, so shape keys, such as a face's, are not in them: use glTF or FBX."]


def _extremes(curve: Any) -> tuple[float, float]:
    import numpy as np

    points = np.empty(2 * len(curve.keyframe_points), np.float32)
    curve.keyframe_points.foreach_get("co", points)
    return (float(points.min()), float(points.max())) if len(points) else (0.0, 0.0)
