"""All that Blender learns when the extension is enabled, in the order in which classes need each other."""

from __future__ import annotations

import bpy
from bpy.props import PointerProperty

from . import menus, migration, scene_properties
from .blender import icons, made
from .capture import choose, clip, drop
from .capture import operators as capture_operators
from .capture import panel as capture_panel
from .capture import properties as capture_properties
from .capture.selection import operators as selection_operators
from .capture.selection import properties as selection_properties
from .command import command
from .documents import operators as document_operators
from .documents import saving
from .edit import camera as edit_camera
from .edit import floor as edit_floor
from .edit import gaps as edit_gaps
from .edit import operators as edit_operators
from .edit import panel as edit_panel
from .edit import poses as edit_poses
from .edit import relax as edit_relax
from .edit import viewport_menu
from .export import operators as export_operators
from .export import panel as export_panel
from .export import verification
from .live import control as live_control
from .live import operators as live_operators
from .live import panel as live_panel
from .live import properties as live_properties
from .models import about, options
from .models import operators as model_operators
from .models import panel as model_panel
from .preferences import disk_usage, old_folders
from .preferences import operators as preferences_operators
from .preferences import panel as preferences_panel
from .retarget import operators as retarget_operators
from .retarget import panel as retarget_panel
from .retarget import properties as retarget_properties
from .retarget.mapping_editor import operators as mapping_operators
from .retarget.mapping_editor import panel as mapping_panel
from .retarget.mapping_editor import properties as mapping_properties
from .review import known, overlay
from .review import operators as review_operators
from .review import panel as review_panel
from .takes import add_parts, follow, import_results, live_update, refine, relink, solve
from .takes import operators as take_operators
from .takes import panel as take_panel
from .takes import properties as take_properties
from .worker import hold, indicator, jobs
from .worker import operators as worker_operators

CLASSES: tuple[type, ...] = (
    *options.CLASSES,
    *selection_properties.CLASSES,
    *capture_properties.CLASSES,
    *take_properties.CLASSES,
    *made.CLASSES,
    *live_properties.CLASSES,
    *mapping_properties.CLASSES,
    *retarget_properties.CLASSES,
    *scene_properties.CLASSES,
    *worker_operators.CLASSES,
    *hold.CLASSES,
    *selection_operators.CLASSES,
    *capture_operators.CLASSES,
    *drop.CLASSES,
    *choose.CLASSES,
    *solve.CLASSES,
    *add_parts.CLASSES,
    *refine.CLASSES,
    *import_results.CLASSES,
    *take_operators.CLASSES,
    *edit_operators.CLASSES,
    *viewport_menu.CLASSES,
    *edit_camera.CLASSES,
    *edit_floor.CLASSES,
    *edit_gaps.CLASSES,
    *edit_poses.CLASSES,
    *edit_relax.CLASSES,
    *review_operators.CLASSES,
    *relink.CLASSES,
    *document_operators.CLASSES,
    *model_operators.CLASSES,
    *about.CLASSES,
    *live_operators.CLASSES,
    *retarget_operators.CLASSES,
    *mapping_operators.CLASSES,
    *export_operators.CLASSES,
    *preferences_operators.CLASSES,
    *capture_panel.CLASSES,
    *model_panel.CLASSES,
    *take_panel.CLASSES,
    *edit_panel.CLASSES,
    *review_panel.CLASSES,
    *live_panel.CLASSES,
    *retarget_panel.CLASSES,
    *mapping_panel.CLASSES,
    *export_panel.CLASSES,
    *preferences_panel.CLASSES,
)


def register() -> None:
    """Called by Blender when the extension is enabled."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.romp_mocap = PointerProperty(type=scene_properties.ROMP_MOCAP_PG_scene)
    options.register()
    migration.register()
    saving.register()
    follow.register()
    indicator.register()
    hold.register()
    menus.register()
    live_control.register()
    overlay.register()
    command.register()
    if moved := old_folders.rescue_files():
        jobs.notify(moved)


def unregister() -> None:
    """Called by Blender when the extension is disabled; a running job ends."""
    live_update.stop()
    jobs.stop()
    verification.stop()
    command.unregister()
    overlay.unregister()
    known.forget()
    live_control.unregister()
    menus.unregister()
    hold.unregister()
    indicator.unregister()
    follow.unregister()
    icons.free()
    clip.forget()
    disk_usage.forget()
    saving.unregister()
    migration.unregister()
    del bpy.types.Scene.romp_mocap
    options.unregister()
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
