"""Showing what was just made: selected, and seen through the matched camera. Nothing of the user's is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..blender import scene_index
from .follow import following

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .properties import ROMP_MOCAP_PG_take

_EQUAL = 1e-4


def show_result(scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take) -> list[str]:
    """Select the characters of a take and look at them, in the windows that show the scene; remarks for the user."""
    window = next((each for each in bpy.context.window_manager.windows if each.scene == scene), None)
    if window is None:
        return []
    remarks = _hide_startup_cube(window.view_layer, scene)
    select_people(window.view_layer, scene, entry)
    look_through_camera(window, scene, entry)
    return remarks


def select_people(view_layer: bpy.types.ViewLayer, scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take) -> None:
    """Select the characters of a take and nothing else, unless the user is editing or posing something."""
    people = [item.person_id for item in entry.people]
    found = [scene_index.find_object(scene, entry.take_id, scene_index.ARMATURE, person) for person in people]
    select_only(view_layer, [item for item in found if item is not None])


def select_only(view_layer: bpy.types.ViewLayer, items: Sequence[bpy.types.Object]) -> None:
    """Select these objects, the first one active, unless the user is editing or posing something."""
    active = view_layer.objects.active
    there = [item for item in items if view_layer.objects.get(item.name) == item]
    if not there or (active is not None and active.mode != "OBJECT"):
        return
    with following(False):
        for item in view_layer.objects:
            if item is not None and item not in there and item.select_get(view_layer=view_layer):
                item.select_set(False, view_layer=view_layer)
        for item in there:
            item.select_set(True, view_layer=view_layer)
        view_layer.objects.active = there[0]


def look_through_camera(window: bpy.types.Window, scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take) -> None:
    """Let the largest 3D view of a window look through the take's camera, where that is the scene's.

    Else it frames what is selected. Where the window shows no 3D view, those of its other workspaces are set.
    """
    camera = scene_index.find_object(scene, entry.take_id, scene_index.CAMERA)
    is_scenes = camera is not None and scene.camera == camera
    area = _largest_view(window.screen)
    if area is None:
        for view in filter(None, map(_largest_view, bpy.data.screens)) if is_scenes else ():
            view.spaces.active.region_3d.view_perspective = "CAMERA"
        return
    region = next(each for each in area.regions if each.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=area, region=region):
        if is_scenes:
            area.spaces.active.region_3d.view_perspective = "CAMERA"
        operator = bpy.ops.view3d.view_center_camera if is_scenes else bpy.ops.view3d.view_selected
        if operator.poll():
            operator()


def _largest_view(screen: bpy.types.Screen) -> bpy.types.Area | None:
    areas = [area for area in screen.areas if area.type == "VIEW_3D"]
    return max(areas, key=lambda each: each.width * each.height, default=None)


def _hide_startup_cube(view_layer: bpy.types.ViewLayer, scene: bpy.types.Scene) -> list[str]:
    """Hide the cube of Blender's startup file while it is untouched: it stands where camera and people are."""
    cubes = [item for item in scene.objects if _is_startup_cube(item) and item.visible_get(view_layer=view_layer)]
    for item in cubes:
        item.hide_set(True, view_layer=view_layer)
    return [f'"{item.name}" stood in the way and is hidden: Alt+H shows it.' for item in cubes]


def _is_startup_cube(item: bpy.types.Object) -> bool:
    if item.type != "MESH" or not item.name.startswith("Cube") or len(item.data.vertices) != 8:
        return False
    if item.modifiers or item.constraints or item.parent or item.children or item.animation_data:
        return False
    placed = [*item.location, *item.rotation_euler, *(each - 1.0 for each in item.scale)]
    corners = [abs(abs(each) - 1.0) for vertex in item.data.vertices for each in vertex.co]
    return max(abs(each) for each in (*placed, *corners)) < _EQUAL
