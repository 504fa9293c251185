"""The face of a character: an action of its body's shape keys, which have the names of ARKit's units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..blender import compat, scene_index
from ..blender.steps import Steps
from . import hand_edits
from .action import remove_curves, take_over
from .motion_curves import Curve, SolvedPose, write_motion_steps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from romp_core.take.resample import Clip
    from romp_core.typing import Array

_UNITS = "romp_mocap_face_units"
"""Property of actions: the units that the latest bake keyed, in the order in which it noted them."""
_MOVES = 0.01
"""Units with less than this throughout a clip get no curve."""


def bake_face_steps(
    scene: bpy.types.Scene, skin: bpy.types.Object, name: str, clip: Clip, frames: Array, keep_edits: bool = True
) -> Steps[None]:
    """Key the face units that move in a clip, and let them move the body, unless the user put another action there.

    Keys exist only where the person was detected; the last key before a gap holds.

    Args:
        skin: a body with face units, linked to the scene. name: for the action, should there be none yet.
        frames: (n,) scene frame of each sample.
        keep_edits: whether what the user changed by hand in this action stays, on top of the clip.
    """
    import numpy as np

    from romp_core.geometry.face_units import FACE_UNITS

    action, keys = _ensure_action(scene, skin, name), skin.data.shape_keys
    seen = np.flatnonzero(clip.valid)
    rows, face = expression(clip.face[seen])
    before = _keyed_units(action)
    units = list(before) if keep_edits else []  # in their order: corrections are noted by column
    units += [unit for unit in moving_units(face) if unit not in units]
    values = face[:, [FACE_UNITS.index(unit) for unit in units]]
    channels = compat.own_channels(keys, action)
    for unit in set(before) - set(units):
        remove_curves(channels, unit_path(unit))
    pose = SolvedPose(clip.fps, np.asarray(frames, np.float64)[seen[rows]], values, rotations=0)
    yield from write_motion_steps(keys, action, _curves(units), pose, keep_edits, group="Face")
    action[_UNITS] = ",".join(units)
    take_over(keys, action)


def expression(face: Array) -> tuple[Array, Array]:
    """The rows (k,) of coefficients (n, 52) that can be keyed, and these (k, 52), from 0 to 1 as ARKit's are."""
    import numpy as np

    rows = np.flatnonzero(np.isfinite(face).all(axis=1))
    return rows, np.clip(np.asarray(face, np.float64)[rows], 0.0, 1.0)


def moving_units(face: Array) -> list[str]:
    """Names of the units that coefficients (n, 52) move anywhere."""
    from romp_core.geometry.face_units import FACE_UNITS

    reach = face.max(axis=0, initial=0.0)
    return [unit for unit, most in zip(FACE_UNITS, reach, strict=True) if most > _MOVES]


def show_units(keys: bpy.types.Key, names: Mapping[str, str], face: Array) -> None:
    """Show an expression (52,): shape keys of these names by unit, as far as they are there."""
    from romp_core.geometry.face_units import FACE_UNITS

    for unit, value in zip(FACE_UNITS, face.tolist(), strict=True):
        block = keys.key_blocks.get(names.get(unit, ""))
        if block is not None:
            block.value = value


def has_edited_face(scene: bpy.types.Scene, skin: bpy.types.Object) -> bool:
    """True when the user changed keys of the face that the latest bake wrote for this body."""
    action = own_face_action(scene, skin)
    if action is None:
        return False
    channels = compat.found_channels(skin.data.shape_keys, action)
    return hand_edits.is_edited(action, channels, _curves(_keyed_units(action)))


def own_face_action(scene: bpy.types.Scene, skin: bpy.types.Object) -> bpy.types.Action | None:
    """The action that bakes of this scene write for the face of a body, assigned or not; None where there is none."""
    keys = skin.data.shape_keys if skin.type == "MESH" else None
    pointers = scene_index.pointers_of(scene, skin)
    marks = skin[scene_index.TAKE], scene_index.FACE, skin[scene_index.PERSON]
    kept = [pointers.face] if pointers is not None else []
    for action in (*(compat.actions_of(keys) if keys is not None else ()), *kept):
        if action is not None and scene_index.belongs(action, *marks) and not _is_others(action, skin):
            return action
    return None


def _ensure_action(scene: bpy.types.Scene, skin: bpy.types.Object, name: str) -> bpy.types.Action:
    action = own_face_action(scene, skin)
    if action is None:
        action = bpy.data.actions.new(name)
        action.use_fake_user = True  # as that of the armature
        scene_index.mark(action, skin[scene_index.TAKE], scene_index.FACE, skin[scene_index.PERSON])
    scene_index.keep(scene, skin).face = action
    return action


def _is_others(action: bpy.types.Action, skin: bpy.types.Object) -> bool:
    others = (pointers for scene in bpy.data.scenes for pointers in scene.romp_mocap.made if pointers.item != skin)
    return bool(scene_index.library_of(action)) or any(pointers.face == action for pointers in others)


def _keyed_units(action: bpy.types.Action) -> list[str]:
    return [unit for unit in str(action.get(_UNITS, "")).split(",") if unit]


def _curves(units: Sequence[str]) -> list[Curve]:
    return [(unit_path(unit), 0) for unit in units]


def unit_path(unit: str) -> str:
    """Data path of a face unit in shape keys."""
    return f'key_blocks["{unit}"].value'
