"""Which people of the footage are captured: a part of the capture panel that folds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ...blender import icons
from ...blender.layout import ui_scale

if TYPE_CHECKING:
    from ...scene_properties import ROMP_MOCAP_PG_scene

_UNIT_PX, _MARGIN_PX, _LEAST_UNITS = 20.0, 50.0, 5.0
"""Sizes of Blender's interface before it is scaled."""


def draw_selection(layout: bpy.types.UILayout, group: ROMP_MOCAP_PG_scene, width: float) -> bool:
    """The image with numbers and a button per person; False where no one can be selected and no one is."""
    people = group.detected.people
    if not (people or group.capture.selection) and group.capture.new_people:
        return False
    header, body = layout.panel("romp_mocap_selection")
    header.label(text=_summary(group))
    if body is None:
        return True
    if people:
        _draw_image(body, bpy.path.abspath(group.detected.image), width)
        grid = body.grid_flow(row_major=True, columns=min(len(people), 8), even_columns=True, align=True)
        grid.scale_y = 1.3
        for person in people:
            grid.prop(person, "selected", text=str(person.number), toggle=True)
    row = body.row()
    row.prop(group.capture, "new_people")
    row.operator("romp_mocap.clear_selection", icon="X")
    return True


def _draw_image(layout: bpy.types.UILayout, path: str, width: float) -> None:
    """The image as wide as the region. Blender gives icons a square; the empty part under the image is taken back."""
    icon = icons.find(path)
    if icon is None:
        return
    side = max(_LEAST_UNITS, (width / ui_scale() - _MARGIN_PX) / _UNIT_PX)
    column = layout.column()
    column.ui_units_y = side * icon.share
    column.template_icon(icon_value=icon.icon, scale=side)


def _summary(group: ROMP_MOCAP_PG_scene) -> str:
    """Who will be captured, in a few words."""
    selected, detected = len(group.capture.selection.split()), len(group.detected.people)
    if selected:
        who = f"{selected} of {detected} selected" if detected else f"{selected} selected"
        return who + (", and new people" if group.capture.new_people else "")
    return "Everyone" if group.capture.new_people else "Everyone in the first frame"
