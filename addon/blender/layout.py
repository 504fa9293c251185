"""What the panels share."""

from __future__ import annotations

import textwrap

import bpy


class SidebarPanel:
    """Mixin: a panel of the MoCap tab in the 3D view's sidebar."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "MoCap"


def ui_scale() -> float:
    """Size of the interface; never 0, as it is where there is no window."""
    return max(bpy.context.preferences.system.ui_scale, 0.5)


def property_column(layout: bpy.types.UILayout) -> bpy.types.UILayout:
    """A column of properties with their names on the left."""
    column = layout.column()
    column.use_property_split, column.use_property_decorate = True, False
    return column


def wrapped(layout: bpy.types.UILayout, text: str, width_px: float, icon: str = "NONE") -> None:
    """A text on as many label lines as it needs in a region of this width."""
    characters = max(20, int(width_px / (6.5 * ui_scale())) - 6)
    lines = [line for paragraph in text.splitlines() for line in textwrap.wrap(paragraph, characters)]
    column = layout.column(align=True)
    column.scale_y = 0.8
    for number, line in enumerate(lines):
        column.label(text=line, icon=icon if number == 0 else "BLANK1" if icon != "NONE" else "NONE")


def faint(layout: bpy.types.UILayout, text: str, width_px: float) -> None:
    """A wrapped text in the background, such as a license."""
    column = layout.column()
    column.active = False
    wrapped(column, text, width_px)
