"""Retargeting in a real Blender window, for `window_driver.py` (see CONTRIBUTING.md).

A capture of `VIDEO`, a rig that Rigify generates, the panel with its report, undo, and an export of the rig with its
verification.
"""

import sys
import tempfile
from pathlib import Path

import bpy

VIDEO = "/srv/footage/demo.mp4"
OUT = Path(tempfile.gettempdir()) / "window_retarget"
RETARGET_HEADER, CAPTURE_HEADER = (45, 711), (45, 13)
"""In the sidebar of a window of 1600 x 900 after a capture, pixels from its top left."""


def module(name):
    """A module of the add-on, whatever the repository is called."""
    return next(found for key, found in sys.modules.items() if key.endswith(f".romp_mocap.{name}"))


def report(section):
    kept = bpy.context.scene.get("romp_mocap_report")
    return kept.to_dict().get(section, {}) if kept else {}


def scenario(gh):
    jobs, index = module("worker.jobs"), module("blender.scene_index")
    OUT.mkdir(exist_ok=True)
    for name in ("Cube", "Light", "Camera"):
        if name in bpy.data.objects:
            bpy.data.objects.remove(bpy.data.objects[name])
    gh.open_tab("MoCap")
    yield 2
    scene = bpy.context.scene
    bpy.ops.romp_mocap.set_source("EXEC_DEFAULT", filepath=VIDEO)
    gh.check(bpy.ops.romp_mocap.capture("INVOKE_DEFAULT") == {"FINISHED"}, "the capture starts")
    yield gh.until(lambda: jobs.current() is None, 120, "the capture")
    character = next(index.characters(scene))

    window = bpy.context.window_manager.windows[0]
    view = gh.area("VIEW_3D")
    region = next(each for each in view.regions if each.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=view, region=region):
        bpy.ops.preferences.addon_enable(module="rigify")
        bpy.ops.object.armature_human_metarig_add()
        meta = bpy.context.object
        bpy.ops.pose.rigify_generate()
    rig = next(item for item in scene.objects if item.type == "ARMATURE" and item not in (meta, character))
    meta.hide_set(True)
    entry = scene.romp_mocap.takes[scene.romp_mocap.active_take]
    person = entry.people[0]
    person.rig = rig
    with bpy.context.temp_override(window=window, area=view, region=region):
        bpy.ops.ed.undo_push(message="Rig")
        result = bpy.ops.romp_mocap.retarget("EXEC_DEFAULT", True, target=rig.name, key_mode="BOTH", root_mode="ROOT")
    gh.check(result == {"FINISHED"}, "retargeted")
    name = rig.name
    for header in (RETARGET_HEADER, CAPTURE_HEADER):
        gh.click_in_region(*header)
        yield 1.5
    gh.shot("0_panel")
    found = report("retarget")
    gh.check(found.get("target") == name and found["slide_mm"] < 3, f"the report: {found.get('slide_mm')} mm a frame")
    for frame in (30, 60, 75, 110):
        scene.frame_set(frame)
        yield 1
        gh.shot(f"1_frame_{frame}")
    with bpy.context.temp_override(window=window, area=view, region=region):
        bpy.ops.ed.undo()
    yield 1
    rig = bpy.data.objects[name]
    gh.check(not (rig.animation_data and rig.animation_data.action), "undo takes the motion off the rig")
    with bpy.context.temp_override(window=window, area=view, region=region):
        bpy.ops.ed.redo()
    yield 1
    rig = bpy.data.objects[name]
    gh.check(bool(rig.animation_data and rig.animation_data.action), "redo brings it back")
    with bpy.context.temp_override(window=window, area=view, region=region):
        bpy.ops.object.select_all(action="DESELECT")
        rig.select_set(True)
        bpy.context.view_layer.objects.active = rig
        bpy.ops.romp_mocap.export(
            "EXEC_DEFAULT", filepath=str(OUT / "rig.fbx"), preset="UNREAL", which="ACTIVE", overwrite=True
        )
    yield gh.until(lambda: "export" in (bpy.context.scene.get("romp_mocap_report") or {}), 120, "the verification")
    found = report("export")
    gh.check(
        bool(found.get("ok")), f"{found.get('problems')}, {found.get('max_error_mm')} mm, {found.get('frames')} frames"
    )
    yield 1
    gh.shot("2_verified")
