"""Armatures as they are seen: as Blender evaluates them, constraints, drivers and their own animation included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import bpy

from . import compat
from .modes import in_object_mode
from .scratch import scratch_scene

if TYPE_CHECKING:
    from romp_core.typing import Array


@contextmanager
def seen_alone(source: bpy.types.Scene, armature: bpy.types.Object) -> Iterator[bpy.types.Scene]:
    """A scene with nothing but the armature, shown, that counts frames as `source` does.

    What is being edited or hidden is evaluated too. Changing modes frees bones: read them only in here.
    """
    edited = [armature] if armature.mode == "EDIT" else []  # then Blender shows its rest pose
    with in_object_mode(source, edited), scratch_scene("MoCap Evaluation", armature) as scene, _shown(armature):
        scene.render.fps, scene.render.fps_base = source.render.fps, source.render.fps_base
        scene.view_layers[0].update()  # makes the depsgraph
        yield scene


def matrices_at(
    scene: bpy.types.Scene, armature: bpy.types.Object, frames: Iterable[int]
) -> Iterator[tuple[Array, Array]]:
    """Per frame the armature's world matrix (4, 4) and those of its bones (B, 4, 4) in armature space.

    Args:
        scene: of `seen_alone`. Bones are in the order of `armature.pose.bones`.
    """
    import numpy as np

    depsgraph = scene.view_layers[0].depsgraph
    flat = np.empty(len(armature.pose.bones) * 16, np.float32)
    for frame in frames:
        scene.frame_set(frame)
        evaluated = armature.evaluated_get(depsgraph)
        evaluated.pose.bones.foreach_get("matrix", flat)
        bones = flat.reshape(-1, 4, 4).swapaxes(1, 2)  # Blender's are column by column
        yield np.array(evaluated.matrix_world), bones.astype(np.float64)


def evaluated_bones(scene: bpy.types.Scene, item: bpy.types.Object, names: list[str], frames: Array) -> Array:
    """(n, B, 4, 4) matrices of these bones in armature space, in these frames (n,)."""
    import numpy as np

    with seen_alone(scene, item) as alone:
        order = {bone.name: index for index, bone in enumerate(item.pose.bones)}
        rows = [order[name] for name in names]
        found = [bones[rows] for _, bones in matrices_at(alone, item, map(int, frames))]
    return np.array(found).reshape(-1, len(names), 4, 4)


@contextmanager
def _shown(item: bpy.types.Object) -> Iterator[None]:
    """No hiding while this lasts, neither by the user nor by visibility keys: what is hidden is not evaluated."""
    holders = [compat.found_channels(item, action) for action in compat.actions_of(item)]
    curves = [curve for each in holders if each for curve in each.fcurves if curve.data_path.startswith("hide_")]
    muted = [curve.mute for curve in curves]
    hidden = item.hide_viewport, item.hide_render
    for curve in curves:
        curve.mute = True
    item.hide_viewport = item.hide_render = False
    try:
        yield
    finally:
        item.hide_viewport, item.hide_render = hidden
        for curve, mute in zip(curves, muted, strict=True):
            curve.mute = mute
