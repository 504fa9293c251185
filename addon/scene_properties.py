"""All that the add-on keeps in a scene: the settings of the next capture and the list of takes."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, CollectionProperty, FloatProperty, IntProperty, PointerProperty, StringProperty
from bpy.types import PropertyGroup

from romp_core.take.settings import EASE_S, LONGEST_EASE_S

from .blender import paths
from .blender.made import ROMP_MOCAP_PG_made
from .blender.redraw import redraw_views
from .capture.properties import ROMP_MOCAP_PG_capture_settings
from .capture.selection.properties import ROMP_MOCAP_PG_detected, footage_changed
from .documents import saving
from .live.properties import ROMP_MOCAP_PG_live
from .retarget.properties import ROMP_MOCAP_PG_retarget
from .takes.follow import take_chosen
from .takes.properties import ROMP_MOCAP_PG_solve_settings, ROMP_MOCAP_PG_take


def _source_changed(group: Any, context: bpy.types.Context) -> None:
    if saving.is_rewriting():
        return
    footage_changed(group, context)
    kept = paths.stored(group.source)
    if kept != group.source and paths.blend_folder():
        saving.rewrite(group, "source", kept)


def _redraw(_group: Any, _context: bpy.types.Context) -> None:
    redraw_views()


class ROMP_MOCAP_PG_scene(PropertyGroup):
    """`Scene.romp_mocap`."""

    source: StringProperty(
        name="Footage",
        description="Video, image, or folder of images",
        subtype="FILE_PATH",
        options=paths.RELATIVE,
        update=_source_changed,
    )
    capture: PointerProperty(type=ROMP_MOCAP_PG_capture_settings)
    detected: PointerProperty(type=ROMP_MOCAP_PG_detected)
    solve: PointerProperty(type=ROMP_MOCAP_PG_solve_settings)
    takes: CollectionProperty(type=ROMP_MOCAP_PG_take)
    active_take: IntProperty(name="Take", update=take_chosen)
    live: PointerProperty(type=ROMP_MOCAP_PG_live)
    retarget: PointerProperty(type=ROMP_MOCAP_PG_retarget)
    made: CollectionProperty(type=ROMP_MOCAP_PG_made)
    with_body: BoolProperty(name="Body", description="Make a skinned body for each person", default=True)
    with_root: BoolProperty(
        name="Root Bone",
        description="Add a root bone that carries the motion along the floor, as game engines expect",
    )
    set_scene: BoolProperty(
        name="Match Scene",
        description="Set the scene's frame rate, frame range and resolution to those of the footage",
        default=True,
    )
    show_result: BoolProperty(
        name="Show Result",
        description="After a capture, select the characters and look through the matched camera",
        default=True,
    )
    show_confidence: BoolProperty(
        name="Show Confidence",
        description="Draw the bones of the take's characters in the color of their confidence: green where a joint was "
        "clearly seen, red where it was not",
        update=_redraw,
    )
    pose_ease: FloatProperty(
        name="Ease (s)",
        description="Time before and after a pose that you put right in which the correction comes and goes",
        default=EASE_S,
        min=0.0,
        soft_max=2.0,
        max=LONGEST_EASE_S,
        step=1,
    )
    live_update: BoolProperty(
        name="Live Update",
        description="Solve again whenever a setting changes, so that the characters follow",
        default=True,
    )


CLASSES = (ROMP_MOCAP_PG_scene,)
