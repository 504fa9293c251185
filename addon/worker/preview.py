"""Stick figures of the people in the latest frame, drawn over the 3D views while a capture runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

from ..blender.units import units_per_meter

if TYPE_CHECKING:
    from romp_core.typing import Array

_handle: Any = None
_lines: list[tuple[tuple[float, float, float], list[Any]]] = []
_lift: float | None = None
_changes = 0


def begin() -> None:
    """Start drawing; nothing where there is no window."""
    global _handle, _lift
    _lift = None
    _clear()
    if not bpy.app.background and _handle is None:
        _handle = bpy.types.SpaceView3D.draw_handler_add(_draw, (), "WINDOW", "POST_VIEW")


def show(ids: Array, joints: Array) -> None:
    """Replace the stick figures. ids (P,), joints (P, 24, 3) meters, z up, camera at the origin."""
    from romp_core.geometry.skeleton import PARENTS
    from romp_core.images.colors import color_of

    global _lift
    _clear()
    if len(joints) and _lift is None:
        _lift = -float(joints[..., 2].min())  # the floor is not known yet: the first lowest foot stands on the grid
    for id, person in zip(ids.tolist(), joints.tolist(), strict=True):
        placed = [(x, y, z + _lift) for x, y, z in person]
        ends = [placed[end] for child, parent in enumerate(PARENTS) if child for end in (parent, child)]
        _lines.append((color_of(id), ends))


def shown() -> int:
    """How many people are shown."""
    return len(_lines)


def changes() -> int:
    """A number that grows whenever other stick figures are to be drawn."""
    return _changes


def end() -> None:
    """Stop drawing."""
    global _handle
    if _lines:
        _clear()
    if _handle is not None:
        bpy.types.SpaceView3D.draw_handler_remove(_handle, "WINDOW")
        _handle = None


def _clear() -> None:
    global _changes
    _lines.clear()
    _changes += 1


def _draw() -> None:
    import gpu
    from gpu_extras.batch import batch_for_shader

    shader = gpu.shader.from_builtin("POLYLINE_UNIFORM_COLOR")
    shader.bind()
    shader.uniform_float("viewportSize", gpu.state.viewport_get()[2:])
    shader.uniform_float("lineWidth", 3.0)
    with gpu.matrix.push_pop():
        gpu.matrix.scale_uniform(units_per_meter(bpy.context.scene))
        for color, ends in _lines:
            shader.uniform_float("color", (*color, 1.0))
            batch_for_shader(shader, "LINES", {"pos": ends}).draw(shader)
