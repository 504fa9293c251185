"""Reading the motion of any armature as it is seen."""

from __future__ import annotations

import bpy

from ..blender.evaluated import matrices_at, seen_alone
from ..blender.timing import scene_fps
from ..blender.units import units_per_meter
from .motion import SampledMotion, sampled


def sample_motion(
    source: bpy.types.Scene, armature: bpy.types.Object, frames: tuple[int, int], deform_only: bool, turned: bool
) -> SampledMotion:
    """Motion of the armature from the first to the last of these frames; everything is afterwards as before.

    Args:
        deform_only: leave out control bones: those that deform nothing and carry no bone that does.
        turned: see `sampled`.
    """
    import numpy as np

    count = frames[1] - frames[0] + 1
    with seen_alone(source, armature) as scene:
        bones = exported_bones(armature, deform_only)
        index_of = {bone.name: index for index, bone in enumerate(bones)}
        order = {bone.name: index for index, bone in enumerate(armature.pose.bones)}
        rows = [order[name] for name in index_of]
        rest = np.array([bone.matrix_local for bone in bones])
        lengths = np.array([bone.length for bone in bones])
        parents = [index_of[bone.parent.name] if bone.parent else -1 for bone in bones]
        deforms = [bone.use_deform for bone in bones]
        posed = np.empty((count, len(bones) + 1, 4, 4))
        for row, (world, local) in enumerate(matrices_at(scene, armature, range(frames[0], frames[1] + 1))):
            world[:3] /= units_per_meter(source)
            posed[row, 0], posed[row, 1:] = world, world @ local[rows]
    return sampled(
        armature.name, list(index_of), deforms, parents, rest, lengths, posed, frames[0], scene_fps(source), turned
    )


def exported_bones(armature: bpy.types.Object, deform_only: bool) -> list[bpy.types.Bone]:
    """Bones in the order of the file: parents first, each branch to its end."""
    kept: set[str] = set()
    if deform_only:
        for bone in armature.data.bones:
            if bone.use_deform:
                kept.update(each.name for each in (bone, *bone.parent_recursive))
    ordered: list[bpy.types.Bone] = []
    waiting = [bone for bone in reversed(armature.data.bones) if bone.parent is None]
    while waiting:
        bone = waiting.pop()
        if not kept or bone.name in kept:
            ordered.append(bone)
            waiting.extend(reversed(bone.children))
    return ordered
