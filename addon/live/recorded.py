"""Poses that were shown while recording, kept until they become actions with keys at their true times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..bake.action import curve_path
from ..bake.face import moving_units, unit_path
from ..bake.keys import CONSTANT, LINEAR, Keys
from ..blender import compat, scene_index
from ..blender.timing import FIRST_FRAME, scene_fps

if TYPE_CHECKING:
    from romp_core.typing import Array

    from .own_character import OwnCharacter

_GAP_SECONDS = 0.5
"""Somebody who is not seen for this long holds the last pose."""


class Recorded:
    """Poses by person."""

    def __init__(self) -> None:
        self._poses: dict[int, list[tuple[float, Array, Array, Array]]] = {}
        self.first: float | None = None

    def add(self, time: float, person_id: int, rotations: Array, root: Array, face: Array) -> None:
        """Note a pose: seconds of the take's clock, rotations (B, 4) of the joints, root (3,), face (52,)."""
        self.first = time if self.first is None else self.first
        self._poses.setdefault(person_id, []).append((time, rotations, root, face))

    def make_actions(self, scene: bpy.types.Scene, character: OwnCharacter, name: str) -> list[bpy.types.Action]:
        """New actions of a person's poses: for the armature, and for the shape keys of the face, if there are some.

        The first key of the recording is on the scene's first frame.
        """
        import numpy as np

        from romp_core.geometry.face_units import FACE_UNIT
        from romp_core.geometry.rotations import make_continuous

        poses, item = self._poses.get(character.person_id), character.item
        if not poses or item is None or self.first is None:
            return []
        times, rotations, roots, faces = (np.array(each, dtype=np.float64) for each in zip(*poses, strict=True))
        turned, locations = character.values(rotations, roots)
        turned = make_continuous(turned)
        frames = FIRST_FRAME + (times - self.first) * scene_fps(scene)
        columns = [
            (curve_path(character.bones[joint], "rotation_quaternion"), index, turned[:, row, index])
            for row, joint in enumerate(character.joints)
            for index in range(4)
        ]
        pelvis = curve_path(character.bones["pelvis"], "location")
        columns += [(pelvis, axis, locations[:, axis]) for axis in range(3)]
        made = [_action(item, scene_index.short_name(name, item.name), times, frames, columns)]
        if faces.size and (keys := character.face_keys) is not None:
            units = [(unit_path(unit), 0, faces[:, FACE_UNIT[unit]]) for unit in moving_units(faces)]
            title = scene_index.short_name(name, item.name, "Face")
            made.append(_action(keys, title, times, frames, units, "Face"))
        return made


def _action(
    item: bpy.types.ID,
    name: str,
    times: Array,
    frames: Array,
    columns: list[tuple[str, int, Array]],
    group: str = "",
) -> bpy.types.Action:
    """An action with a curve for each column: path, index, and values at the frames."""
    import numpy as np

    action = bpy.data.actions.new(name)
    action.use_fake_user = True
    channels = compat.own_channels(item, action)
    interpolation = np.full(len(times), LINEAR)
    interpolation[:-1][np.diff(times) > _GAP_SECONDS] = CONSTANT
    for path, index, column in columns:
        curve = compat.ensure_fcurve(channels, path, index, group or path.split('"')[1])
        Keys.at(frames, column, interpolation).write(curve)
    return action
