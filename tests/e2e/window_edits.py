"""Solving again over keys changed by hand in a real Blender window, for `window_driver.py` (see CONTRIBUTING.md).

A capture of `VIDEO`, bones renamed and a pelvis moved by hand, the question that Solve Again asks, pose mode that comes
back, and Remove Take beside the user's duplicate.
"""

import sys

import bpy

VIDEO = "/srv/footage/demo.mp4"


def module(name):
    """A module of the add-on, whatever the repository is called."""
    return next(found for key, found in sys.modules.items() if key.endswith(f".romp_mocap.{name}"))


def scenario(gh):
    jobs, compat, index = module("worker.jobs"), module("blender.compat"), module("blender.scene_index")
    for name in ("Cube", "Light", "Camera"):
        if name in bpy.data.objects:
            bpy.data.objects.remove(bpy.data.objects[name])
    gh.open_tab("MoCap")
    yield 2
    scene = bpy.context.scene
    bpy.ops.romp_mocap.set_source("EXEC_DEFAULT", filepath=VIDEO)
    scene.romp_mocap.capture.end = 2.0
    scene.romp_mocap.live_update = False
    gh.check(bpy.ops.romp_mocap.capture("INVOKE_DEFAULT") == {"FINISHED"}, "the capture starts")
    yield gh.until(lambda: jobs.current() is None, 120, "the capture")
    gh.check(jobs.last_outcome().kind == "finished", jobs.last_outcome().text)
    armature = next(index.characters(scene))
    armature.data.bones["left_knee"].name = "LeftLeg"
    curve = compat.assigned_channels(armature).fcurves.find('pose.bones["pelvis"].location', index=0)
    before = curve.evaluate(20)
    for point in curve.keyframe_points:
        point.co[1] += 0.25
    curve.update()
    window = bpy.context.window_manager.windows[0]
    view = gh.area("VIEW_3D")
    region = next(each for each in view.regions if each.type == "WINDOW")
    bpy.context.view_layer.objects.active = armature
    armature.select_set(True)
    with bpy.context.temp_override(window=window, area=view, region=region):
        bpy.ops.object.mode_set(mode="POSE")
        bpy.ops.romp_mocap.solve("INVOKE_DEFAULT")
    yield 2
    gh.shot("1_question")
    gh.check(jobs.current() is None and curve.evaluate(20) != before, "it asks before anything happens")
    gh.key("Escape")
    yield 1
    with bpy.context.temp_override(window=window, area=view, region=region):
        bpy.ops.romp_mocap.solve("EXEC_DEFAULT", hand_edits="KEEP")
    yield gh.until(lambda: jobs.current() is None, 60, "the solve")
    curve = compat.assigned_channels(armature).fcurves.find('pose.bones["pelvis"].location', index=0)
    gh.check(abs(curve.evaluate(20) - before - 0.25) < 0.01, f"the pelvis stays moved: {curve.evaluate(20) - before}")
    gh.check(armature.mode == "POSE" and len(armature.data.bones) == 24, f"{armature.mode}, one skeleton")
    gh.shot("2_kept")
    with bpy.context.temp_override(window=window, area=view, region=region):
        bpy.ops.object.mode_set(mode="OBJECT")
        bpy.ops.object.select_all(action="DESELECT")
        for item in armature, *armature.children:
            item.select_set(True)
        bpy.ops.object.duplicate()
        twins = {item.name for item in bpy.context.selected_objects}
        twins.add(armature.parent.name)  # which they hang on
        bpy.ops.romp_mocap.remove_take("EXEC_DEFAULT")
    yield 1
    gh.check({item.name for item in scene.objects} == twins, "the user's duplicate stays, on the take's empty")
    gh.shot("3_removed")
