"""What the panels share."""

from __future__ import annotations

import textwrap

import bpy

TAB = "MoCap"
_TRIES, _RETRY_SECONDS = 20, 0.1


class SidebarPanel:
    """Mixin: a panel of the MoCap tab in the 3D view's sidebar."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB


def show_tab(area: bpy.types.Area) -> None:
    """Open the sidebar of a 3D view at the MoCap tab: a sidebar that was closed has its tabs after a redraw or two."""
    area.spaces.active.show_region_ui = True
    left = iter(range(_TRIES))

    def select() -> float | None:
        region = next((each for each in _regions(area) if each.type == "UI"), None)
        if region is None or next(left, None) is None:
            return None
        try:
            region.active_panel_category = TAB
        except (AttributeError, TypeError):
            return _RETRY_SECONDS
        region.tag_redraw()
        return None

    bpy.app.timers.register(select, first_interval=0.0)


def _regions(area: bpy.types.Area) -> list[bpy.types.Region]:
    """The regions of an area; none once it is closed."""
    windows = bpy.context.window_manager.windows
    return list(area.regions) if any(area in window.screen.areas[:] for window in windows) else []


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
