"""What the panel shows before anything is chosen, and the card of the footage that is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..blender import icons
from ..blender.layout import faint, wrapped
from ..documents import lookup
from . import clip

if TYPE_CHECKING:
    from ..scene_properties import ROMP_MOCAP_PG_scene

_THUMBNAIL_UNITS = 4.0


def draw_footage(layout: bpy.types.UILayout, group: ROMP_MOCAP_PG_scene, width: float) -> None:
    """The card of the chosen footage, or an invitation to choose some."""
    if not group.source:
        _draw_invitation(layout, group, width)
        return
    path = lookup.source_file(group.source)
    found = clip.find(path)
    box = layout.box()
    row = box.row()
    icon = icons.find(found.image) if found is not None and found.image else None
    if icon is not None:
        column = row.column()
        column.ui_units_x, column.ui_units_y = _THUMBNAIL_UNITS, _THUMBNAIL_UNITS * icon.share
        column.template_icon(icon_value=icon.icon, scale=_THUMBNAIL_UNITS + 1.0)  # it has a margin
    texts = row.column(align=True)
    texts.label(text=Path(path).name, icon="NONE" if icon else "FILE_MOVIE")
    if found is not None and found.text:
        texts.label(text=found.text)
    buttons = texts.row(align=True)
    buttons.operator("romp_mocap.choose_footage", text="Change", icon="FILEBROWSER")
    buttons.operator("romp_mocap.clear_footage", text="", icon="X")
    for warning in found.warnings if found is not None else ():
        wrapped(box, warning, width - 20, "ERROR")


def _draw_invitation(layout: bpy.types.UILayout, group: ROMP_MOCAP_PG_scene, width: float) -> None:
    box = layout.box()
    wrapped(box, "Drop a video on the 3D view, or choose it here.", width - 20, "IMPORT")
    column = box.column(align=True)
    column.scale_y = 1.4
    column.operator("romp_mocap.choose_footage", icon="FILEBROWSER")
    if not group.takes:
        column.operator("romp_mocap.try_sample", icon="PLAY")
        faint(
            box,
            "The built-in model works right now, without a download. It wants people who are visible from head to toe.",
            width - 20,
        )
