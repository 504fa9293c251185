"""Areas that show what changed outside of an operator."""

from __future__ import annotations

from collections.abc import Iterator

import bpy


def redraw(area_type: str = "VIEW_3D") -> None:
    """Draw all areas of this type again, with their sidebars."""
    for area in _areas(area_type):
        area.tag_redraw()


def redraw_sidebars() -> None:
    """Draw the sidebars of 3D views again, and nothing else of them."""
    _redraw_regions("UI")


def redraw_views() -> None:
    """Draw what 3D views show again, without their sidebars and headers."""
    _redraw_regions("WINDOW")


def _redraw_regions(region_type: str) -> None:
    for area in _areas("VIEW_3D"):
        for region in area.regions:
            if region.type == region_type and region.width > 1:
                region.tag_redraw()


def _areas(area_type: str) -> Iterator[bpy.types.Area]:
    for window in bpy.context.window_manager.windows:
        yield from (area for area in window.screen.areas if area.type == area_type)
