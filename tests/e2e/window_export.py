"""An export in a real Blender window, for `window_driver.py` (see CONTRIBUTING.md): the file browser, the file, the
verification that runs meanwhile, and its report in the panel."""

import math
import sys
import tempfile
import time
from pathlib import Path

import bpy

OUT = Path(tempfile.gettempdir()) / "window_export"


def verification():
    """The add-on's verification, found whatever the repository is called."""
    return next(module for name, module in sys.modules.items() if name.endswith(".romp_mocap.export.verification"))


def make_rig():
    """A user's own rig: two bones that swing for a hundred frames."""
    bpy.ops.object.armature_add()
    rig = bpy.context.object
    rig.name = "Mine"
    bone = rig.pose.bones[0]
    bone.rotation_mode = "XYZ"
    for frame in range(1, 101):
        bone.rotation_euler.x, bone.location.x = math.sin(frame / 9), frame / 50
        bone.keyframe_insert("rotation_euler", frame=frame)
        bone.keyframe_insert("location", frame=frame)
    return rig


def report() -> dict:
    kept = bpy.context.scene.get("romp_mocap_report")
    return kept.to_dict()["export"] if kept else {}


def scenario(gh):
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
    OUT.mkdir(exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    rig = make_rig()
    gh.open_tab("MoCap")
    yield 2
    gh.shot("1_before")

    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0], area=gh.area("VIEW_3D")):
        bpy.ops.romp_mocap.export("INVOKE_DEFAULT", filepath=str(OUT / "mine.fbx"), preset="UNREAL")
    yield 3
    gh.shot("2_browser")
    browser = next(
        (window for window in bpy.context.window_manager.windows if window.screen.areas[0].type == "FILE_BROWSER"), None
    )
    area = browser.screen.areas[0] if browser else gh.area("FILE_BROWSER")
    window = browser or bpy.context.window_manager.windows[0]
    began = time.time()
    region = next(each for each in area.regions if each.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.file.execute("INVOKE_DEFAULT")
    yield gh.until(lambda: (OUT / "mine.fbx").exists(), 20, "the file")
    gh.check(verification().running() == 1 or report(), "the file is verified in the background")
    gh.shot("3_verifying")
    yield gh.until(lambda: report(), 60, "the report")
    yield 2
    gh.shot("4_report")
    found = report()
    gh.check(found["ok"] and found["frames"] == 100, f"the file is good after {time.time() - began:.1f} s: {found}")
    gh.check(found["root_bone"] == "Bone", "the rig's own bone on the floor is the root bone")
    gh.check(rig.animation_data.action["romp_mocap_report"]["export"]["ok"], "the action has the report, too")

    was = (OUT / "mine.fbx").stat().st_mtime
    try:
        bpy.ops.romp_mocap.export("EXEC_DEFAULT", filepath=str(OUT / "mine.fbx"), preset="UNREAL")
        gh.check(False, "a script does not overwrite")
    except RuntimeError as error:
        gh.check("already a file" in str(error), "a script does not overwrite")
    gh.check((OUT / "mine.fbx").stat().st_mtime == was, "the file is as it was")
    result = bpy.ops.romp_mocap.export("EXEC_DEFAULT", filepath=str(OUT / "mine.glb"), format="GLB")
    gh.check(result == {"FINISHED"} and report()["format"] == "GLB", "a script waits for the report")
