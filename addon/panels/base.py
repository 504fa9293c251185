"""What all panels of the tab share."""

from __future__ import annotations

import textwrap
from typing import Any


class SidebarPanel:
    """Mixin: a panel of the MoCap tab in the 3D view's sidebar."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "MoCap"


def wrapped(layout: Any, text: str, width_px: float, icon: str = "NONE") -> None:
    """A text over as many label lines as it needs in a region of this width."""
    import bpy

    scale = max(bpy.context.preferences.system.ui_scale, 0.5)  # 0 where there is no window
    most = max(20, int(width_px / (6.5 * scale)) - 6)
    lines = [line for paragraph in text.splitlines() for line in textwrap.wrap(paragraph, most)]
    column = layout.column(align=True)
    column.scale_y = 0.8
    for number, line in enumerate(lines):
        column.label(text=line, icon=icon if number == 0 else "BLANK1" if icon != "NONE" else "NONE")
