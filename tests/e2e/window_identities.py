"""Who is who put right in a real Blender window, for `window_driver.py` (see CONTRIBUTING.md).

A capture of `VIDEO`; the person split in the middle, the suggestion to merge both again applied, a contact set, and
each of these taken back.
"""

import sys

import bpy

VIDEO = "/srv/footage/demo.mp4"


def module(name):
    """A module of the add-on, whatever the repository is called."""
    return next(found for key, found in sys.modules.items() if key.endswith(f".romp_mocap.{name}"))


def scenario(gh):
    jobs, index = module("worker.jobs"), module("blender.scene_index")
    gh.open_tab("MoCap")
    yield 2
    scene = bpy.context.scene
    bpy.ops.romp_mocap.set_source("EXEC_DEFAULT", filepath=VIDEO)
    scene.romp_mocap.capture.end = 2.0
    gh.check(bpy.ops.romp_mocap.capture("INVOKE_DEFAULT") == {"FINISHED"}, "the capture starts")
    yield gh.until(lambda: jobs.current() is None, 180, "the capture")
    (entry,) = scene.romp_mocap.takes

    def people():
        return [item.name for item in entry.people], len(list(index.characters(scene)))

    def settled(what):
        return gh.until(lambda: jobs.current() is None, 60, what)

    scene.frame_set(31)
    gh.check(bpy.ops.romp_mocap.edit_split("EXEC_DEFAULT") == {"FINISHED"}, "the split")
    yield settled("the solve after the split")
    gh.check(people() == (["Person 1", "Person 2"], 2), f"two people with characters: {people()}")
    bpy.ops.romp_mocap.edit_suggest("EXEC_DEFAULT")
    with gh.override(region="UI"):
        bpy.ops.wm.call_panel("INVOKE_DEFAULT", name="ROMP_MOCAP_PT_edits", keep_open=True)
    yield 1
    gh.shot("1_split")
    gh.check(bpy.ops.romp_mocap.edit_accept("EXEC_DEFAULT", index=0) == {"FINISHED"}, "the suggestion is applied")
    yield settled("the solve after the merge")
    gh.check(people() == (["Person 1"], 1), f"one person again: {people()}")
    gh.check(
        bpy.ops.romp_mocap.edit_contact("EXEC_DEFAULT", foot="left", start=20, end=40) == {"FINISHED"}, "the contact"
    )
    yield settled("the solve after the contact")
    yield 1
    gh.shot("2_merged")
    for kind in ("CONTACT", "OPERATION", "OPERATION"):
        last = 1 if kind == "OPERATION" and '"split"' in entry.other_edits and '"merge"' in entry.other_edits else 0
        bpy.ops.romp_mocap.edit_remove("EXEC_DEFAULT", kind=kind, index=last)
        yield settled("the solve after an edit was taken back")
    gh.check(people() == (["Person 1"], 1), f"as captured: {people()}")
    gh.shot("3_taken_back")
