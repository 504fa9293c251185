"""Entries in Blender's own menus: File > Import and Export, Add, Pose, and a character's context menu."""

from __future__ import annotations

from typing import Any

import bpy

from .edit import viewport_menu
from .export.presets import FORMATS
from .takes.import_results import SUFFIXES


def draw_import(menu: Any, _context: bpy.types.Context) -> None:
    """File > Import."""
    menu.layout.operator("romp_mocap.import_results", text=f"Motion Capture Results ({', '.join(SUFFIXES)})")


def draw_export(menu: Any, _context: bpy.types.Context) -> None:
    """File > Export."""
    suffixes = ", ".join(suffix for _, suffix, _ in FORMATS.values())
    menu.layout.operator("romp_mocap.export", text=f"Motion Capture Character ({suffixes})")


def draw_add(menu: Any, _context: bpy.types.Context) -> None:
    """Add."""
    menu.layout.separator()
    menu.layout.operator("romp_mocap.choose_footage", text="Motion Capture from Video", icon="ARMATURE_DATA")


def draw_pose(menu: Any, _context: bpy.types.Context) -> None:
    """Pose, in Pose Mode."""
    menu.layout.separator()
    menu.layout.operator("romp_mocap.edit_pose", text="Keep Motion Capture Pose Fix", icon="ARMATURE_DATA")


_ENTRIES = (
    ("TOPBAR_MT_file_import", draw_import),
    ("TOPBAR_MT_file_export", draw_export),
    ("VIEW3D_MT_add", draw_add),
    ("VIEW3D_MT_pose", draw_pose),
    ("VIEW3D_MT_object_context_menu", viewport_menu.draw),
    ("VIEW3D_MT_pose_context_menu", viewport_menu.draw),
)


def register() -> None:
    """Add the entries."""
    for menu, draw in _ENTRIES:
        getattr(bpy.types, menu).append(draw)


def unregister() -> None:
    """Remove them."""
    for menu, draw in _ENTRIES:
        getattr(bpy.types, menu).remove(draw)
