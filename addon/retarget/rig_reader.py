"""From an armature of the scene to the `Target` of a retargeting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from ..blender import scene_index
from ..blender.units import units_per_meter
from .feet import foot_vertices
from .followers import Followed, followed, is_constrained

if TYPE_CHECKING:
    from romp_core.retarget.mapping import RigMapping
    from romp_core.retarget.rig import Rig
    from romp_core.retarget.transfer import Target
    from romp_core.typing import Array

_UNEVEN = 1e-3
_APPLY = "Apply its scale: Object > Apply > Scale."


@dataclass(frozen=True)
class ReadRig:
    """An armature as the core sees it.

    Attributes:
        target: the rig in meters, relative to the armature's origin.
        units: of the armature per meter, for keyed locations.
        remarks: for the user, about controls that do not simply follow another one.
        is_constrained: whether the result has to be evaluated to be known.
    """

    target: Target
    units: float
    remarks: tuple[str, ...]
    is_constrained: bool


def check_armature(scene: bpy.types.Scene, item: bpy.types.Object | None, name: str) -> bpy.types.Object:
    """An armature that can be animated in this scene. Raises RetargetError."""
    from romp_core.errors import RetargetError

    if item is None:
        raise RetargetError(f'There is no object named "{name}".', "Select the armature of your character.")
    if item.type != "ARMATURE":
        raise RetargetError(f'"{item.name}" is not an armature.', "Select the armature of your character.")
    if not scene_index.is_in(scene, item):
        raise RetargetError(f'"{item.name}" is not in the scene "{scene.name}".', "Switch to its scene, or link it.")
    if item.library is not None:
        raise RetargetError(
            f'"{item.name}" is linked from another file, so it cannot be animated.',
            "Make a library override: Object > Library Override > Make.",
        )
    if item.pose is None:  # a script has just made it
        bpy.context.view_layer.update()
    scale = item.matrix_world.to_scale()
    if item.matrix_world.determinant() <= 0:
        raise RetargetError(f'"{item.name}" is mirrored by a negative scale.', _APPLY)
    if max(scale) - min(scale) > _UNEVEN * max(scale):
        raise RetargetError(f'"{item.name}" is scaled unevenly.', _APPLY)
    return item


def read_rig(scene: bpy.types.Scene, item: bpy.types.Object, mapping: RigMapping) -> ReadRig:
    """Read an armature at rest; nothing of it is changed.

    Raises:
        romp_core.errors.RetargetError: bones of the mapping are not there.
    """
    import numpy as np

    from romp_core.errors import RetargetError
    from romp_core.retarget.transfer import Target

    used = bones_of(mapping)
    if lost := [name for name in used if name not in item.data.bones]:
        raise RetargetError(
            f'"{item.name}" has no bone "{lost[0]}", which the mapping names.',
            "Detect the bones again, or choose others.",
        )
    per_meter = units_per_meter(scene)
    remarks: tuple[str, ...] = ()
    found: Followed | None = None
    if constrained := is_constrained(item, used):
        found = followed(item, mapping, used)
        remarks = found.remarks
    rig = _rig(item, found, per_meter)
    origin = np.array(item.matrix_world.translation) / per_meter
    feet = foot_vertices(item, mapping, per_meter)
    units = per_meter / item.matrix_world.to_scale()[0]
    return ReadRig(Target(rig, mapping, feet, origin), units, remarks, constrained)


def bones_of(mapping: RigMapping) -> list[str]:
    """All bones that a mapping keys, each once."""
    names = [bone for bones in mapping.bones.values() for bone in bones]
    controls = [name for limb in mapping.ik for name in (limb.control, limb.upper, limb.pole, limb.tip)]
    return list(dict.fromkeys(name for name in (*names, mapping.root, mapping.carrier, *controls) if name))


def to_meters(item: bpy.types.Object, matrices: Array, per_meter: float) -> Array:
    """Matrices (..., 4, 4) in armature space -> world, without scale, meters."""
    import numpy as np

    scale = item.matrix_world.to_scale()[0]
    turn = np.array(item.matrix_world.to_3x3()) / scale
    result = np.array(matrices, dtype=np.float64)
    axes = turn @ result[..., :3, :3]
    result[..., :3, :3] = axes / np.linalg.norm(axes, axis=-2, keepdims=True)
    result[..., :3, 3] = (result[..., :3, 3] @ turn.T) * (scale / per_meter)
    return result


def _rig(item: bpy.types.Object, found: Followed | None, per_meter: float) -> Rig:
    """The rig relative to the armature's origin; of a constrained one only the controls, with what they follow."""
    import numpy as np

    from romp_core.retarget.rig import Rig

    bones = list(item.data.bones) if found is None else [item.data.bones[name] for name in found.order]
    names = tuple(bone.name for bone in bones)
    index = {name: row for row, name in enumerate(names)}
    scale = item.matrix_world.to_scale()[0] / per_meter
    lengths = np.array([bone.length for bone in bones]) * scale
    if found is None:
        parents = [index[bone.parent.name] if bone.parent else -1 for bone in bones]
        turns = [bool(bone.use_inherit_rotation) for bone in bones]
        rest = np.array([bone.matrix_local for bone in bones])
    else:
        parents = [index.get(found.parents[name], -1) for name in names]
        turns = [found.turns[name] for name in names]
        rest = np.array([found.rest[name] for name in names])
    return Rig(names, np.array(parents), to_meters(item, rest, per_meter), lengths, np.array(turns))
