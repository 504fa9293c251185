"""Which people of the footage are captured: a part of the capture panel that folds."""

from __future__ import annotations

from typing import Any

import bpy

from .. import pictures

_UNIT_PX, _MARGIN_PX, _LEAST_UNITS = 20.0, 50.0, 5.0
"""Sizes of Blender's interface before it is scaled."""


def draw_choice(layout: Any, group: Any, width: float) -> bool:
    """The numbered picture and a button per person; False where there is nothing to choose and nothing was chosen."""
    people = group.scout.people
    if not (people or group.capture.selection) and group.capture.new_people:
        return False
    header, body = layout.panel("mocap_choice")
    header.label(text=_meaning(group))
    if body is None:
        return True
    if people:
        _draw_picture(body, bpy.path.abspath(group.scout.picture), width)
        grid = body.grid_flow(row_major=True, columns=min(len(people), 8), even_columns=True, align=True)
        grid.scale_y = 1.3
        for person in people:
            grid.prop(person, "chosen", text=str(person.number), toggle=True)
    row = body.row()
    row.prop(group.capture, "new_people")
    row.operator("mocap.clear_people", icon="X")
    return True


def _draw_picture(layout: Any, path: str, width: float) -> None:
    """The picture as wide as the region. Blender gives icons a square; what lies under the picture is taken back."""
    picture = pictures.find(path)
    if picture is None:
        return
    scale = max(bpy.context.preferences.system.ui_scale, 0.5)  # 0 where there is no window
    side = max(_LEAST_UNITS, (width / scale - _MARGIN_PX) / _UNIT_PX)
    column = layout.column()
    column.ui_units_y = side * picture.share
    column.template_icon(icon_value=picture.icon, scale=side)


def _meaning(group: Any) -> str:
    """What will be captured, in a few words."""
    chosen, all_there = len(group.capture.selection.split()), len(group.scout.people)
    if chosen:
        who = f"{chosen} of {all_there} chosen" if all_there else f"{chosen} chosen"
        return who + (", and newcomers" if group.capture.new_people else "")
    return "Everybody" if group.capture.new_people else "Everybody of the first picture"
