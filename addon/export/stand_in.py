"""Plain objects in a scene of their own that move like a character: all that Blender's exporters get to see.

The user's rig stays out of it, with what exporters stumble over: constraints, other actions, a scaled or rotated
object, hiding, links to other files, a scene that does not count in meters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy
from mathutils import Matrix

from ..bake.action import curve_path
from ..bake.keys import LINEAR, Keys
from ..blender import compat
from ..blender.edit_bones import edit_bones
from ..blender.scratch import scratch_scene
from .morphs import Morphs, key_morphs

if TYPE_CHECKING:
    from romp_core.typing import Array

    from .motion import SampledMotion

_STILL = 1e-5  # bones that move less from their rest position, in meters, have no keys of it
_IDLE = 1e-6


@dataclass(frozen=True)
class Role:
    """A character and what stands in for it.

    Attributes:
        armature: the user's. meshes: the user's, on it. motion: of the stand-in. name: of its object in the file.
        morphs: of those meshes whose shape keys change.
    """

    armature: bpy.types.Object
    meshes: Sequence[bpy.types.Object]
    motion: SampledMotion
    name: str
    morphs: Sequence[Morphs] = ()


@contextmanager
def stage(roles: Sequence[Role], per_meter: float) -> Iterator[bpy.types.Scene]:
    """The window's scene, with stand-ins alone, selected; its range is that of their motions.

    Args:
        per_meter: units of the scene in a meter, 1 or 100.
    """
    window = bpy.context.window or bpy.context.window_manager.windows[0]
    previous, motion = window.scene, roles[0].motion
    with ExitStack() as undo:
        scene = undo.enter_context(scratch_scene(motion.name))  # exporters name the clip after it
        scene.render.fps = max(round(motion.fps), 1)
        scene.render.fps_base = scene.render.fps / motion.fps
        scene.frame_start = min(role.motion.first for role in roles)
        scene.frame_end = max(role.motion.first + len(role.motion.heads) - 1 for role in roles)
        scene.unit_settings.system, scene.unit_settings.scale_length = "METRIC", 1.0 / per_meter
        for role in roles:
            undo.enter_context(_standing_in(role, scene, per_meter))
        undo.callback(setattr, window, "scene", previous)
        window.scene = scene
        for item in scene.objects:
            item.select_set(True, view_layer=scene.view_layers[0])
        scene.frame_set(scene.frame_start - 1)  # the rest pose
        yield scene


@contextmanager
def _standing_in(role: Role, scene: bpy.types.Scene, per_meter: float) -> Iterator[None]:
    """The stand-in of one character in the scene, under the name of the original."""
    with ExitStack() as undo:
        item = _armature(role.motion, per_meter)
        undo.callback(bpy.data.armatures.remove, item.data)  # and the object with it
        undo.enter_context(_called(bpy.data.objects, item, role.name))
        undo.enter_context(_called(bpy.data.armatures, item.data, role.armature.data.name))
        scene.collection.objects.link(item)
        scene.view_layers[0].objects.active = item
        for key, value in role.armature.items():
            item[key] = value
        action = _action(item, role.motion, per_meter)
        undo.callback(bpy.data.actions.remove, action)
        for mesh in role.meshes:
            copy = _mesh(mesh, role, item, scene, per_meter)
            undo.callback(bpy.data.meshes.remove, copy.data)  # and the object with it
            undo.enter_context(_called(bpy.data.objects, copy, mesh.name))
            undo.enter_context(_called(bpy.data.meshes, copy.data, mesh.data.name))
            for morphs in (each for each in role.morphs if each.mesh == mesh.name):
                undo.callback(bpy.data.actions.remove, key_morphs(copy, morphs, role.motion.first))
        yield


def _armature(motion: SampledMotion, per_meter: float) -> bpy.types.Object:
    item = bpy.data.objects.new(motion.name, bpy.data.armatures.new(motion.name))
    with edit_bones(item) as bones:
        made: list[bpy.types.EditBone] = []
        for index, (name, parent) in enumerate(zip(motion.bones, motion.parents, strict=True)):
            bone = bones.new(name)
            bone.head, bone.tail = (0.0, 0.0, 0.0), (0.0, max(motion.lengths[index] * per_meter, 1e-4), 0.0)
            matrix = Matrix(motion.rest[index].tolist())
            matrix.translation *= per_meter
            bone.matrix = matrix
            bone.use_deform = motion.deforms[index]
            bone.inherit_scale = "NONE"
            if parent >= 0:
                bone.parent = made[parent]
            made.append(bone)
    return item


def _action(item: bpy.types.Object, motion: SampledMotion, per_meter: float) -> bpy.types.Action:
    """The action of a stand-in: a key on every frame, of all rotations and of what else changes.

    One frame earlier it is in its rest pose: without a mesh, FBX files have no other than that of the current frame.
    """
    import numpy as np

    from romp_core.geometry.rotations import make_continuous, quat_from_matrix

    action = bpy.data.actions.new(item.name)
    channels = compat.own_channels(item, action)
    axes = motion.rest[:, :3, :3]
    turns = make_continuous(quat_from_matrix(np.swapaxes(axes, -1, -2) @ motion.local_turns() @ axes))
    shifts = np.einsum("bji,tbj->tbi", axes, motion.local_heads() - motion.rest_steps())
    frames = motion.first - 1 + np.arange(len(turns) + 1, dtype=np.float64)

    def key(bone: str, prop: str, values: Array, at_rest: Sequence[float]) -> None:
        for index, column in enumerate(np.concatenate([[at_rest], values]).T):
            curve = compat.ensure_fcurve(channels, curve_path(bone, prop), index, bone)
            Keys.at(frames, column, np.full(len(frames), LINEAR)).write(curve)

    for index, bone in enumerate(motion.bones):
        item.pose.bones[bone].rotation_mode = "QUATERNION"
        key(bone, "rotation_quaternion", turns[:, index], (1, 0, 0, 0))
        if motion.parents[index] < 0 or np.abs(shifts[:, index]).max() > _STILL:
            key(bone, "location", shifts[:, index] * per_meter, (0, 0, 0))
        if motion.scales is not None and np.abs(motion.scales[:, index] - 1.0).max() > _IDLE:
            key(bone, "scale", motion.scales[:, index], (1, 1, 1))
    compat.assign_action(item, action)
    return action


@contextmanager
def _called(datablocks: Any, datablock: bpy.types.ID, name: str) -> Iterator[None]:
    """A datablock of this file under a name, which whoever has it gives up for a while.

    Args:
        datablocks: the collection of `bpy.data` that it is in.
    """
    holder = datablocks.get((name, None))
    if holder is not None and holder != datablock:
        holder.name = "MoCap Original"
    datablock.name = name
    try:
        yield
    finally:
        datablock.name = "MoCap Stand-in"
        if holder is not None:
            holder.name = name


def _mesh(
    mesh: bpy.types.Object, role: Role, item: bpy.types.Object, scene: bpy.types.Scene, per_meter: float
) -> bpy.types.Object:
    """A copy of a mesh, on the stand-in; modifiers are applied where there are no shape keys."""
    copy = mesh.copy()
    copy.data = mesh.data.copy()
    copy.animation_data_clear()
    copy.parent = None
    copy.constraints.clear()
    copy.hide_viewport = copy.hide_render = copy.hide_select = False
    scene.collection.objects.link(copy)
    for modifier in [each for each in copy.modifiers if each.type == "ARMATURE" or copy.data.shape_keys]:
        copy.modifiers.remove(modifier)
    if copy.modifiers:
        _apply_modifiers(copy, mesh.matrix_world, scene)
    to_rest = Matrix.Scale(per_meter, 4) @ Matrix(role.motion.to_rest.tolist()).to_4x4()
    to_rest = to_rest @ role.armature.matrix_world.inverted() @ mesh.matrix_world
    copy.data.transform(to_rest, shape_keys=True)
    if to_rest.determinant() < 0.0:
        copy.data.flip_normals()
    for source, bone in zip(role.motion.sources, role.motion.bones, strict=True):
        group = copy.vertex_groups.get(source)
        if group is not None:
            group.name = bone
    copy.matrix_basis = Matrix.Identity(4)
    copy.parent = item
    copy.matrix_parent_inverse = Matrix.Identity(4)
    copy.modifiers.new("Armature", "ARMATURE").object = item
    return copy


def _apply_modifiers(item: bpy.types.Object, matrix: Matrix, scene: bpy.types.Scene) -> None:
    item.matrix_world = matrix
    scene.view_layers[0].update()
    depsgraph = scene.view_layers[0].depsgraph
    plain, applied = (
        item.data,
        bpy.data.meshes.new_from_object(
            item.evaluated_get(depsgraph), preserve_all_data_layers=True, depsgraph=depsgraph
        ),
    )
    item.modifiers.clear()
    item.data = applied
    bpy.data.meshes.remove(plain)
