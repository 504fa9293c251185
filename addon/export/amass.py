"""Characters as motions of AMASS, the way they are seen in the scene."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..bake.bones import bone_names
from ..blender import compat

if TYPE_CHECKING:
    from romp_core.typing import Array

    from .motion import SampledMotion


def joint_motion(armature: bpy.types.Object, motion: SampledMotion) -> SampledMotion:
    """The motion of the 24 joints alone, or of the 52 of SMPL-H where the armature has fingers.

    Raises:
        romp_core.errors.TakeError: the armature lacks bones for some of them.
    """
    import numpy as np

    from romp_core.errors import TakeError
    from romp_core.geometry.fingers import ALL_JOINTS, ALL_PARENTS, FINGERS, SMPLH
    from romp_core.geometry.skeleton import JOINTS

    names = bone_names(armature.data)
    index_of = {source: index for index, source in enumerate(motion.sources)}
    if missing := [joint for joint in JOINTS if names.get(joint) not in index_of]:
        raise TakeError(
            f'"{armature.name}" has no bones for {len(missing)} of the 24 joints of AMASS files, such as {missing[0]}.',
            "Export the character that was made from the take, or choose FBX or glTF.",
        )
    fingers = all(names.get(joint) in index_of for joint in FINGERS)
    kept = SMPLH if fingers else range(len(JOINTS))
    joints = tuple(ALL_JOINTS[joint] for joint in kept)
    parents = [joints.index(ALL_JOINTS[ALL_PARENTS[joint]]) if joint else -1 for joint in kept]
    rows = [index_of[names[joint]] for joint in joints]
    return replace(motion.of_bones(rows), bones=joints, parents=np.array(parents), scales=None)


def write_amass(armature: bpy.types.Object, motion: SampledMotion, path: Path) -> None:
    """Write a motion of `joint_motion`, with where it comes from."""
    from romp_core.formats.amass import write_motion
    from romp_core.geometry.rotations import quat_from_matrix
    from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST

    turns = WORLD_FROM_SMPL_REST.T @ motion.local_turns() @ WORLD_FROM_SMPL_REST
    turns[:, 0] = motion.turns[:, 0] @ WORLD_FROM_SMPL_REST  # that of the pelvis leads from SMPL axes to the world
    facts = {
        "model": armature.get("romp_mocap_model", ""),
        "model_license": armature.get("romp_mocap_model_license", ""),
        "body_license": armature.get("romp_mocap_body_license", ""),
        "core_version": armature.get("romp_mocap_version", ""),
        "commercial_use": armature.get("romp_mocap_commercial_use", ""),
        "license_checked": armature.get("romp_mocap_license_checked", ""),
        "weights": armature.get("romp_mocap_weights", ""),
        "source": armature.get("romp_mocap_source", ""),
    }
    seen = _seen(armature, motion)
    write_motion(path, quat_from_matrix(turns), motion.heads[:, 0], motion.fps, seen, facts)


def _seen(armature: bpy.types.Object, motion: SampledMotion) -> Array:
    """Frames (T,) in which the character is shown: in the gaps of a take it is hidden."""
    import numpy as np

    channels = compat.assigned_channels(armature)
    curve = channels.fcurves.find("hide_viewport") if channels else None
    frames = motion.first + np.arange(len(motion.heads))
    return np.array([curve is None or curve.evaluate(frame) < 0.5 for frame in frames])
