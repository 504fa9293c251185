"""Areas that show what changed outside of an operator."""

from __future__ import annotations

import bpy


def redraw(area_type: str = "VIEW_3D") -> None:
    """Draw all areas of this type again, with their sidebars."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == area_type:
                area.tag_redraw()
