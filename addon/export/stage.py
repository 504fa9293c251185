"""A scene of its own for an export: exporters see one character and its frames, and the user's scene stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import bpy
from mathutils import Matrix

from ..blender import compat
from ..blender.units import units_per_meter


@contextmanager
def staged(
    source: bpy.types.Scene, armature: bpy.types.Object, meshes: list[bpy.types.Object], frames: tuple[int, int]
) -> Iterator[bpy.types.Scene]:
    """Window scene with this character alone, selected, shown, in meters; frame rate as in `source`, range `frames`."""
    window = bpy.context.window or bpy.context.window_manager.windows[0]
    previous = window.scene
    scene = bpy.data.scenes.new(armature.name)  # exporters name the clip after it
    scene.render.fps, scene.render.fps_base = source.render.fps, source.render.fps_base
    scene.frame_start, scene.frame_end = frames
    objects = [armature, *meshes]
    with ExitStack() as undo:
        undo.callback(bpy.data.scenes.remove, scene)
        undo.callback(setattr, window, "scene", previous)
        for item in objects:
            undo.enter_context(_shown(item))
            scene.collection.objects.link(item)
        undo.enter_context(_in_meters(armature, units_per_meter(source)))
        undo.enter_context(_over(armature, frames))
        window.scene = scene
        undo.enter_context(_object_mode(scene, armature))
        for item in objects:
            item.select_set(True, view_layer=scene.view_layers[0])
        scene.frame_set(frames[0])
        yield scene


@contextmanager
def _over(item: bpy.types.Object, frames: tuple[int, int]) -> Iterator[None]:
    """The object's action lasts these frames while this lasts: the glTF exporter would end with its last key."""
    action = item.animation_data.action if item.animation_data else None
    if action is None or action.library is not None:
        yield
        return
    before = action.use_frame_range, action.frame_start, action.frame_end
    action.use_frame_range, action.frame_start, action.frame_end = True, *frames
    try:
        yield
    finally:
        action.frame_start, action.frame_end = before[1:]
        action.use_frame_range = before[0]


@contextmanager
def _in_meters(item: bpy.types.Object, per_meter: float) -> Iterator[None]:
    """The object in meters while this lasts: of the exporters, only FBX's would regard the scene's unit scale."""
    basis = item.matrix_basis.copy()
    if per_meter != 1.0:
        item.matrix_world = Matrix.Scale(1.0 / per_meter, 4) @ item.matrix_world
    try:
        yield
    finally:
        if per_meter != 1.0:
            item.matrix_basis = basis


@contextmanager
def _shown(item: bpy.types.Object) -> Iterator[None]:
    """No hiding while this lasts, neither by the user nor by visibility keys: exporters leave hidden objects out."""
    channels = compat.assigned_channels(item)
    curves = [curve for curve in channels.fcurves if curve.data_path.startswith("hide_")] if channels else []
    muted = [curve.mute for curve in curves]
    hidden = item.hide_viewport, item.hide_render, item.hide_select
    for curve in curves:
        curve.mute = True
    item.hide_viewport = item.hide_render = item.hide_select = False
    try:
        yield
    finally:
        item.hide_viewport, item.hide_render, item.hide_select = hidden
        for curve, mute in zip(curves, muted, strict=True):
            curve.mute = mute


@contextmanager
def _object_mode(scene: bpy.types.Scene, armature: bpy.types.Object) -> Iterator[None]:
    view_layer = scene.view_layers[0]
    view_layer.objects.active = armature
    mode = armature.mode
    if mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    try:
        yield
    finally:
        if armature.mode != mode:
            view_layer.objects.active = armature
            bpy.ops.object.mode_set(mode=mode)
