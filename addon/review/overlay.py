"""Bones of the selected take's characters in the color of their confidence, drawn over the 3D views."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from ..bake.bones import bone_names
from ..blender import scene_index
from ..takes import take_list
from .known import known

_WIDTH_PX = 5.0
_LEAST_KNOWN = 0.05
"""Confidence from which on the color says more than "not seen"."""
_handle: Any = None


def register() -> None:
    """Draw from now on, in scenes that ask for it; nothing where there is no window."""
    global _handle
    if not bpy.app.background and _handle is None:
        _handle = bpy.types.SpaceView3D.draw_handler_add(_draw, (), "WINDOW", "POST_VIEW")


def unregister() -> None:
    """Undo `register`."""
    global _handle
    if _handle is not None:
        bpy.types.SpaceView3D.draw_handler_remove(_handle, "WINDOW")
        _handle = None


def color_of(confidence: float) -> tuple[float, float, float, float]:
    """From red, not seen, over yellow to green."""
    share = max(0.0, min(1.0, (confidence - _LEAST_KNOWN) / (1 - _LEAST_KNOWN)))
    return min(1.0, 2 - 2 * share), min(1.0, 2 * share), 0.1, 1.0


def lines(scene: bpy.types.Scene) -> Iterator[tuple[Any, Any, tuple[float, float, float, float]]]:
    """Ends in the world and color of each bone that is drawn in a scene."""
    from romp_core.geometry.fingers import ALL_JOINTS, ALL_PARENTS

    entry = take_list.active_take(scene)
    if entry is None or not scene.romp_mocap.show_confidence:
        return
    for person_id, person in known(entry).items():
        item = scene_index.find_object(scene, entry.take_id, scene_index.ARMATURE, person_id)
        row = person.row_at(scene.frame_current_final, scene)
        if item is None or row is None or not item.visible_get():
            continue
        names, bones, values = bone_names(item.data), item.pose.bones, person.joints_at(row)
        heads = {joint: item.matrix_world @ bones[names[joint]].head for joint in values if joint in names}
        for joint, parent in zip(ALL_JOINTS[1:], ALL_PARENTS[1:], strict=True):
            if joint in heads and ALL_JOINTS[parent] in heads:
                yield heads[ALL_JOINTS[parent]], heads[joint], color_of(values[joint])


def _draw() -> None:
    """With the other overlays: whoever switches them off wants to see the characters."""
    import gpu
    from gpu_extras.batch import batch_for_shader

    space = bpy.context.space_data
    if space is None or not space.overlay.show_overlays:
        return
    ends, colors = [], []
    for start, end, color in lines(bpy.context.scene):
        ends += [start, end]
        colors += [color, color]
    if not ends:
        return
    shader = gpu.shader.from_builtin("POLYLINE_FLAT_COLOR")
    shader.bind()
    shader.uniform_float("viewportSize", gpu.state.viewport_get()[2:])
    shader.uniform_float("lineWidth", _WIDTH_PX)
    gpu.state.depth_test_set("NONE")
    batch_for_shader(shader, "LINES", {"pos": ends, "color": colors}).draw(shader)
